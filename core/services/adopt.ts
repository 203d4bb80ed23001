import type { Instant } from '../kernel/plan.ts';
import type { ServiceMessage, ServiceState, Success, Target } from './model.ts';

/**
 * Takes over what was seen in ECS as a release that has succeeded. It is applied already, so nothing is written. A
 * service that a deployment has, or that was changed since somebody looked, stays as it is.
 */
export function adopted(
  state: ServiceState | undefined,
  message: Extract<ServiceMessage, { type: 'adopt' }>,
  now: Instant,
): ServiceState | undefined {
  const { environment, cluster, ecsName, onGeneration, aim, count, applied } = message;
  if ((state?.generation ?? 0) !== onGeneration) return state;
  if (state && (state.holder || state.queue.length > 0 || state.applying !== undefined)) return state;
  const known: ServiceState = state ?? {
    ...{ id: `${environment}/${ecsName}`, environment, cluster, ecsName, createdAt: now },
    ...{ generation: 0, queue: [], releases: [], succeeded: [], told: 0 },
  };
  const same = known.releases.find(({ number }) => number === aim.release.number);
  if (same && same.hash !== aim.release.hash) return state;
  const generation = known.generation + 1;
  const target: Target = { ...aim, count, generation, deployment: undefined };
  const success: Success = { ...aim, generation };
  const others = known.succeeded.filter(({ release }) => release.number !== aim.release.number);
  return {
    ...known,
    generation,
    target,
    releases: same ? known.releases : [...known.releases, aim.release],
    applied: { ...applied, generation, at: now },
    succeeded: [...others, success].slice(-maxSucceeded),
    told: generation,
  };
}

const maxSucceeded = 20;
