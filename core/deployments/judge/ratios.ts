/** How much worse a release may be, and the weight that the mixture gives to it. */
export interface Mixture {
  readonly ratios: readonly number[];
  readonly weights: readonly number[];
}

/** The canary's part of the errors where it has `share` of the traffic and `ratio` times the errors per request. */
export const partAt = (ratio: number, share: number): number => (ratio * share) / (ratio * share + 1 - share);

/**
 * Logarithm of the likelihood ratio of `canary` and `baseline` events, "the canary has `ratio` times as many" against
 * "it has as many": each event is the canary's with probability `partAt`, whatever traffic does over time.
 */
export function logRatio(ratio: number, canary: number, baseline: number, share: number): number {
  const part = partAt(ratio, share);
  return canary * Math.log(part / share) + baseline * Math.log((1 - part) / (1 - share));
}

/** ln(Σ weight · exp(log)). */
export function logMixture(weights: readonly number[], logs: readonly number[]): number {
  let top = Number.NEGATIVE_INFINITY;
  for (const log of logs) if (log > top) top = log;
  let sum = 0;
  for (let each = 0; each < logs.length; each++) sum += weights[each]! * Math.exp(logs[each]! - top);
  return top + Math.log(sum);
}

/** `logs` with the evidence of so many more events in it; `logs` of nothing are zeros. */
export const weighed = (
  { ratios }: Mixture,
  logs: readonly number[] | undefined,
  canary: number,
  baseline: number,
  share: number,
): readonly number[] =>
  ratios.map((ratio, each) => (logs?.[each] ?? 0) + logRatio(ratio, canary, baseline, share));
