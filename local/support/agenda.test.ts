import { expect, it } from 'vitest';
import { createAgenda } from './agenda.ts';
import { VirtualClock } from './clock.ts';

const setup = () => {
  const clock = new VirtualClock();
  const fired: [key: string, atMs: number][] = [];
  const agenda = createAgenda(clock, (key) => fired.push([key, clock.now()]));
  return { clock, fired, agenda };
};

it('fires each key once, at its moment, in order', async () => {
  const { clock, fired, agenda } = setup();
  const moments = Array.from({ length: 200 }, (_, index) => (index * 7919) % 1000);
  for (const [index, atMs] of moments.entries()) agenda.set(`k${index}`, atMs);
  await clock.advance(1000);
  expect(fired.map(([, atMs]) => atMs)).toEqual([...moments].sort((a, b) => a - b));
  expect(new Set(fired.map(([key]) => key)).size).toBe(200);
  expect(agenda.size).toBe(0);
});

it('moves and forgets moments', async () => {
  const { clock, fired, agenda } = setup();
  agenda.set('moved', 10);
  agenda.set('deleted', 20);
  agenda.set('moved', 50);
  agenda.delete('deleted');
  await clock.advance(40);
  expect(fired).toEqual([]);
  agenda.set('early', 0);
  await clock.advance(100);
  expect(fired).toEqual([
    ['early', 40],
    ['moved', 50],
  ]);
});
