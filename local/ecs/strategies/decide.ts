import {
  type DeploymentSnapshot,
  decideService,
  type FailureCause,
  lowerBound,
  type ServiceAction,
  type ServiceSnapshot,
  type TaskSnapshot,
} from '../scheduler/decide.ts';
import { decideHooks, type HookAction, type HookSnapshot } from './hook-decisions.ts';
import { isBefore, nextPosition, type Position } from './stages.ts';
import { effectiveShare, intendedShares, type TrafficStep } from './traffic.ts';

/**
 * Blue/green, linear and canary deployments: a snapshot of one service in, the next actions out. Pure.
 *
 * Safety, in three sentences: green is scaled beside blue, and neither is scaled away while the other has too few
 * healthy tasks; a revision without healthy tasks gets no production traffic while the other has some; once
 * CLEAN_UP is entered there is no way back, before that every failure returns the traffic at once.
 */
export interface StrategySnapshot {
  readonly service: ServiceSnapshot;
  /** The deployment of the revision that serves so far; undefined where none does. */
  readonly blueId: string | undefined;
  /** The deployment of the revision that is brought up, or was when the deployment failed. */
  readonly greenId: string | undefined;
  readonly position: Position;
  /** When the stage was entered, epoch milliseconds. */
  readonly enteredAt: number;
  readonly isReturning: boolean;
  readonly steps: readonly TrafficStep[];
  readonly bakeMs: number;
  /** A listener rule whose weights the deployment has to set, and that is not there any more. */
  readonly lostRule?: string;
  /** Those that count now: of this stage and step, or of the return. */
  readonly hooks: readonly HookSnapshot[];
}

export type StrategyAction =
  | ServiceAction
  | HookAction
  | { readonly kind: 'enter'; readonly position: Position }
  | { readonly kind: 'shift'; readonly production: number; readonly test: number };

export interface StrategyPlan {
  readonly actions: readonly StrategyAction[];
  /** When to look again though nothing happens. */
  readonly wakeAt?: number;
}

const stageCeilingMs = 24 * 60 * 60_000;

export function decideStrategy(snapshot: StrategySnapshot): StrategyPlan {
  const { service } = snapshot;
  const primary = service.deployments[0];
  if (service.isDraining || !primary) return decideService(service);
  const hooks = decideHooks(snapshot.hooks, service.now);
  const cause = failureOf(snapshot, primary, hooks.failed);
  if (cause) return { actions: [{ kind: 'fail', deploymentId: primary.id, cause }] };
  const healthy = healthyOf(snapshot);
  const lanes = decideLanes(snapshot, healthy);
  const isStalled = primary.state === 'failed';
  const settled = lanes.actions.length === 0 && hooks.isSettled && !isStalled;
  const moment = momentOf(snapshot);
  return {
    actions: [
      ...retireEmpty(snapshot),
      ...shiftOf(snapshot, healthy),
      ...(isStalled ? [] : hooks.actions),
      ...lanes.actions,
      ...(settled ? progress(snapshot, primary, healthy) : []),
    ],
    ...earliest([lanes.wakeAt, moment, isStalled ? undefined : hooks.wakeAt], service.now),
  };
}

interface Healthy {
  readonly blue: number;
  readonly green: number;
}

function healthyOf({ service, blueId, greenId }: StrategySnapshot): Healthy {
  const count = (id: string | undefined) =>
    id === undefined
      ? 0
      : service.tasks.filter(
          (task) => task.deploymentId === id && task.phase !== 'leaving' && task.health === 'healthy',
        ).length;
  return { blue: count(blueId), green: count(greenId) };
}

function failureOf(
  snapshot: StrategySnapshot,
  primary: DeploymentSnapshot,
  failedHook: string | undefined,
): FailureCause | undefined {
  const { position, enteredAt, isReturning, service } = snapshot;
  if (primary.state !== 'in_progress' || position.stage === 'CLEAN_UP') return undefined;
  const { failures, failureThreshold, alarms = [] } = primary;
  if (failureThreshold !== undefined && failures >= failureThreshold) return { kind: 'breaker' };
  if (isReturning) return undefined;
  if (alarms.length > 0) return { kind: 'alarm', names: alarms };
  if (failedHook !== undefined) return { kind: 'hook', hookId: failedHook };
  if (snapshot.lostRule !== undefined && !isBefore(position.stage, 'TEST_TRAFFIC_SHIFT')) {
    return { kind: 'rule', ruleArn: snapshot.lostRule };
  }
  const mayTakeTooLong = position.stage === 'RECONCILE_SERVICE' || position.stage === 'SCALE_UP';
  const isLate = mayTakeTooLong && service.now >= enteredAt + stageCeilingMs;
  return isLate ? { kind: 'stage', stage: position.stage } : undefined;
}

/** What was superseded or given up is forgotten with its last task, long before green or blue is. */
function retireEmpty({ service, blueId, greenId }: StrategySnapshot): ServiceAction[] {
  const present = new Set([blueId, greenId, ...service.tasks.map(({ deploymentId }) => deploymentId)]);
  return service.deployments
    .slice(1)
    .filter(({ id }) => !present.has(id))
    .map(({ id }) => ({ kind: 'retire', deploymentId: id }));
}

/** Nothing is shifted before there is anything to shift from or to. */
function shiftOf(snapshot: StrategySnapshot, healthy: Healthy): StrategyAction[] {
  const { position, steps, isReturning, blueId } = snapshot;
  if (blueId === undefined && (isReturning || isBefore(position.stage, 'TEST_TRAFFIC_SHIFT'))) return [];
  const intended = intendedShares(position, steps, isReturning);
  const mayServe = intendedShares(position, steps, false).production > 0;
  return [
    {
      kind: 'shift',
      production: effectiveShare(intended.production, healthy, mayServe),
      test: effectiveShare(intended.test, healthy, false),
    },
  ];
}

