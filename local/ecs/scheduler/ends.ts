import type { DeploymentSnapshot, ServiceAction, ServiceSnapshot } from './decide.ts';
import type { Tally } from './tally.ts';

/**
 * The deployment completes when the primary alone carries the count and nothing of the others is left, tasks that
 * drain included; with early success criteria, when those are met. An old deployment that once completed stays in
 * view until all is in place: it is what may have to return. `settled`: nothing is started or stopped now.
 */
export function decideEnds(
  service: ServiceSnapshot,
  primary: DeploymentSnapshot,
  tally: Tally,
  settled: boolean,
): { readonly actions: readonly ServiceAction[]; readonly wakeAt?: number } {
  const present = new Set(service.tasks.map(({ deploymentId }) => deploymentId));
  const old = service.deployments.slice(1);
  const empty = settled ? old.filter(({ id }) => !present.has(id)) : [];
  const isAlone = service.tasks.every(({ deploymentId }) => deploymentId === primary.id);
  const isStable =
    settled &&
    isAlone &&
    primary.state !== 'failed' &&
    empty.length === old.length &&
    tally.primaryHealthy >= service.desiredCount &&
    tally.up.length === service.desiredCount;
  const isEarly = tally.isEarly && (isAlone || primary.early?.cleanup === 'DEFERRED');
  const mayComplete = primary.state === 'in_progress' && (isStable || isEarly);
  const end = mayComplete ? completion(service, primary) : { actions: [] };
  const isDone = isStable && (primary.state === 'completed' || end.actions[0]?.kind === 'complete');
  const retired = empty.filter(({ state }) => isDone || state !== 'completed');
  return {
    ...end,
    actions: [
      ...retired.map(({ id }): ServiceAction => ({ kind: 'retire', deploymentId: id })),
      ...end.actions,
      ...(isDone ? [{ kind: 'steady' } as const] : []),
    ],
  };
}

/** At once, or after the bake time, which begins with the first look at which the deployment could complete. */
function completion(
  { now }: ServiceSnapshot,
  { id, bake }: DeploymentSnapshot,
): { readonly actions: readonly ServiceAction[]; readonly wakeAt?: number } {
  const complete: ServiceAction = { kind: 'complete', deploymentId: id };
  if (!bake || bake.durationMs === 0) return { actions: [complete] };
  if (bake.since === undefined) {
    return { actions: [{ kind: 'bake', deploymentId: id }], wakeAt: now + bake.durationMs };
  }
  const over = bake.since + bake.durationMs;
  return now >= over ? { actions: [complete] } : { actions: [], wakeAt: over };
}
