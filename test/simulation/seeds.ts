import { expect, it } from 'vitest';
import { verdicts } from '../../core/deployments/model.ts';
import { faultNames } from './faults.ts';
import { failureText, simulate } from './simulate.ts';
import { stepNames } from './story.ts';
import { Tally } from './tally.ts';

const phases = ['queued', 'preparing', 'moving', 'rolling_back', 'closing', 'ended'];
const causes = ['aborted', 'circuit_breaker', 'deadline'];

/** Runs so many seeds as a test, and sees to it that they tried everything there is to try. */
export function testSeeds(from: number, count: number): void {
  it(`holds for ${count} seeds from ${from}, which try everything`, async () => {
    const tally = new Tally();
    for (let seed = from; seed < from + count; seed++) {
      const run = await simulate(seed);
      tally.include(run.tally);
      if (run.violations.length > 0) expect.fail(failureText(run));
    }
    console.log(tally.text());
    const wanted = [
      ...faultNames.map((name) => `fault: ${name}`),
      ...phases.map((name) => `phase: ${name}`),
      ...verdicts.map((name) => `verdict: ${name}`),
      ...causes.map((name) => `cause: ${name}`),
      ...stepNames.map((name) => `people: ${name}`),
    ];
    expect(wanted.filter((name) => !tally.counts.has(name))).toEqual([]);
  });
}
