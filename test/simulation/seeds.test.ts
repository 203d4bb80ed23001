import { expect, it } from 'vitest';
import { missedBy, wanted } from './coverage.ts';
import { runSeeds } from './crew/crew.ts';

const count = 500;
/** What hardly one run in a thousand comes to is tried by these; a search among thousands finds others. */
const rare = [794, 1323, 1995, 2291];

it(`holds for ${count} seeds and some rare ones, which try everything`, async () => {
  const { tally, failures, repeated } = await runSeeds(
    { from: 1, count, more: rare, mutant: undefined, failed() {} },
    2,
  );
  expect(failures.map(({ text }) => text).join('\n\n')).toBe('');
  expect(repeated).toBeGreaterThan(0);
  expect(missedBy(tally, wanted)).toEqual([]);
});
