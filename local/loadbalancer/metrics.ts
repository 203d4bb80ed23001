import type { Clock } from '../support/clock.ts';
import { type Histogram, percentile } from './histogram.ts';
import { addTally, emptyTally, type Tally } from './tally.ts';

export interface MetricsWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** 1 or more; whole minutes reach back six hours, anything finer a quarter of an hour. */
  readonly periodSeconds: number;
}

/** What happened in one period; counts are zero and `latencyMs` undefined where nothing did. */
export interface MetricsPoint {
  readonly startMs: number;
  readonly requests: number;
  readonly target2xx: number;
  readonly target3xx: number;
  readonly target4xx: number;
  readonly target5xx: number;
  readonly loadBalancer4xx: number;
  readonly loadBalancer5xx: number;
  readonly latencyMs:
    | {
        readonly p50: number;
        readonly p95: number;
        readonly p99: number;
        readonly max: number;
        readonly mean: number;
      }
    | undefined;
  readonly healthyHosts: number;
  readonly unhealthyHosts: number;
}

export interface Metrics {
  /** Adds what happened within the second of `atMs`. */
  add(targetGroupArn: string, atMs: number, tally: Tally): void;
  /** Notes the number of hosts after it changed. */
  hosts(targetGroupArn: string, healthy: number, unhealthy: number): void;
  /** One point per period, oldest first, periods aligned to multiples of `periodSeconds`. */
  query(targetGroupArn: string, window: MetricsWindow): MetricsPoint[];
  /** All that happened between two moments of the last quarter of an hour, as one point. */
  recent(targetGroupArn: string, fromMs: number, toMs: number): MetricsPoint;
  /** The same as it was counted, with the hosts at its end. */
  within(
    targetGroupArn: string,
    fromMs: number,
    toMs: number,
  ): { readonly tally: Tally; readonly healthy: number; readonly unhealthy: number };
  forget(targetGroupArn: string): void;
  clear(): void;
}

interface Bucket {
  readonly startMs: number;
  readonly tally: Tally;
}

interface HostCount {
  readonly atMs: number;
  readonly healthy: number;
  readonly unhealthy: number;
}

interface Group {
  readonly seconds: Bucket[];
  readonly minutes: Bucket[];
  readonly hosts: HostCount[];
}

const empty: Group = { seconds: [], minutes: [], hosts: [] };

const keptSeconds = 900;
const keptMinutes = 360;
const keptHostCounts = 1000;
const mostPoints = 1440;

/** Metrics of the last hours per target group, in memory only: 1,260 buckets of about 700 bytes at most. */
export function createMetrics(clock: Clock): Metrics {
  const groups = new Map<string, Group>();
  const group = (arn: string): Group => {
    const known = groups.get(arn);
    if (known) return known;
    const fresh: Group = { seconds: [], minutes: [], hosts: [] };
    groups.set(arn, fresh);
    return fresh;
  };
  return {
    add(arn, atMs, tally) {
      const { seconds, minutes } = group(arn);
      addTally(bucketAt(seconds, atMs, 1000, keptSeconds).tally, tally);
      addTally(bucketAt(minutes, atMs, 60_000, keptMinutes).tally, tally);
    },
    hosts(arn, healthy, unhealthy) {
      const { hosts } = group(arn);
      hosts.push({ atMs: clock.now(), healthy, unhealthy });
      if (hosts.length > keptHostCounts) hosts.shift();
    },
    query: (arn, window) => points(groups.get(arn) ?? empty, window),
    recent(arn, fromMs, toMs) {
      const { seconds, hosts } = groups.get(arn) ?? empty;
      return point(seconds, hosts, fromMs, toMs);
    },
    within(arn, fromMs, toMs) {
      const { seconds, hosts } = groups.get(arn) ?? empty;
      const tally = emptyTally();
      for (const bucket of seconds)
        if (bucket.startMs >= fromMs && bucket.startMs < toMs) addTally(tally, bucket.tally);
      const { healthyHosts: healthy, unhealthyHosts: unhealthy } = hostsBy(hosts, toMs);
      return { tally, healthy, unhealthy };
    },
    forget(arn) {
      groups.delete(arn);
    },
    clear() {
      groups.clear();
    },
  };
}

function bucketAt(buckets: Bucket[], atMs: number, widthMs: number, kept: number): Bucket {
  const startMs = atMs - (atMs % widthMs);
  const last = buckets.at(-1);
  // A clock that steps back must not break the order that `points` relies on.
  if (last && last.startMs >= startMs) return last;
  const bucket = { startMs, tally: emptyTally() };
  buckets.push(bucket);
  if (buckets.length > kept) buckets.shift();
  return bucket;
}

function points(group: Group, { fromMs, toMs, periodSeconds }: MetricsWindow): MetricsPoint[] {
  const widthMs = Math.max(1, Math.floor(periodSeconds)) * 1000;
  const buckets = widthMs % 60_000 === 0 ? group.minutes : group.seconds;
  const first = fromMs - (fromMs % widthMs);
  const found: MetricsPoint[] = [];
  for (let startMs = first; startMs < toMs && found.length < mostPoints; startMs += widthMs) {
    const within = buckets.filter(
      (bucket) => bucket.startMs >= startMs && bucket.startMs < startMs + widthMs,
    );
    found.push({ startMs, ...summed(within), ...hostsBy(group.hosts, startMs + widthMs) });
  }
  return found;
}

function point(
  buckets: readonly Bucket[],
  hosts: readonly HostCount[],
  startMs: number,
  endMs: number,
): MetricsPoint {
  const within = buckets.filter((bucket) => bucket.startMs >= startMs && bucket.startMs < endMs);
  return { startMs, ...summed(within), ...hostsBy(hosts, endMs) };
}

function summed(buckets: readonly Bucket[]) {
  const sum = emptyTally();
  for (const { tally } of buckets) addTally(sum, tally);
  return { ...sum.counts, latencyMs: summary(sum.latency) };
}

function summary(latency: Histogram): MetricsPoint['latencyMs'] {
  const at = (fraction: number) => percentile(latency, fraction) ?? 0;
  if (latency.total === 0) return undefined;
  const mean = latency.sumMs / latency.total;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: latency.maxMs, mean };
}

function hostsBy(hosts: readonly HostCount[], untilMs: number) {
  const last = hosts.findLast((entry) => entry.atMs < untilMs);
  return { healthyHosts: last?.healthy ?? 0, unhealthyHosts: last?.unhealthy ?? 0 };
}
