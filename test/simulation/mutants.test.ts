import { describe, expect, it } from 'vitest';
import { invariants } from './invariants/all.ts';
import { determinism, digestOf } from './invariants/i28-determinism.ts';
import { mutants } from './mutants/all.ts';
import type { Mutant } from './mutants/mutant.ts';
import { failureText, simulate } from './simulate.ts';

/** As many seeds as `seeds.test.ts` runs: a mistake that none of these notices would be noticed by luck only. */
const seedsToSearch = Array.from({ length: 500 }, (_, place) => place + 1);

const noticing = new Set<string>();

describe('a planted mistake', () => {
  for (const [name, mutant] of Object.entries(mutants)) {
    it(`is noticed: ${name}`, async () => {
      const caught = await firstToNotice(mutant);
      expect(caught, 'no seed noticed it').toBeDefined();
      const { seed, invariant, text } = caught!;
      console.log(`${name}: seed ${seed}, ${invariant}: ${text}`);
      noticing.add(invariant);
      expect(mutant.caughtBy).toContain(invariant.split(' ')[0]);
      expect(failureText(await simulate(seed)), 'without it the same seed holds').toBe('');
    });
  }
});

it('every invariant notices one', () => {
  const names = [...invariants.map(({ name }) => name), determinism];
  expect(names.filter((name) => !noticing.has(name))).toEqual([]);
});

async function firstToNotice(mutant: Mutant) {
  const isChance = mutant.caughtBy.includes('I28');
  for (const seed of [...(mutant.seeds ?? []), ...seedsToSearch]) {
    const run = await simulate(seed, mutant);
    const [first] = run.violations;
    if (isChance && digestOf(run.trace) !== digestOf((await simulate(seed, mutant)).trace))
      return { seed, invariant: determinism, text: 'it ran otherwise the second time' };
    if (first && !isChance) return { seed, ...first };
  }
  return undefined;
}
