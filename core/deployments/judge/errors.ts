import { logMixture, logRatio, weighed } from './ratios.ts';
import { clusterSizeOf, noSpread, spreadWith } from './spread.ts';
import { isTabled, mixtureFor, mixtures, spentBy, thresholdOf } from './thresholds.ts';
import type { Arms, Counts, ErrorState, Evidence, JudgeSettings } from './types.ts';

const none: Arms<number> = { canary: 0, baseline: 0 };

export function openErrors(share: number): ErrorState {
  return {
    mixture: mixtureFor(share),
    now: { share, errors: none, requests: none },
    total: none,
    requests: none,
    harmBefore: [],
    clustered: false,
    spread: noSpread,
  };
}

export interface ErrorLimits {
  readonly settings: NonNullable<JudgeSettings['errors']>;
  /** False alarms of the test of errors alone. */
  readonly alpha: number;
  /** The chance that too high a harm is called none. */
  readonly missed: number;
}

/** Intervals at one share are one sum, so that it does not matter how they are cut; a new share closes the sum. */
export function weighErrors(state: ErrorState, evidence: Evidence, limits: ErrorLimits): ErrorState {
  const { errors, share } = evidence;
  const requests = evidence.requests ?? none;
  const counted = errors ?? none;
  const next: ErrorState = {
    ...state,
    total: plus(state.total, counted),
    requests: plus(state.requests, requests),
    clustered: state.clustered || errors?.counted === 'requests',
    spread: spreadWith(state.spread, evidence),
  };
  if (!errors || share <= 0 || share >= 1) return next;
  const open = share === state.now.share ? next : closed(next, share, limits);
  const now = { share, errors: plus(open.now.errors, errors), requests: plus(open.now.requests, requests) };
  return { ...open, now };
}

const plus = (one: Arms<number>, other: Arms<number>): Arms<number> => ({
  canary: one.canary + other.canary,
  baseline: one.baseline + other.baseline,
});

/**
 * Without errors there is nothing to close: the next share begins anew, with its exact threshold where the table has it,
 * for a rollout of a hundred shares must not compute a hundred.
 */
function closed(state: ErrorState, share: number, limits: ErrorLimits): ErrorState {
  const fresh = { share, errors: none, requests: none };
  const { mixture, now } = state;
  const events = now.errors.canary + now.errors.baseline;
  const harmBefore = harmsOf(state, limits.settings.atMostRatio);
  const moved = { ...state, before: logsOf(state), harmBefore, now: fresh };
  if (state.first !== undefined) return moved;
  if (events === 0 && state.before === undefined)
    return isTabled(mixture, share, limits.alpha)
      ? { ...state, now: fresh }
      : { ...moved, first: 1 / limits.alpha, spent: 0 };
  const first = thresholdOf(mixture, now.share, limits.alpha);
  return { ...moved, first, spent: spentBy(mixture, now.share, first, events) };
}

/** Where the canary gets this many standard deviations less than planned, the plan is not what happens. */
const offPlan = -5;

/**
 * The share by which errors are weighed: of the planned and the actual one, the one that accuses less, so that the exact
 * threshold for the planned share holds; the actual one where the canary plainly gets less than was planned.
 */
function shareForWorse({ share, requests }: Counts): { share: number; isPlanned: boolean } {
  const all = requests.canary + requests.baseline;
  if (all === 0) return { share, isPlanned: true };
  const deviations = (requests.canary - all * share) / Math.sqrt(all * share * (1 - share));
  const actual = inside(requests.canary / all);
  if (deviations < offPlan) return { share: actual, isPlanned: false };
  return { share: Math.max(share, actual), isPlanned: true };
}

function shareForHarm({ share, requests }: Counts): number {
  const all = requests.canary + requests.baseline;
  return all === 0 ? share : Math.min(share, inside(requests.canary / all));
}

const inside = (share: number) => Math.min(1 - 1e-6, Math.max(1e-6, share));

