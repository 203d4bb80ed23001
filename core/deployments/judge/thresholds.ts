import { calibrated } from './calibrated.ts';
import { boundaryOf, falseAlarmOf, walk } from './lattice.ts';
import { type Mixture, partAt } from './ratios.ts';

export type MixtureName = 'even' | 'small';

/**
 * Weights near the least worst-case delay over 1.5 to 10 times at shares of a half and of a tenth: mean errors to detect
 * over the information limit are at most 1.16 and 1.19, where no rule is below 1.148 and 1.180 (`bench judge`).
 */
export const mixtures: Readonly<Record<MixtureName, Mixture>> = {
  even: { ratios: [1.5, 2, 3, 5, 10], weights: [0.21, 0.295, 0.025, 0.03, 0.44] },
  small: { ratios: [1.5, 2, 3, 5, 10, 20], weights: [0.18, 0.18, 0.11, 0.07, 0.365, 0.095] },
};

export const mixtureFor = (share: number): MixtureName => (share >= 0.25 ? 'even' : 'small');

/** Shares outside are not calibrated: one pass over their lattice takes too long, and 1/α is valid anyway. */
const calibratedShares = { from: 0.03, to: 0.97 };

const known = new Map<string, number>();

/**
 * The least e-value that may be called "worse" at a fixed share so that false alarms are at most `alpha`, however often
 * one looks: exact on the lattice. From the table where it has it, else computed once (some ten milliseconds).
 */
export function thresholdOf(name: MixtureName, share: number, alpha: number): number {
  if (share < calibratedShares.from || share > calibratedShares.to || alpha <= 0) return 1 / alpha;
  const key = keyOf(name, share, alpha);
  const found = calibrated[key] ?? known.get(key);
  if (found !== undefined) return found;
  if (known.size >= 64) known.clear();
  const threshold = calibrate(mixtures[name], share, alpha);
  known.set(key, threshold);
  return threshold;
}

const keyOf = (name: MixtureName, share: number, alpha: number) =>
  `${name} ${share} ${Number(alpha.toPrecision(6))}`;

export const isTabled = (name: MixtureName, share: number, alpha: number): boolean =>
  keyOf(name, share, alpha) in calibrated;

const bisections = 9;

/** A threshold between 0.4/α and 1/α, rounded up. */
export function calibrate(mixture: Mixture, share: number, alpha: number): number {
  const horizon = horizonOf(share, alpha);
  let low = Math.log(0.4 / alpha);
  let high = Math.log(1 / alpha);
  for (let round = 0; round < bisections; round++) {
    const middle = (low + high) / 2;
    if (falseAlarmOf(mixture, share, Math.exp(middle), horizon) <= alpha) high = middle;
    else low = middle;
  }
  return Math.min(1 / alpha, Number((Math.exp(high) * 1.00005).toPrecision(5)));
}

/** So many events that hardly a path of the mixture's slightest ratio is left: the rest is bounded, not walked. */
const horizonOf = (share: number, alpha: number) =>
  Math.min(8000, Math.ceil((5 * Math.log(1 / alpha)) / divergence(1.5, share)));

/** Information in one event about a canary with `ratio` times the errors, in nats. */
export function divergence(ratio: number, share: number): number {
  const part = partAt(ratio, share);
  return part * Math.log(part / share) + (1 - part) * Math.log((1 - part) / (1 - share));
}

/** How much of the false alarms the threshold has used up after so many events. */
export function spentBy(name: MixtureName, share: number, threshold: number, events: number): number {
  if (events < 1) return 0;
  const most = Math.min(Math.ceil(events), 8000);
  return walk(boundaryOf(mixtures[name], share, threshold), share, most).stopped;
}
