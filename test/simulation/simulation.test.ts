import { describe, expect, it } from 'vitest';
import { mutants } from './mutants.ts';
import { simulate } from './simulate.ts';

/** A mutant that none of these notices would be noticed by luck only. */
const seedsToSearch = Array.from({ length: 300 }, (_, place) => place + 1);

describe('the simulation', () => {
  it('is decided by its seed altogether', async () => {
    for (const seed of [6, 14, 159]) {
      const [one, other] = [await simulate(seed), await simulate(seed)];
      expect(one.trace.length).toBeGreaterThan(100);
      expect(other.trace.join('\n')).toBe(one.trace.join('\n'));
    }
  });

  it('is another one for another seed', async () => {
    expect((await simulate(1)).trace).not.toEqual((await simulate(2)).trace);
  });

  for (const [name, mutant] of Object.entries(mutants)) {
    it(`notices where ${name}`, async () => {
      for (const seed of [...(mutant.seeds ?? []), ...seedsToSearch]) {
        const [first] = (await simulate(seed, mutant)).violations;
        if (!first) continue;
        console.log(`${name}: seed ${seed}, ${first.invariant}: ${first.text}`);
        return expect(mutant.caughtBy).toContain(first.invariant.split(' ')[0]);
      }
      expect.fail('no seed noticed it');
    });
  }
});
