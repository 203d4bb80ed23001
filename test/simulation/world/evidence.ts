import type { Evidence } from '../../../core/deployments/judge/model.ts';
import type { EvidenceArm, EvidenceQuery } from '../../../core/deployments/seeing.ts';
import { behaviourOf } from './containers.ts';
import { imageOf, type SimulatedEcs } from './ecs.ts';

/** How long an interval is, and how long after its end all of it is told. */
const periodMs = 10_000;
const lateMs = { load_balancer: 60_000, metrics: 10_000 } as const;
const mostIntervals = 60;
const requestsPerInterval = 2_000;

/**
 * What is measured of two releases, by how they behave and nothing else: whoever asks again is told the same. Where
 * nobody makes use of a service there is nothing to tell.
 */
export function evidenceOf(
  { sinceMs, untilMs = Number.MAX_SAFE_INTEGER, source, share, canary, baseline }: EvidenceQuery,
  nowMs: number,
  hasTraffic: boolean,
  ecs: SimulatedEcs,
): readonly Evidence[] {
  const evidence: Evidence[] = [];
  const requests = {
    canary: Math.round(requestsPerInterval * share),
    baseline: Math.round(requestsPerInterval * (1 - share)),
  };
  const failing = (arm: EvidenceArm, all: number) =>
    Math.round(all * (behaviourOf(imageOf(ecs, arm.taskDefinitionArn)) === 'worse' ? 0.3 : 0.01));
  const errors = {
    canary: failing(canary, requests.canary),
    baseline: failing(baseline, requests.baseline),
    counted: source.type === 'metrics' ? ('episodes' as const) : ('requests' as const),
  };
  const lastMs = Math.min(untilMs, nowMs - lateMs[source.type]) - periodMs;
  let fromMs = Math.ceil(sinceMs / periodMs) * periodMs;
  for (; evidence.length < mostIntervals && fromMs <= lastMs; fromMs += periodMs)
    evidence.push({ fromMs, toMs: fromMs + periodMs, share, ...(hasTraffic && { requests, errors }) });
  return evidence;
}