type Wish = 'desired' | 'none' | 'as is';

/** What becomes of a deployment's tasks; worked: in CLEAN_UP green is kept at the count and blue goes. */
function wishFor(snapshot: StrategySnapshot, id: string | undefined, healthy: Healthy): Wish {
  const { position, isReturning, blueId, greenId, service } = snapshot;
  const lower = lowerBound(service.desiredCount, service.minimumPercent);
  const enough = Math.max(lower, Math.min(1, service.desiredCount));
  if (id === greenId) {
    if (isReturning) return healthy.blue >= enough || healthy.green === 0 ? 'none' : 'as is';
    if (service.deployments[0]?.state === 'failed') return 'as is';
    return isBefore(position.stage, 'SCALE_UP') ? 'none' : 'desired';
  }
  if (id !== blueId) return 'none';
  if (position.stage !== 'CLEAN_UP' || isReturning) return 'desired';
  return healthy.green >= enough ? 'none' : 'as is';
}

/** Each revision on its own is kept by the scheduler's arithmetic at what it should have. */
function decideLanes(snapshot: StrategySnapshot, healthy: Healthy) {
  const { service } = snapshot;
  const ids = new Set<string | undefined>(service.deployments.map(({ id }) => id));
  for (const { deploymentId } of service.tasks) ids.add(deploymentId);
  const actions: ServiceAction[] = [];
  let wakeAt: number | undefined;
  for (const id of ids) {
    const wish = wishFor(snapshot, id, healthy);
    if (wish === 'as is') continue;
    const plan = decideService(laneOf(service, id, wish === 'desired' ? service.desiredCount : 0));
    actions.push(...plan.actions.filter(({ kind }) => kind === 'start' || kind === 'stop'));
    wakeAt = earliest([wakeAt, plan.wakeAt], service.now).wakeAt;
  }
  return { actions, wakeAt };
}

function laneOf(service: ServiceSnapshot, id: string | undefined, desiredCount: number): ServiceSnapshot {
  const own = service.deployments.find((deployment) => deployment.id === id);
  const startAfter = own?.startAfter ?? 0;
  return {
    ...service,
    desiredCount,
    deployments: [{ id: id ?? '', state: 'completed', startAfter, failures: 0, failureThreshold: undefined }],
    tasks: service.tasks.filter(({ deploymentId }) => deploymentId === id),
  };
}

/** The next stage once this one's condition holds, or the end. */
function progress(
  snapshot: StrategySnapshot,
  primary: DeploymentSnapshot,
  healthy: Healthy,
): StrategyAction[] {
  if (snapshot.isReturning || snapshot.position.stage === 'CLEAN_UP') return endOf(snapshot, primary);
  if (!isOver(snapshot, healthy)) return [];
  const position = nextPosition(snapshot.position, snapshot.steps.length);
  return position ? [{ kind: 'enter', position }] : [];
}

function isOver(snapshot: StrategySnapshot, healthy: Healthy): boolean {
  const { service, greenId, blueId, position } = snapshot;
  const isGreen = (task: TaskSnapshot) => task.deploymentId === greenId;
  if (position.stage === 'RECONCILE_SERVICE') {
    return service.tasks.every((task) => isGreen(task) || task.deploymentId === blueId);
  }
  if (position.stage === 'SCALE_UP') {
    const up = service.tasks.filter((task) => isGreen(task) && task.phase !== 'leaving').length;
    return healthy.green >= service.desiredCount && up === service.desiredCount;
  }
  return service.now >= (momentOf(snapshot) ?? 0);
}

/** When time alone ends the stage, or makes it fail. */
function momentOf({ position, enteredAt, steps, bakeMs, isReturning }: StrategySnapshot): number | undefined {
  if (isReturning) return undefined;
  if (position.stage === 'BAKE_TIME') return enteredAt + bakeMs;
  if (position.stage === 'PRODUCTION_TRAFFIC_SHIFT') return enteredAt + (steps[position.step]?.bakeMs ?? 0);
  const mayTakeTooLong = position.stage === 'RECONCILE_SERVICE' || position.stage === 'SCALE_UP';
  return mayTakeTooLong ? enteredAt + stageCeilingMs : undefined;
}

/** Over when the primary alone carries the count and nothing of the others is left, tasks that drain included. */
function endOf({ service }: StrategySnapshot, primary: DeploymentSnapshot): ServiceAction[] {
  const own = service.tasks.filter(({ deploymentId }) => deploymentId === primary.id);
  const healthy = own.filter(({ phase, health }) => phase !== 'leaving' && health === 'healthy').length;
  const isDone =
    primary.state === 'in_progress' &&
    own.length === service.tasks.length &&
    own.length === service.desiredCount &&
    healthy >= service.desiredCount;
  if (!isDone) return [];
  return [
    ...service.deployments.slice(1).map(({ id }): ServiceAction => ({ kind: 'retire', deploymentId: id })),
    { kind: 'complete', deploymentId: primary.id },
    { kind: 'steady' },
  ];
}

function earliest(moments: readonly (number | undefined)[], now: number): { wakeAt?: number } {
  const known = moments.filter((moment) => moment !== undefined && moment > now) as number[];
  return known.length === 0 ? {} : { wakeAt: Math.min(...known) };
}
