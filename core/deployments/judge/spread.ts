import type { ArmSpread, Arms, Evidence, Spread } from './types.ts';

/** Over-dispersion is estimated by the minute: what is cut finer is put together again. */
const bucketMs = 60_000;

const zero: Arms<number> = { canary: 0, baseline: 0 };
const nothing: ArmSpread = { errors: 0, volume: 0, squares: 0 };

export const noSpread: Spread = {
  minutes: 0,
  canary: nothing,
  baseline: nothing,
  open: { ms: 0, errors: zero, volume: zero },
};

/** Takes in the errors of one interval; the volume is requests, or an arm's part of the time where they are not known. */
export function spreadWith(spread: Spread, evidence: Evidence): Spread {
  const { errors, requests, share, fromMs, toMs } = evidence;
  if (!errors || share <= 0 || share >= 1) return spread;
  const seconds = (toMs - fromMs) / 1000;
  const open = {
    ms: spread.open.ms + toMs - fromMs,
    errors: {
      canary: spread.open.errors.canary + errors.canary,
      baseline: spread.open.errors.baseline + errors.baseline,
    },
    volume: {
      canary: spread.open.volume.canary + (requests?.canary ?? share * seconds),
      baseline: spread.open.volume.baseline + (requests?.baseline ?? (1 - share) * seconds),
    },
  };
  if (open.ms < bucketMs) return { ...spread, open };
  return {
    minutes: spread.minutes + 1,
    canary: minuteOf(spread.canary, open.errors.canary, open.volume.canary),
    baseline: minuteOf(spread.baseline, open.errors.baseline, open.volume.baseline),
    open: noSpread.open,
  };
}

function minuteOf(arm: ArmSpread, errors: number, volume: number): ArmSpread {
  if (volume <= 0) return arm;
  return {
    errors: arm.errors + errors,
    volume: arm.volume + volume,
    squares: arm.squares + errors ** 2 / volume,
  };
}

/** What is supposed of errors before they have shown how they come: so many to an episode. */
const supposed = { clusterSize: 7, minutes: 4 };
/** Standard errors of the estimate that are added to it, for the evidence is divided by it. */
const caution = 0.7;
/** The baseline tells how errors come; where it has hardly any, the canary's own help out to so many minutes. */
const enough = 12;

/**
 * How many errors count as one: the variance over the mean from minute to minute (1 where errors come one by one), with
 * what the few minutes seen so far cannot exclude.
 */
export function clusterSizeOf({ minutes, canary, baseline }: Spread): number {
  const freedom = Math.max(0, minutes - 1);
  const told = toldBy(baseline, freedom);
  const helped = Math.max(0, Math.min(toldBy(canary, freedom), enough - told));
  const minutesTold = told + helped + supposed.minutes;
  const sum =
    told * dispersionOf(baseline, freedom) +
    helped * dispersionOf(canary, freedom) +
    supposed.minutes * supposed.clusterSize;
  return Math.max(1, (sum / minutesTold) * (1 + caution * Math.sqrt(2 / minutesTold)));
}

/** With fewer errors than minutes, the minutes without any say nothing of how errors come. */
const toldBy = ({ errors }: ArmSpread, freedom: number) => Math.min(freedom, errors);

function dispersionOf({ errors, volume, squares }: ArmSpread, freedom: number): number {
  if (errors === 0 || freedom === 0) return 1;
  return Math.max(1, ((squares * volume) / errors - errors) / freedom);
}