/** The logarithms of the likelihood ratios of all that was seen, one for each ratio of the mixture. */
function logsOf(state: ErrorState): readonly number[] {
  const { canary, baseline } = state.now.errors;
  return weighed(mixtures[state.mixture], state.before, canary, baseline, shareForWorse(state.now).share);
}

/** Ratios for which it is asked whether the harm is below; the allowed one comes first. */
const harmGrid = [1.1, 1.25, 1.5, 2, 3, 5, 10, 20, 50];

function harmsOf({ harmBefore, now }: ErrorState, allowed: number): readonly number[] {
  const share = shareForHarm(now);
  return [allowed, ...harmGrid].map(
    (ratio, each) => (harmBefore[each] ?? 0) - logRatio(ratio, now.errors.canary, now.errors.baseline, share),
  );
}

export interface ErrorReading {
  readonly logE: number;
  /** The test of errors alone; infinite where the moves of the share have left nothing of α. */
  readonly threshold: number;
  /** How many errors count as one. */
  readonly clusterSize: number;
  /** The least ratio of the grid that is shown not to be reached; null where none is. */
  readonly atMostRatio: number | null;
  readonly isBelowRatio: boolean;
  /** The canary's own share of errors is shown to be below the allowed one. */
  readonly isBelowShare: boolean;
}

/** What errors say by now. */
export function readErrors(state: ErrorState, limits: ErrorLimits): ErrorReading {
  const clusterSize = state.clustered ? clusterSizeOf(state.spread) : 1;
  const { weights } = mixtures[state.mixture];
  const logs = logsOf(state).map((log) => log / clusterSize);
  const needed = Math.log(1 / limits.missed);
  const harms = harmsOf(state, limits.settings.atMostRatio).map((harm) => harm / clusterSize);
  const shown = [limits.settings.atMostRatio, ...harmGrid].filter((_, each) => harms[each]! >= needed);
  return {
    logE: logMixture(weights, logs),
    threshold: thresholdNow(state, limits.alpha),
    clusterSize,
    atMostRatio: shown.length > 0 ? Math.min(...shown) : null,
    isBelowRatio: harms[0]! >= needed,
    isBelowShare: isBelowShare(state, limits, clusterSize),
  };
}

/**
 * At a fixed share the exact threshold. Once the share has moved, what is left of α by Ville's inequality: paths that
 * were stopped had an e-value of at least the first threshold, so the mean of the others is at most 1 − threshold × spent.
 */
function thresholdNow(state: ErrorState, alpha: number): number {
  if (state.clustered) return 1 / alpha;
  if (state.spent !== undefined && state.first !== undefined) {
    const left = alpha - state.spent;
    if (left <= alpha * 1e-3) return Number.MAX_VALUE;
    return Math.max(1 / alpha, (1 - state.first * state.spent) / left);
  }
  const { isPlanned } = shareForWorse(state.now);
  return isPlanned ? thresholdOf(state.mixture, state.now.share, alpha) : 1 / alpha;
}

/** Weights of "no errors at all" and of "three tenths of the allowed share", so that a stray error does not end it. */
const below = [
  { part: 0, weight: 0.9 },
  { part: 0.3, weight: 0.1 },
];

/** "At most so many of a hundred requests": without any error, after ln(1/(0.9 · missed)) / share requests. */
function isBelowShare(state: ErrorState, { settings, missed }: ErrorLimits, clusterSize: number): boolean {
  const share = settings.atMostShare;
  if (share === undefined || share <= 0) return false;
  const logs = below.map(({ part }) => {
    const gained = (1 - part) * share * state.requests.canary;
    return state.total.canary === 0 ? gained : gained + state.total.canary * Math.log(part);
  });
  const weights = below.map(({ weight }) => weight);
  return (
    logMixture(
      weights,
      logs.map((log) => log / clusterSize),
    ) >= Math.log(1 / missed)
  );
}
