/**
 * The service scheduler: a snapshot of one service in, the next actions out. Pure.
 *
 * Safety, in a sentence: it never stops a healthy task when that would leave fewer than
 * ceil(desired × minimum %) healthy, and never starts one that would make more than
 * floor(desired × maximum %) starting or running.
 */
export interface ServiceSnapshot {
  readonly now: number;
  readonly isDraining: boolean;
  readonly desiredCount: number;
  readonly minimumPercent: number;
  readonly maximumPercent: number;
  /** The first is the primary; the others are what it replaces. */
  readonly deployments: readonly DeploymentSnapshot[];
  readonly tasks: readonly TaskSnapshot[];
}

export interface DeploymentSnapshot {
  readonly id: string;
  readonly state: 'in_progress' | 'completed' | 'failed';
  /** Epoch milliseconds before which no task of it is started, after failures. */
  readonly startAfter: number;
  readonly failures: number;
  /** Failures at which the circuit breaker trips; undefined when it is off. */
  readonly failureThreshold: number | undefined;
}

export interface TaskSnapshot {
  readonly id: string;
  readonly deploymentId: string | undefined;
  /** `leaving`: told to stop, not stopped yet; `occupies` says whether ECS still counts it as running. */
  readonly phase: 'starting' | 'running' | 'leaving';
  readonly occupies: boolean;
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
  readonly isProtected: boolean;
  readonly createdAt: number;
}

export type ServiceAction =
  | { readonly kind: 'start'; readonly deploymentId: string; readonly count: number }
  | { readonly kind: 'stop'; readonly taskId: string; readonly why: 'unhealthy' | 'scaling' }
  | { readonly kind: 'fail'; readonly deploymentId: string }
  | { readonly kind: 'complete'; readonly deploymentId: string }
  | { readonly kind: 'retire'; readonly deploymentId: string }
  | { readonly kind: 'steady' };

export interface ServicePlan {
  readonly actions: readonly ServiceAction[];
  /** When to look again though nothing happens. */
  readonly wakeAt?: number;
}

/** `ceil(3 × 50 %) = 2` must stay healthy. */
export function lowerBound(desiredCount: number, minimumPercent: number): number {
  return Math.ceil((desiredCount * minimumPercent) / 100);
}

/** `floor(3 × 150 %) = 4` may be starting or running. */
export function upperBound(desiredCount: number, maximumPercent: number): number {
  return Math.floor((desiredCount * maximumPercent) / 100);
}

export function decideService(service: ServiceSnapshot): ServicePlan {
  if (service.isDraining) return { actions: stopAll(service) };
  const primary = service.deployments[0];
  if (!primary) return { actions: [] };
  if (hasFailed(primary)) return { actions: [{ kind: 'fail', deploymentId: primary.id }] };
  const tally = count(service, primary);
  const starts = decideStarts(service, primary, tally);
  const stops = decideStops(service, tally, starts.wanted);
  const settled = starts.actions.length === 0 && stops.length === 0;
  const ends = settled ? decideEnds(service, primary, tally) : [];
  return {
    actions: [...starts.actions, ...stops, ...ends],
    ...(starts.wakeAt === undefined ? {} : { wakeAt: starts.wakeAt }),
  };
}

function hasFailed(deployment: DeploymentSnapshot): boolean {
  const { failureThreshold, failures, state } = deployment;
  return state === 'in_progress' && failureThreshold !== undefined && failures >= failureThreshold;
}

interface Tally {
  readonly primaryId: string;
  readonly lower: number;
  readonly upper: number;
  /** Starting or running, as ECS counts against the upper bound. */
  readonly occupied: number;
  readonly up: readonly TaskSnapshot[];
  readonly healthy: readonly TaskSnapshot[];
  readonly unhealthy: readonly TaskSnapshot[];
  readonly primaryGood: readonly TaskSnapshot[];
  readonly primaryHealthy: number;
  readonly oldGood: readonly TaskSnapshot[];
}

function count(service: ServiceSnapshot, primary: DeploymentSnapshot): Tally {
  const up = service.tasks.filter(({ phase }) => phase !== 'leaving');
  const good = up.filter(({ health }) => health !== 'unhealthy');
  const healthy = up.filter(({ health }) => health === 'healthy');
  const isPrimary = (task: TaskSnapshot) => task.deploymentId === primary.id;
  return {
    primaryId: primary.id,
    lower: lowerBound(service.desiredCount, service.minimumPercent),
    upper: upperBound(service.desiredCount, service.maximumPercent),
    occupied: service.tasks.filter(({ occupies }) => occupies).length,
    up,
    healthy,
    unhealthy: up.filter(({ health }) => health === 'unhealthy'),
    primaryGood: good.filter(isPrimary),
    primaryHealthy: healthy.filter(isPrimary).length,
    oldGood: good.filter((task) => !isPrimary(task)),
  };
}

