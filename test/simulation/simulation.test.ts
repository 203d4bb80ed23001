import { describe, expect, it } from 'vitest';
import { faults } from './faults.ts';
import { digestOf } from './invariants/i28-determinism.ts';
import { simulate } from './simulate.ts';

describe('a run', () => {
  it('is decided by its seed altogether, whatever was run before it', async () => {
    const seeds = [13, 39, 439];
    const first: string[][] = [];
    for (const seed of seeds) first.push([...(await simulate(seed)).trace]);
    for (const seed of [...seeds].reverse()) {
      const { trace } = await simulate(seed);
      expect(trace.length).toBeGreaterThan(100);
      expect(trace.join('\n')).toBe(first[seeds.indexOf(seed)]?.join('\n'));
    }
  });

  it('is another one for another seed', async () => {
    expect(digestOf((await simulate(1)).trace)).not.toBe(digestOf((await simulate(2)).trace));
  });
});

it('every fault that can be told from inside Berth is there', () => {
  const numbers = new Set(Object.values(faults).flatMap(({ is }) => is.map((one) => Number(one.slice(1)))));
  const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20];
  expect([...numbers].sort((one, other) => one - other)).toEqual(expected);
});
