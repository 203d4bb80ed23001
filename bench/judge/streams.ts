import type { Lots } from './random.ts';

/** An hour of requests and errors by the second, for two releases. */
export interface Stream {
  readonly requests: { readonly canary: Uint16Array; readonly baseline: Uint16Array };
  readonly errors: { readonly canary: Uint16Array; readonly baseline: Uint16Array };
}

export interface StreamKind {
  readonly requestsPerSecond: number;
  readonly share: number;
  readonly errorShare: number;
  readonly ratio: number;
  readonly seconds: number;
}

/** Requests at random, each in error by itself. */
export function streamOf(kind: StreamKind, lots: Lots): Stream {
  const { requestsPerSecond, share, errorShare, ratio, seconds } = kind;
  const arm = (part: number, failing: number) => {
    const requests = new Uint16Array(seconds);
    const errors = new Uint16Array(seconds);
    for (let second = 0; second < seconds; second++) {
      const failed = lots.poisson(requestsPerSecond * part * failing);
      errors[second] = failed;
      requests[second] = failed + lots.poisson(requestsPerSecond * part * (1 - failing));
    }
    return { requests, errors };
  };
  const canary = arm(share, errorShare * ratio);
  const baseline = arm(1 - share, errorShare);
  return {
    requests: { canary: canary.requests, baseline: baseline.requests },
    errors: { canary: canary.errors, baseline: baseline.errors },
  };
}

/** Sums of the seconds [from, to). */
export function sums(stream: Stream, from: number, to: number) {
  const sum = (values: Uint16Array) => {
    let total = 0;
    for (let second = from; second < to; second++) total += values[second]!;
    return total;
  };
  return {
    requests: { canary: sum(stream.requests.canary), baseline: sum(stream.requests.baseline) },
    errors: { canary: sum(stream.errors.canary), baseline: sum(stream.errors.baseline) },
  };
}
