import type { DeploymentCircuitBreaker } from '@aws-sdk/client-ecs';
import type { Backoff } from '../model.ts';
import type { Wire } from '../wire.ts';

/**
 * Failures at which the deployment circuit breaker trips; undefined when it is off.
 * BOUNDED_PERCENT (the default, 50): 1 → 3, 25 → 13, 400 → 200, 800 → 200.
 */
export function failureThreshold(
  breaker: Wire<DeploymentCircuitBreaker> | undefined,
  desiredCount: number,
): number | undefined {
  if (!breaker?.enable) return undefined;
  const { type = 'BOUNDED_PERCENT', value = 50 } = breaker.thresholdConfiguration ?? {};
  if (type === 'COUNT') return Math.max(1, value);
  const share = Math.ceil(((value ?? 50) * desiredCount) / 100);
  return type === 'UNBOUNDED_PERCENT' ? Math.max(1, share) : Math.min(200, Math.max(3, share));
}

const roundsWithoutDelay = 3;
const neverRanCeilingMs = 27 * 60_000;
const shortLivedCeilingMs = 10_000;

export const noBackoff: Backoff = { round: 0, roundStartedAt: 0, startAfter: 0 };

/**
 * The back-off after one more failed task. Tasks that fail together are one round: the first three rounds
 * are restarted at once, then after 1, 2, 4 … seconds, at most 27 minutes. Tasks that reached RUNNING and
 * ended soon after wait 10 seconds at most: ECS does not slow them down, but on ECS a start takes as long.
 */
export function afterFailure(
  backoff: Backoff,
  failed: { readonly createdAt: number; readonly reachedRunning: boolean },
  now: number,
): Backoff {
  if (backoff.round > 0 && failed.createdAt < backoff.roundStartedAt) return backoff;
  const round = backoff.round + 1;
  const ceiling = failed.reachedRunning ? shortLivedCeilingMs : neverRanCeilingMs;
  const exponent = Math.min(30, round - roundsWithoutDelay - 1);
  const delayMs = round <= roundsWithoutDelay ? 0 : Math.min(ceiling, 1000 * 2 ** exponent);
  return { round, roundStartedAt: now, startAfter: now + delayMs };
}
