import type { Evidence, Spread } from './types.ts';

/** Over-dispersion is estimated by the minute: what is cut finer is put together again. */
const bucketMs = 60_000;

export const noSpread: Spread = {
  minutes: 0,
  errors: 0,
  volume: 0,
  squares: 0,
  open: { ms: 0, errors: 0, volume: 0 },
};

/** Takes in the baseline's errors of one interval; its volume is requests, or its part of the time without them. */
export function spreadWith(spread: Spread, evidence: Evidence): Spread {
  const { errors, requests, share, fromMs, toMs } = evidence;
  if (!errors || share >= 1) return spread;
  const open = {
    ms: spread.open.ms + toMs - fromMs,
    errors: spread.open.errors + errors.baseline,
    volume: spread.open.volume + (requests?.baseline ?? ((1 - share) * (toMs - fromMs)) / 1000),
  };
  if (open.ms < bucketMs || open.volume <= 0) return { ...spread, open };
  return {
    minutes: spread.minutes + 1,
    errors: spread.errors + open.errors,
    volume: spread.volume + open.volume,
    squares: spread.squares + open.errors ** 2 / open.volume,
    open: noSpread.open,
  };
}

/** What is supposed of errors before the baseline has shown how they come: so many to an episode. */
const supposed = { clusterSize: 7, minutes: 4 };
/** Standard errors of the estimate that are added to it, for the evidence is divided by it. */
const caution = 0.7;

/**
 * How many errors count as one: the baseline's variance over its mean from minute to minute (1 where errors come one by
 * one), with what the few minutes seen so far cannot exclude.
 */
export function clusterSizeOf({ minutes, errors, volume, squares }: Spread): number {
  const freedom = Math.max(0, minutes - 1);
  const seen = errors > 0 ? squares / (errors / volume) - errors : freedom;
  // Below this many errors, minutes without any say nothing of how errors come.
  const told = Math.min(freedom, errors);
  const dispersion = freedom > 0 ? seen / freedom : 0;
  const estimate =
    (Math.max(1, dispersion) * told + supposed.clusterSize * supposed.minutes) / (told + supposed.minutes);
  return Math.max(1, estimate * (1 + caution * Math.sqrt(2 / (told + supposed.minutes))));
}
