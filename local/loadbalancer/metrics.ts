import type { Clock } from '../support/clock.ts';
import { emptyHistogram, type Histogram, merge, observe, percentile } from './histogram.ts';

/** How one request ended, as the load balancer saw it. */
export interface Served {
  readonly status: number;
  /** `target` when a target gave the status, `load-balancer` when the load balancer had to answer itself. */
  readonly by: 'target' | 'load-balancer';
  /** From the moment the request left for the target until its answer began; undefined without an answer. */
  readonly latencyMs?: number;
}

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
  served(targetGroupArn: string, served: Served): void;
  /** Notes the number of hosts after it changed. */
  hosts(targetGroupArn: string, healthy: number, unhealthy: number): void;
  /** One point per period, oldest first, periods aligned to multiples of `periodSeconds`. */
  query(targetGroupArn: string, window: MetricsWindow): MetricsPoint[];
  /** All that happened between two moments of the last quarter of an hour, as one point. */
  recent(targetGroupArn: string, fromMs: number, toMs: number): MetricsPoint;
  forget(targetGroupArn: string): void;
  clear(): void;
}

interface Bucket {
  readonly startMs: number;
  readonly counts: Counts;
  readonly latency: Histogram;
}

type Counts = Record<CountName, number>;
type CountName = `target${2 | 3 | 4 | 5}xx` | `loadBalancer${4 | 5}xx` | 'requests';

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
    served(arn, served) {
      const { seconds, minutes } = group(arn);
      count(bucketAt(seconds, clock.now(), 1000, keptSeconds), served);
      count(bucketAt(minutes, clock.now(), 60_000, keptMinutes), served);
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
    forget(arn) {
      groups.delete(arn);
    },
    clear() {
      groups.clear();
    },
  };
}

function bucketAt(buckets: Bucket[], nowMs: number, widthMs: number, kept: number): Bucket {
  const startMs = nowMs - (nowMs % widthMs);
  const last = buckets.at(-1);
  // A clock that steps back must not break the order that `points` relies on.
  if (last && last.startMs >= startMs) return last;
  const bucket = { startMs, counts: noCounts(), latency: emptyHistogram() };
  buckets.push(bucket);
  if (buckets.length > kept) buckets.shift();
  return bucket;
}

function count(bucket: Bucket, served: Served): void {
  const { counts, latency } = bucket;
  counts.requests += 1;
  const name = countName(served);
  if (name) counts[name] += 1;
  if (served.latencyMs !== undefined) observe(latency, served.latencyMs);
}

function countName({ status, by }: Served): CountName | undefined {
  const hundreds = Math.floor(status / 100);
  if (by === 'load-balancer')
    return hundreds === 4 || hundreds === 5 ? `loadBalancer${hundreds}xx` : undefined;
  return hundreds === 2 || hundreds === 3 || hundreds === 4 || hundreds === 5
    ? `target${hundreds}xx`
    : undefined;
}

const noCounts = (): Counts => ({
  requests: 0,
  target2xx: 0,
  target3xx: 0,
  target4xx: 0,
  target5xx: 0,
  loadBalancer4xx: 0,
  loadBalancer5xx: 0,
});

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
  const counts = noCounts();
  const latency = emptyHistogram();
  for (const bucket of buckets) {
    for (const name of Object.keys(counts) as CountName[]) counts[name] += bucket.counts[name];
    merge(latency, bucket.latency);
  }
  return { ...counts, latencyMs: summary(latency) };
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
