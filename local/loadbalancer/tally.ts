import { emptyHistogram, type Histogram, merge, observe } from './histogram.ts';

/** How one request ended, as the load balancer saw it. */
export interface Served {
  readonly status: number;
  /** `target` when a target gave the status, `load-balancer` when the load balancer had to answer itself. */
  readonly by: 'target' | 'load-balancer';
  /** From the moment the request left for the target until its answer began; undefined without an answer. */
  readonly latencyMs?: number;
}

/** Requests of some time, counted. */
export interface Tally {
  readonly counts: Counts;
  readonly latency: Histogram;
}

export type Counts = Record<CountName, number>;
type CountName = `target${2 | 3 | 4 | 5}xx` | `loadBalancer${4 | 5}xx` | 'requests';

export function emptyTally(): Tally {
  return { counts: noCounts(), latency: emptyHistogram() };
}

export function count({ counts, latency }: Tally, served: Served): void {
  counts.requests += 1;
  const name = countName(served);
  if (name) counts[name] += 1;
  if (served.latencyMs !== undefined) observe(latency, served.latencyMs);
}

export function addTally(into: Tally, from: Tally): void {
  for (const name of Object.keys(into.counts) as CountName[]) into.counts[name] += from.counts[name];
  merge(into.latency, from.latency);
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
