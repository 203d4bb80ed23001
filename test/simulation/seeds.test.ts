import { expect, it } from 'vitest';
import { missedBy, wanted } from './coverage.ts';
import { runSeeds } from './crew/crew.ts';

/** Half of them would do to find most mistakes; rare faults need the others to have struck at all. */
const count = 600;

it(`holds for ${count} seeds, which try everything`, async () => {
  const { tally, failures, repeated } = await runSeeds({ from: 1, count, mutant: undefined, failed() {} }, 2);
  expect(failures.map(({ text }) => text).join('\n\n')).toBe('');
  expect(repeated).toBeGreaterThan(0);
  expect(missedBy(tally, wanted)).toEqual([]);
});
