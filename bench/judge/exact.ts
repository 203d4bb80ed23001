import { openJudge, verdictOf, weigh } from '../../core/deployments/judge/judge.ts';
import type { JudgeSettings, JudgeVerdict } from '../../core/deployments/judge/model.ts';

/** Errors alone, one by one. */
export const errorsAlone: JudgeSettings = {
  falseAlarms: 0.01,
  errors: { atMostRatio: 2 },
  metrics: [],
  exits: false,
  traffic: false,
};

/** What the judge says of so many errors at a fixed share: errors are all that it is told of. */
export function verdictAt(share: number, canary: number, baseline: number): JudgeVerdict['is'] {
  const opened = openJudge(errorsAlone, { share, tasks: { canary: 1, baseline: 1 } });
  const errors = { canary, baseline, counted: 'episodes' as const };
  return verdictOf(errorsAlone, weigh(errorsAlone, opened, { fromMs: 0, toMs: 1000, share, errors })).is;
}

/** For n errors: the least number of the canary's that is worse, and the greatest that is not worse (−1: none is). */
export interface Rule {
  readonly worseFrom: readonly number[];
  readonly notWorseTo: readonly number[];
}

/** The judge's whole rule at a share, asked of it along both edges, which move by 0 or 1 with each error. */
export function ruleOf(share: number, horizon: number): Rule {
  const worseFrom = [Number.POSITIVE_INFINITY];
  const notWorseTo = [-1];
  let worse = 0;
  let better = -1;
  for (let errors = 1; errors <= horizon; errors++) {
    while (worse <= errors && verdictAt(share, worse, errors - worse) !== 'worse') worse++;
    while (verdictAt(share, better + 1, errors - better - 1) === 'not_worse') better++;
    worseFrom.push(worse);
    notWorseTo.push(better);
  }
  return { worseFrom, notWorseTo };
}

export interface Outcome {
  /** The probability to be called worse by so many errors. */
  readonly worseBy: Float64Array;
  /** Mean errors until it is over. */
  readonly meanErrors: number;
}

const partAt = (ratio: number, share: number) => (ratio * share) / (ratio * share + 1 - share);

/**
 * One pass over the lattice of (errors, canary's errors) with a canary that has `ratio` times the errors: every path with
 * its probability, the judge asked after every error. Exact up to rounding.
 */
export function pass(
  { worseFrom, notWorseTo }: Rule,
  share: number,
  ratio: number,
  ends: 'worse' | 'both',
): Outcome {
  const part = partAt(ratio, share);
  const horizon = worseFrom.length - 1;
  const worseBy = new Float64Array(horizon + 1);
  let mass = new Float64Array(horizon + 2);
  let next = new Float64Array(horizon + 2);
  mass[0] = 1;
  let low = 0;
  let high = 0;
  let worse = 0;
  let left = 1;
  let meanErrors = 0;
  for (let errors = 1; errors <= horizon; errors++) {
    meanErrors += left;
    for (let canary = low; canary <= high + 1; canary++)
      next[canary] = mass[canary]! * (1 - part) + (canary > 0 ? mass[canary - 1]! * part : 0);
    high++;
    for (; high >= worseFrom[errors]! && high >= low; high--) {
      worse += next[high]!;
      left -= next[high]!;
      next[high] = 0;
    }
    if (ends === 'both')
      for (; low <= notWorseTo[errors]! && low <= high; low++) {
        left -= next[low]!;
        next[low] = 0;
      }
    while (low < high && next[low]! < 1e-18) next[low++] = 0;
    mass.fill(0, Math.max(0, low - 2), high + 3);
    [mass, next] = [next, mass];
    worseBy[errors] = worse;
  }
  return { worseBy, meanErrors };
}

/** Mean errors below which no rule with these false alarms can be: ln(1/α) over the information in an error. */
export function limitOf(ratio: number, share: number, alpha = errorsAlone.falseAlarms): number {
  const part = partAt(ratio, share);
  const information = part * Math.log(part / share) + (1 - part) * Math.log((1 - part) / (1 - share));
  return Math.log(1 / alpha) / information;
}

/** The first whole second by which the quantile is found, errors coming at random, so many a second. */
export function secondsTo({ worseBy }: Outcome, errorsPerSecond: number, quantile: number): number {
  const isFoundBy = (second: number) => foundAfter(worseBy, errorsPerSecond * second) >= quantile;
  let early = 0;
  let late = 1;
  while (!isFoundBy(late)) [early, late] = [late, late * 2];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (isFoundBy(middle)) late = middle;
    else early = middle;
  }
  return late;
}

/** The number of errors is Poisson's, in logarithms: e^−mean is no number any more for hours of them. */
function foundAfter(worseBy: Float64Array, mean: number): number {
  let log = -mean;
  let found = 0;
  const most = mean + 12 * Math.sqrt(mean) + 12;
  for (let errors = 0; errors < most; errors++) {
    found += Math.exp(log) * worseBy[Math.min(errors, worseBy.length - 1)]!;
    log += Math.log(mean / (errors + 1));
  }
  return found;
}
