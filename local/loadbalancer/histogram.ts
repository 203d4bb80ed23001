/**
 * Latencies in logarithmic buckets: 0.05 ms to about 3 minutes, each bucket 10 % wider than the one before,
 * so a percentile is at most 5 % off, in a fixed 160 numbers.
 */
export interface Histogram {
  readonly counts: Uint32Array;
  total: number;
  sumMs: number;
  maxMs: number;
}

const smallestMs = 0.05;
const growth = 1.1;
const buckets = 160;

export function emptyHistogram(): Histogram {
  return { counts: new Uint32Array(buckets), total: 0, sumMs: 0, maxMs: 0 };
}

export function observe(histogram: Histogram, valueMs: number): void {
  const position = Math.floor(Math.log(Math.max(valueMs, smallestMs) / smallestMs) / Math.log(growth));
  const bucket = Math.min(buckets - 1, position);
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.total += 1;
  histogram.sumMs += valueMs;
  histogram.maxMs = Math.max(histogram.maxMs, valueMs);
}

export function merge(into: Histogram, from: Histogram): void {
  for (const [bucket, count] of from.counts.entries())
    into.counts[bucket] = (into.counts[bucket] ?? 0) + count;
  into.total += from.total;
  into.sumMs += from.sumMs;
  into.maxMs = Math.max(into.maxMs, from.maxMs);
}

/** The middle of each bucket that counted something, ascending. */
export function latenciesOf(histogram: Histogram): { readonly ms: number; readonly count: number }[] {
  const found: { readonly ms: number; readonly count: number }[] = [];
  for (const [bucket, count] of histogram.counts.entries())
    if (count > 0)
      found.push({ ms: Math.min(histogram.maxMs, smallestMs * growth ** (bucket + 0.5)), count });
  return found;
}

/** The value that a share `fraction` (0 to 1) of the observations does not exceed; undefined without any. */
export function percentile(histogram: Histogram, fraction: number): number | undefined {
  if (histogram.total === 0) return undefined;
  const rank = Math.max(1, Math.ceil(fraction * histogram.total));
  let seen = 0;
  for (const [bucket, count] of histogram.counts.entries()) {
    seen += count;
    if (seen >= rank) return Math.min(histogram.maxMs, smallestMs * growth ** (bucket + 0.5));
  }
  return histogram.maxMs;
}
