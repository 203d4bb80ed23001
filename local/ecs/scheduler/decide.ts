import { decideEnds } from './ends.ts';
import { decideStops } from './stops.ts';
import { count, provenOld, type Tally } from './tally.ts';

export { lowerBound, upperBound } from './tally.ts';

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
  /** Names of the deployment's alarms that are in ALARM. */
  readonly alarms?: readonly string[];
  /** When it may count as successful before everything is in place. */
  readonly early?: EarlySuccess;
  /** How long it must have been stable before it completes, and since when it is. */
  readonly bake?: { readonly durationMs: number; readonly since?: number };
}

export interface EarlySuccess {
  readonly healthyPercent: number;
  /** BLOCKING: the old tasks must have left first. DEFERRED: they are removed afterwards. */
  readonly cleanup: 'BLOCKING' | 'DEFERRED';
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
  | {
      readonly kind: 'start';
      readonly deploymentId: string;
      readonly count: number;
      /** Of a DAEMON: on which container instances. */
      readonly instanceIds?: readonly string[];
    }
  | { readonly kind: 'stop'; readonly taskId: string; readonly why: 'unhealthy' | 'scaling' }
  | { readonly kind: 'fail'; readonly deploymentId: string; readonly cause: FailureCause }
  | { readonly kind: 'bake'; readonly deploymentId: string }
  | { readonly kind: 'complete'; readonly deploymentId: string }
  | { readonly kind: 'retire'; readonly deploymentId: string }
  | { readonly kind: 'steady' };

export type FailureCause =
  | { readonly kind: 'breaker' }
  | { readonly kind: 'alarm'; readonly names: readonly string[] }
  | { readonly kind: 'hook'; readonly hookId: string }
  | { readonly kind: 'stage'; readonly stage: string }
  | { readonly kind: 'rule'; readonly ruleArn: string };

export interface ServicePlan {
  readonly actions: readonly ServiceAction[];
  /** When to look again though nothing happens. */
  readonly wakeAt?: number;
}

export function decideService(service: ServiceSnapshot): ServicePlan {
  if (service.isDraining) return { actions: stopAll(service) };
  const primary = service.deployments[0];
  if (!primary) return { actions: [] };
  const cause = failureOf(primary);
  if (cause) return { actions: [{ kind: 'fail', deploymentId: primary.id, cause }] };
  const tally = count(service, primary);
  const starts = decideStarts(service, primary, tally);
  const stops = decideStops(service, tally, starts.wanted);
  const settled = starts.actions.length === 0 && stops.length === 0;
  const ends = decideEnds(service, primary, tally, settled);
  const moments = [starts.wakeAt, ends.wakeAt].filter((moment) => moment !== undefined);
  return {
    actions: [...starts.actions, ...stops, ...ends.actions],
    ...(moments.length === 0 ? {} : { wakeAt: Math.min(...moments) }),
  };
}

export function failureOf(deployment: DeploymentSnapshot): FailureCause | undefined {
  const { failureThreshold, failures, state, alarms = [] } = deployment;
  if (state !== 'in_progress') return undefined;
  if (failureThreshold !== undefined && failures >= failureThreshold) return { kind: 'breaker' };
  return alarms.length > 0 ? { kind: 'alarm', names: alarms } : undefined;
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

function stopAll(service: ServiceSnapshot): ServiceAction[] {
  return service.tasks
    .filter(({ phase }) => phase !== 'leaving')
    .map(({ id }) => ({ kind: 'stop', taskId: id, why: 'scaling' }));
}
