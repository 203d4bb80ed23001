import type { EcsContext } from '../context.ts';
import { type DeploymentRecord, isStarting, isUp, type ServiceRecord, type TaskRecord } from '../model.ts';
import { isDisplaced } from '../placement/displaced.ts';
import { taskOwners } from '../state.ts';
import { alarmsAgainst, watchedAlarms } from '../strategies/alarms.ts';
import { isRolling } from '../strategies/traffic.ts';
import { isHealthChecked } from '../tasks/health.ts';
import { isProtected } from '../tasks/protection.ts';
import { failureThreshold } from './breaker.ts';
import type { DeploymentSnapshot, EarlySuccess, ServiceSnapshot, TaskSnapshot } from './decide.ts';

/** What the scheduler knows of a task's health. */
export interface HealthReport {
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
  /** The stopped reason of a task that is stopped for it. */
  readonly cause?: string;
  /** The same as the service's messages tell it. */
  readonly told?: string;
  /** When time alone may change it. */
  readonly changesAt?: number;
}

/** The tasks of a service that have not stopped. */
export function liveTasks(context: EcsContext, key: string): TaskRecord[] {
  return context.state.tasks.of(taskOwners.service(key)).filter(({ lastStatus }) => lastStatus !== 'STOPPED');
}

export function snapshotOf(
  context: EcsContext,
  service: ServiceRecord,
  tasks: readonly TaskRecord[],
  health: ReadonlyMap<string, HealthReport>,
): ServiceSnapshot {
  const now = context.clock.now();
  const breaker = service.configuration.deploymentCircuitBreaker;
  const threshold = failureThreshold(breaker, service.desiredCount);
  return {
    now,
    isDraining: service.status !== 'ACTIVE',
    desiredCount: service.desiredCount,
    minimumPercent: service.configuration.minimumHealthyPercent ?? 100,
    maximumPercent: service.configuration.maximumPercent ?? 200,
    deployments: service.deployments.map((deployment) =>
      deploymentSnapshot(context, service, deployment, threshold),
    ),
    tasks: tasks.map((task) => ({
      ...taskSnapshot(service, task, health.get(task.id)?.health ?? 'unknown', now),
      ...(isDisplaced(context, service, task) ? { deploymentId: undefined } : {}),
    })),
  };
}

const states = { IN_PROGRESS: 'in_progress', COMPLETED: 'completed', FAILED: 'failed' } as const;

function deploymentSnapshot(
  context: EcsContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  threshold: number | undefined,
): DeploymentSnapshot {
  const early = earlySuccessOf(service);
  const bakes = isRolling(service.configuration) && !deployment.isRollback;
  return {
    id: deployment.id,
    state: states[deployment.rolloutState],
    startAfter: Math.max(deployment.backoff.startAfter, deployment.unplaced?.retryAt ?? 0),
    failures: deployment.failures,
    failureThreshold: threshold,
    alarms: alarmsAgainst(context, service, deployment),
    ...(early ? { early } : {}),
    ...(bakes ? { bake: bakeOf(context, service, deployment) } : {}),
  };
}

/** ECS computes the least time by the alarms: each must have had the time to notice what the deployment did. */
function bakeOf(
  { alarms }: Pick<EcsContext, 'alarms'>,
  service: ServiceRecord,
  { stableSince }: DeploymentRecord,
) {
  const watched = watchedAlarms(service).map((name) => alarms.noticesWithinMs(name));
  const durationMs = Math.max((service.configuration.bakeTimeInMinutes ?? 0) * 60_000, ...watched);
  return { durationMs, ...(stableSince === undefined ? {} : { since: stableSince }) };
}

function earlySuccessOf({ configuration }: ServiceRecord): EarlySuccess | undefined {
  const {
    enable,
    healthyPercent = 100,
    sourceServiceRevisionCleanup,
  } = configuration.earlySuccessCriteria ?? {};
  if (!enable) return undefined;
  return { healthyPercent, cleanup: sourceServiceRevisionCleanup === 'DEFERRED' ? 'DEFERRED' : 'BLOCKING' };
}

export function taskSnapshot(
  service: ServiceRecord,
  task: TaskRecord,
  health: TaskSnapshot['health'],
  now: number,
): TaskSnapshot {
  return {
    id: task.id,
    deploymentId: deploymentOf(service, task)?.id,
    phase:
      task.desiredStatus === 'STOPPED' ? 'leaving' : isStarting(task.lastStatus) ? 'starting' : 'running',
    occupies: isUp(task.lastStatus),
    health,
    isProtected: isProtected(task, now),
    createdAt: task.createdAt,
  };
}

/** A task belongs to the deployment of its revision, whichever deployment started it. */
export function deploymentOf(service: ServiceRecord, task: TaskRecord): DeploymentRecord | undefined {
  return service.deployments.find(({ revisionArn }) => revisionArn === task.service?.revisionArn);
}

/**
 * Healthy: RUNNING, its container health checks HEALTHY, its targets healthy; where it has neither, RUNNING for
 * `steadySeconds`. Within the grace period nothing makes it unhealthy.
 */
export function healthOf(context: EcsContext, service: ServiceRecord, task: TaskRecord): HealthReport {
  if (task.lastStatus !== 'RUNNING' || task.startedAt === undefined) return { health: 'unknown' };
  const now = context.clock.now();
  const isChecked = isHealthChecked(task);
  const targets = task.targets.map(({ targetGroupArn, address, port }) => ({
    targetGroupArn,
    port,
    health: context.targetGroups.health(targetGroupArn, { address, port }),
  }));
  const failing = targets.find(({ health }) => health === 'unhealthy');
  if (task.health === 'UNHEALTHY' || failing) {
    const graceEnds = task.startedAt + (service.graceSeconds ?? 0) * 1000;
    if (now < graceEnds) return { health: 'unknown', changesAt: graceEnds };
    if (!failing) {
      const told = 'failed container health checks.';
      return { health: 'unhealthy', cause: 'Task failed container health checks', told };
    }
    const group = `(target-group ${failing.targetGroupArn})`;
    return {
      health: 'unhealthy',
      cause: `Task failed ELB health checks in ${group}`,
      told: `(port ${failing.port}) is unhealthy in ${group} due to (reason Health checks failed)`,
    };
  }
  if (isChecked && task.health !== 'HEALTHY') return { health: 'unknown' };
  if (targets.some(({ health }) => health !== 'healthy')) return { health: 'unknown' };
  const steadyAt = task.startedAt + context.options.steadySeconds * 1000;
  if (!isChecked && targets.length === 0 && now < steadyAt) return { health: 'unknown', changesAt: steadyAt };
  return { health: 'healthy' };
}
