import { describe, expect, it } from 'vitest';
import { settleMicrotasks, VirtualClock } from '../../support/clock.ts';
import { Wakes } from './wakes.ts';

function begun() {
  const clock = new VirtualClock(1000);
  const looks: string[] = [];
  const wakes = new Wakes(clock, (key) => looks.push(`${key} at ${clock.now()}`));
  wakes.resume();
  return { clock, looks, wakes };
}

describe('wakes', () => {
  it('are one look for each key and turn of the event loop', async () => {
    const { looks, wakes } = begun();
    for (const key of ['a', 'b', 'a', 'a']) wakes.now(key);
    expect(looks).toEqual([]);
    await settleMicrotasks();
    wakes.now('a');
    await settleMicrotasks();
    expect(looks).toEqual(['a at 1000', 'b at 1000', 'a at 1000']);
  });

  it('have one moment for each key, the last that was set', async () => {
    const { clock, looks, wakes } = begun();
    wakes.at('a', 1500);
    wakes.at('a', 1700);
    wakes.at('b', 1600);
    wakes.at('c', 1600);
    wakes.at('c', undefined);
    wakes.at('late', 10);
    await clock.advance(5000);
    expect(looks).toEqual(['late at 1000', 'b at 1600', 'a at 1700']);
    expect(clock.pending).toBe(0);
  });

  it('rest while they are paused, and forget what was set before', async () => {
    const { clock, looks, wakes } = begun();
    wakes.at('a', 1500);
    wakes.now('b');
    wakes.pause();
    wakes.now('c');
    await clock.advance(5000);
    wakes.resume();
    await clock.advance(5000);
    expect([looks, clock.pending]).toEqual([[], 0]);
    wakes.now('c');
    await settleMicrotasks();
    expect(looks).toEqual(['c at 11000']);
  });
});
