import { percentile } from '../../test/support/load.ts';
import { argo, berth, circuitBreaker, flagger, kayentaAt, peekedZ, type WatchingRule } from './incumbents.ts';
import { lotsFrom } from './random.ts';
import { type StreamKind, streamOf } from './streams.ts';

/** What a rule made of streams of one kind, watched for an hour. */
export interface Found {
  readonly errorShare: number;
  readonly ratio: number;
  /** Part of the streams that it called worse: false alarms where the ratio is 1. */
  readonly found: number;
  /** Seconds until it did, of those; null of none. */
  readonly medianSeconds: number | null;
  readonly p95Seconds: number | null;
}

export type Contest = Readonly<Record<string, readonly Found[]>>;

const rules: Readonly<Record<string, WatchingRule>> = {
  berth,
  peekedZ,
  kayentaAt10Minutes: kayentaAt(600),
  kayentaAt60Minutes: kayentaAt(3600),
  flaggerExample: flagger,
  argoExample: argo,
  ecsCircuitBreaker: circuitBreaker,
};

const hour = { requestsPerSecond: 100, share: 0.5, seconds: 3600 };

/** Every rule on the very same streams. */
export function contest(log: (line: string) => void): Contest {
  const kinds = [0.001, 0.01].flatMap((errorShare) =>
    [1, 2, 5, 10].map((ratio): StreamKind => ({ ...hour, errorShare, ratio })),
  );
  const results: Record<string, Found[]> = Object.fromEntries(Object.keys(rules).map((name) => [name, []]));
  for (const kind of kinds) {
    log(`incumbents beside it: ${kind.errorShare * 100} % errors, ${kind.ratio} times`);
    const times = timesOf(kind, kind.ratio === 1 ? 1000 : 200);
    for (const [name, seconds] of Object.entries(times)) results[name]!.push(foundOf(kind, seconds));
  }
  return results;
}

function timesOf(kind: StreamKind, runs: number): Record<string, (number | undefined)[]> {
  const lots = lotsFrom(kind.ratio * 1000 + kind.errorShare * 1e6);
  const times: Record<string, (number | undefined)[]> = {};
  for (let run = 0; run < runs; run++) {
    const stream = streamOf(kind, lots);
    for (const [name, rule] of Object.entries(rules)) {
      times[name] ??= [];
      times[name].push(rule(stream, kind.share, kind.seconds));
    }
  }
  return times;
}

function foundOf({ errorShare, ratio }: StreamKind, seconds: readonly (number | undefined)[]): Found {
  const found = Float64Array.from(seconds.filter((second) => second !== undefined)).sort();
  return {
    errorShare,
    ratio,
    found: found.length / seconds.length,
    medianSeconds: found.length > 0 ? percentile(found, 0.5) : null,
    p95Seconds: found.length > 0 ? percentile(found, 0.95) : null,
  };
}
