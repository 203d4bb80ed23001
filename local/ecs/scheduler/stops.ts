import type { ServiceAction, ServiceSnapshot, TaskSnapshot } from './decide.ts';
import { provenOld, type Tally } from './tally.ts';

/** Which tasks go, at most so many that the lower bound stays healthy; `wanted` places are needed for others. */
export function decideStops(service: ServiceSnapshot, tally: Tally, wanted: number): ServiceAction[] {
  const unhealthy = unhealthyToStop(service, tally, wanted);
  const stillWanted = Math.max(0, wanted - unhealthy.length);
  const surplus = surplusToStop(service, tally, stillWanted);
  return [
    ...unhealthy.map(({ id }): ServiceAction => ({ kind: 'stop', taskId: id, why: 'unhealthy' })),
    ...surplus.map(({ id }): ServiceAction => ({ kind: 'stop', taskId: id, why: 'scaling' })),
  ];
}

/** Replacement first: an unhealthy task is kept until others carry the count, or its place is needed. */
function unhealthyToStop(service: ServiceSnapshot, tally: Tally, wanted: number): readonly TaskSnapshot[] {
  const lacking = Math.max(0, service.desiredCount - tally.healthy.length);
  const kept = Math.min(tally.unhealthy.length, lacking);
  const stopped = Math.max(tally.unhealthy.length - kept, Math.min(wanted, tally.unhealthy.length));
  return oldestFirst(tally.unhealthy).slice(0, stopped);
}

/**
 * What there is beyond the desired count, old revisions first; and healthy old tasks down to the lower bound
 * where the new revision needs their place. Worked: desired 4, 50/100: two old ones go, then two new ones come.
 * What `startsOfOld` would start again at once is never stopped for its place: that would go on for ever.
 */
function surplusToStop(service: ServiceSnapshot, tally: Tally, wanted: number): readonly TaskSnapshot[] {
  const isOld = (task: TaskSnapshot) => task.deploymentId !== tally.primaryId;
  const free = tally.up.filter((task) => !task.isProtected && task.health !== 'unhealthy');
  const spare = free.filter((task) => task.health !== 'healthy');
  const oldPlace = provenOld(service) ? 0 : wanted;
  const oldSpare = spare.filter(isOld).slice(0, Math.max(0, oldPlace, surplusOfOld(service, tally)));
  const primarySurplus = Math.max(0, tally.primaryGood.length - service.desiredCount);
  const primarySpare = newestFirst(spare.filter((task) => !isOld(task))).slice(0, primarySurplus);
  const place = Math.max(0, wanted - oldSpare.length);
  const healthyOld = oldestFirst(free.filter((task) => task.health === 'healthy' && isOld(task)));
  const surplus = Math.max(0, tally.healthy.length - service.desiredCount);
  const beyond = mayLeaveEarly(service, tally) ? Math.max(surplus, healthyOld.length) : surplus;
  const spareHealthy = Math.max(0, tally.healthy.length - tally.lower);
  const healthyOldStopped = healthyOld.slice(0, Math.min(spareHealthy, Math.max(beyond, place)));
  const left = Math.min(
    primarySurplus - primarySpare.length,
    spareHealthy - healthyOldStopped.length,
    surplus - healthyOldStopped.length,
  );
  const healthyPrimary = newestFirst(free.filter((task) => task.health === 'healthy' && !isOld(task)));
  return [...oldSpare, ...primarySpare, ...healthyOldStopped, ...healthyPrimary.slice(0, Math.max(0, left))];
}

/** Early success: the old ones go although the primary does not carry the whole count yet. */
function mayLeaveEarly(service: ServiceSnapshot, tally: Tally): boolean {
  const primary = service.deployments[0];
  return tally.isEarly && (primary?.state === 'completed' || primary?.early?.cleanup === 'BLOCKING');
}

/** Old tasks that are not yet healthy are worth keeping only where the lower bound still lacks them. */
function surplusOfOld(service: ServiceSnapshot, tally: Tally): number {
  const primary = service.deployments[0];
  const carried = primary?.state === 'failed' ? service.desiredCount : tally.lower;
  return tally.oldGood.length - Math.max(0, carried - tally.primaryHealthy);
}

function oldestFirst(tasks: readonly TaskSnapshot[]): readonly TaskSnapshot[] {
  return [...tasks].sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
}

function newestFirst(tasks: readonly TaskSnapshot[]): readonly TaskSnapshot[] {
  return [...oldestFirst(tasks)].reverse();
}
