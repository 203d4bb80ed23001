import type { Algorithm, WeightedGroup } from '../model.ts';
import type { Upstream } from './upstream.ts';

/**
 * The targets a request may go to: the healthy ones. When none is healthy but some are known to be
 * unhealthy, all of them, as ALB does ("fail open"): a broken health check must not take a service down.
 * Targets not yet judged get nothing otherwise.
 */
export function eligible(members: readonly Upstream[]): readonly Upstream[] {
  if (members.every(isHealthy)) return members;
  const healthy = members.filter(isHealthy);
  if (healthy.length > 0) return healthy;
  const registered = members.filter(({ state }) => state !== 'draining');
  return registered.some(({ state }) => state === 'unhealthy') ? registered : [];
}

const isHealthy = ({ state }: Upstream) => state === 'healthy';

/** The `turn`th choice among `candidates`; ties of the least busy go round as well. */
export function choose(
  candidates: readonly Upstream[],
  algorithm: Algorithm,
  turn: number,
): Upstream | undefined {
  if (algorithm === 'round_robin') return candidates[turn % candidates.length];
  const least = Math.min(...candidates.map((member) => member.work.size));
  const idlest = candidates.filter((member) => member.work.size === least);
  return idlest[turn % idlest.length];
}

/**
 * Which of several weighted groups takes the `turn`th request; undefined when all weights are 0. Spread
 * evenly rather than in runs, for a fixed stride that shares no factor with the total visits each slot once
 * per round: weights 3 and 1 give a b a a, a b a a, …
 */
export function weighted(groups: readonly WeightedGroup[], turn: number): WeightedGroup | undefined {
  const total = groups.reduce((sum, group) => sum + group.weight, 0);
  if (total === 0) return undefined;
  let slot = (turn * coprimeStride(total)) % total;
  return groups.find((group) => {
    slot -= group.weight;
    return slot < 0;
  });
}

function coprimeStride(total: number): number {
  let stride = Math.max(1, Math.floor(total * 0.618));
  while (gcd(stride, total) !== 1) stride++;
  return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