interface Starts {
  readonly actions: readonly ServiceAction[];
  /** How many more the primary would start if the upper bound left room: what stopping others must make. */
  readonly wanted: number;
  readonly wakeAt?: number;
}

function decideStarts(service: ServiceSnapshot, primary: DeploymentSnapshot, tally: Tally): Starts {
  const room = Math.max(0, tally.upper - tally.occupied);
  const old = startsOfOld(service, primary, tally, room);
  const missing = primary.state === 'failed' ? 0 : service.desiredCount - tally.primaryGood.length;
  if (missing <= 0) return { actions: old.actions, wanted: 0 };
  if (primary.startAfter > service.now) {
    return { actions: old.actions, wanted: 0, wakeAt: primary.startAfter };
  }
  const begun = Math.min(missing, room - old.count);
  const start: ServiceAction[] = begun > 0 ? [{ kind: 'start', deploymentId: primary.id, count: begun }] : [];
  return { actions: [...old.actions, ...start], wanted: missing - begun };
}

/**
 * While a new revision cannot yet carry the lower bound, a lost task of the old one is replaced by another of
 * the old one; after the new one failed for good, up to the desired count.
 */
function startsOfOld(service: ServiceSnapshot, primary: DeploymentSnapshot, tally: Tally, room: number) {
  const proven = provenOld(service);
  const carried = primary.state === 'failed' ? service.desiredCount : tally.lower;
  const missing = carried - tally.primaryHealthy - tally.oldGood.length;
  if (!proven || missing <= 0 || proven.startAfter > service.now) {
    return { actions: [], count: 0 };
  }
  const begun = Math.min(missing, room);
  const actions: ServiceAction[] =
    begun > 0 ? [{ kind: 'start', deploymentId: proven.id, count: begun }] : [];
  return { actions, count: begun };
}

/** The old deployment whose lost tasks are replaced while the new one is not there yet. */
function provenOld({ deployments: [primary, ...old] }: ServiceSnapshot): DeploymentSnapshot | undefined {
  return primary?.state === 'completed' ? undefined : old.find(({ state }) => state === 'completed');
}

function decideStops(service: ServiceSnapshot, tally: Tally, wanted: number): ServiceAction[] {
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
  const beyond = Math.max(0, tally.healthy.length - service.desiredCount);
  const spareHealthy = Math.max(0, tally.healthy.length - tally.lower);
  const healthyOld = oldestFirst(free.filter((task) => task.health === 'healthy' && isOld(task)));
  const healthyOldStopped = healthyOld.slice(0, Math.min(spareHealthy, Math.max(beyond, place)));
  const left = Math.min(
    primarySurplus - primarySpare.length,
    spareHealthy - healthyOldStopped.length,
    beyond - healthyOldStopped.length,
  );
  const healthyPrimary = newestFirst(free.filter((task) => task.health === 'healthy' && !isOld(task)));
  return [...oldSpare, ...primarySpare, ...healthyOldStopped, ...healthyPrimary.slice(0, Math.max(0, left))];
}

/** Old tasks that are not yet healthy are worth keeping only where the lower bound still lacks them. */
function surplusOfOld(service: ServiceSnapshot, tally: Tally): number {
  const primary = service.deployments[0];
  const carried = primary?.state === 'failed' ? service.desiredCount : tally.lower;
  return tally.oldGood.length - Math.max(0, carried - tally.primaryHealthy);
}

/**
 * The deployment completes when the primary alone carries the count and nothing of the others is left, tasks that
 * drain included. An old deployment that once completed stays in view until then: it is what may have to return.
 */
function decideEnds(service: ServiceSnapshot, primary: DeploymentSnapshot, tally: Tally): ServiceAction[] {
  const present = new Set(service.tasks.map(({ deploymentId }) => deploymentId));
  const old = service.deployments.slice(1);
  const empty = old.filter(({ id }) => !present.has(id));
  const isDone =
    primary.state !== 'failed' &&
    empty.length === old.length &&
    service.tasks.every(({ deploymentId }) => deploymentId === primary.id) &&
    tally.primaryHealthy >= service.desiredCount &&
    tally.up.length === service.desiredCount;
  const actions: ServiceAction[] = empty
    .filter(({ state }) => isDone || state !== 'completed')
    .map(({ id }) => ({ kind: 'retire', deploymentId: id }));
  if (!isDone) return actions;
  if (primary.state === 'in_progress') actions.push({ kind: 'complete', deploymentId: primary.id });
  return [...actions, { kind: 'steady' }];
}

function stopAll(service: ServiceSnapshot): ServiceAction[] {
  return service.tasks
    .filter(({ phase }) => phase !== 'leaving')
    .map(({ id }) => ({ kind: 'stop', taskId: id, why: 'scaling' }));
}

function oldestFirst(tasks: readonly TaskSnapshot[]): readonly TaskSnapshot[] {
  return [...tasks].sort((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1));
}

function newestFirst(tasks: readonly TaskSnapshot[]): readonly TaskSnapshot[] {
  return [...oldestFirst(tasks)].reverse();
}
