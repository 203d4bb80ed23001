/** How health follows from checks. Pure: the checker feeds it, the pool acts on what it says. */
export type Condition =
  | { readonly state: 'initial'; readonly sinceMs: number; readonly failure?: Failure }
  | { readonly state: 'healthy'; readonly failures: number }
  | { readonly state: 'unhealthy'; readonly successes: number; readonly failure: Failure }
  | { readonly state: 'draining'; readonly untilMs: number };

export interface Failure {
  readonly reason: 'Target.ResponseCodeMismatch' | 'Target.Timeout' | 'Target.FailedHealthChecks';
  readonly description: string;
}

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly failure: Failure };

/** A health check's numbers as they hold on this machine, after `healthCheckScale`. */
export interface Pace {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/**
 * One passing check makes an `initial` target healthy, as on AWS. It is checked far more often than the
 * interval says, so that a deployment is quick on one machine; therefore its failures are counted by time:
 * it is unhealthy when it has failed for as long as `unhealthyThreshold` checks at the interval would take.
 */
export function afterCheck(condition: Condition, outcome: Outcome, pace: Pace, nowMs: number): Condition {
  switch (condition.state) {
    case 'draining':
      return condition;
    case 'initial':
      if (outcome.ok) return { state: 'healthy', failures: 0 };
      return nowMs - condition.sinceMs >= pace.intervalMs * pace.unhealthyThreshold
        ? { state: 'unhealthy', successes: 0, failure: outcome.failure }
        : { ...condition, failure: outcome.failure };
    case 'healthy':
      if (outcome.ok) return condition.failures === 0 ? condition : { state: 'healthy', failures: 0 };
      return condition.failures + 1 >= pace.unhealthyThreshold
        ? { state: 'unhealthy', successes: 0, failure: outcome.failure }
        : { state: 'healthy', failures: condition.failures + 1 };
    case 'unhealthy':
      if (!outcome.ok) return { state: 'unhealthy', successes: 0, failure: outcome.failure };
      return condition.successes + 1 >= pace.healthyThreshold
        ? { state: 'healthy', failures: 0 }
        : { ...condition, successes: condition.successes + 1 };
  }
}

const initialRetryMs = 100;

/** Milliseconds until the next check: an `initial` target is asked again soon. */
export function nextCheckMs(condition: Condition, pace: Pace): number {
  return condition.state === 'initial' ? Math.min(initialRetryMs, pace.intervalMs) : pace.intervalMs;
}

/** Whether `status` is one of a matcher's codes: `200`, `200,202`, `200-299`. */
export function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    return status >= from && status <= to;
  });
}
