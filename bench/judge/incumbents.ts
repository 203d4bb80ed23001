import { openJudge, verdictOf, weigh } from '../../core/deployments/judge/judge.ts';
import { errorsAlone } from './exact.ts';
import { type Stream, sums } from './streams.ts';

/** When a rule calls the canary worse, in seconds; undefined where it never does. */
export type WatchingRule = (stream: Stream, share: number, seconds: number) => number | undefined;

/** Berth's judge: asked at each second that has an error of the canary, for no other can make it worse. */
export const berth: WatchingRule = (stream, share, seconds) => {
  let state = openJudge(errorsAlone, { share, tasks: { canary: 1, baseline: 1 } });
  let from = 0;
  for (let second = 0; second < seconds; second++) {
    if (stream.errors.canary[second] === 0) continue;
    const { requests, errors } = sums(stream, from, second + 1);
    const interval = { fromMs: from * 1000, toMs: (second + 1) * 1000, share };
    state = weigh(errorsAlone, state, {
      ...interval,
      requests,
      errors: { ...errors, counted: 'episodes' },
    });
    from = second + 1;
    if (verdictOf(errorsAlone, state).is === 'worse') return from;
  }
  return undefined;
};

const every = 10;
/** One-sided at 1 %. */
const zAtOnePercent = 2.326;

/** A test of two proportions that is meant for one look, taken every ten seconds. */
export const peekedZ: WatchingRule = (stream, _share, seconds) => {
  const seen = { requests: { canary: 0, baseline: 0 }, errors: { canary: 0, baseline: 0 } };
  for (let to = every; to <= seconds; to += every) {
    const more = sums(stream, to - every, to);
    for (const arm of ['canary', 'baseline'] as const) {
      seen.requests[arm] += more.requests[arm];
      seen.errors[arm] += more.errors[arm];
    }
    const { requests, errors } = seen;
    const pooled = (errors.canary + errors.baseline) / (requests.canary + requests.baseline);
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / requests.canary + 1 / requests.baseline));
    const difference = errors.canary / requests.canary - errors.baseline / requests.baseline;
    if (deviation > 0 && difference / deviation > zAtOnePercent) return to;
  }
  return undefined;
};

/** Kayenta's rule (NetflixACAJudge 1.0, read in its source) at one look over points of a minute. */
export const kayentaAt =
  (look: number): WatchingRule =>
  (stream) => {
    const rates = (arm: 'canary' | 'baseline') =>
      Array.from({ length: look / 60 }, (_, minute) => {
        const { requests, errors } = sums(stream, minute * 60, minute * 60 + 60);
        return requests[arm] > 0 ? errors[arm] / requests[arm] : 0;
      });
    const canary = withoutOutliers(rates('canary'));
    const baseline = withoutOutliers(rates('baseline'));
    const differences = canary
      .flatMap((one) => baseline.map((other) => one - other))
      .sort((one, other) => one - other);
    const pairs = differences.length;
    const spread = Math.sqrt((pairs * (canary.length + baseline.length + 1)) / 12);
    const lowest = differences[Math.max(0, Math.floor(pairs / 2 - zAtOnePercent * spread))] ?? 0;
    const estimate = quantile(differences, 0.5);
    return lowest > 0.25 * Math.abs(estimate) ? look : undefined;
  };

function withoutOutliers(values: readonly number[]): number[] {
  const sorted = [...values].sort((one, other) => one - other);
  const [first, third] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const reach = 3 * (third - first);
  return sorted.filter((value) => value >= first - reach && value <= third + reach);
}

function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? 0;
  return below + ((sorted[Math.ceil(place)] ?? 0) - below) * (place % 1);
}

/** A share of successes that is held against a fixed number: so many failed checks, and it is over. */
const byThreshold =
  (every: number, least: number, failures: number): WatchingRule =>
  (stream, _share, seconds) => {
    let failed = 0;
    for (let to = every; to <= seconds; to += every) {
      const { requests, errors } = sums(stream, to - every, to);
      if (requests.canary > 0 && 1 - errors.canary / requests.canary < least) failed++;
      if (failed >= failures) return to;
    }
    return undefined;
  };

/** Flagger's documented example: 99 % of requests succeed, looked at each minute, ten failed checks. */
export const flagger = byThreshold(60, 0.99, 10);

/** Argo Rollouts' documented example: 95 %, looked at every five minutes, more than three failures. */
export const argo = byThreshold(300, 0.95, 4);

/** ECS counts tasks that fail to start or to be healthy. Tasks that answer with errors are running tasks. */
export const circuitBreaker: WatchingRule = () => undefined;
