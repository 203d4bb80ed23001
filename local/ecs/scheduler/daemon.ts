import {
  type DeploymentSnapshot,
  failureOf,
  lowerBound,
  type ServiceAction,
  type TaskSnapshot,
} from './decide.ts';

/**
 * The scheduler of DAEMON services: one task on each instance that meets the constraints. Pure.
 *
 * Safety, in a sentence: never two tasks on one instance, and a healthy old one is stopped for a new revision only
 * while ceil(instances × minimum %) stay healthy.
 */
export interface DaemonSnapshot {
  readonly now: number;
  readonly isDraining: boolean;
  readonly minimumPercent: number;
  /** The first is the primary. */
  readonly deployments: readonly DeploymentSnapshot[];
  /** Instances that are to have a task. */
  readonly eligible: readonly string[];
  readonly tasks: readonly DaemonTask[];
}

export interface DaemonTask extends TaskSnapshot {
  readonly instanceId: string | undefined;
}

export interface DaemonPlan {
  readonly actions: readonly ServiceAction[];
  readonly wakeAt?: number;
}

export function decideDaemon(daemon: DaemonSnapshot): DaemonPlan {
  const up = daemon.tasks.filter(({ phase }) => phase !== 'leaving');
  if (daemon.isDraining) return { actions: up.map(({ id }) => stop(id, 'scaling')) };
  const [primary] = daemon.deployments;
  if (!primary) return { actions: [] };
  const cause = failureOf(primary);
  if (cause) return { actions: [{ kind: 'fail', deploymentId: primary.id, cause }] };
  const stops = decideStops(daemon, up, primary);
  const free = daemon.eligible.filter(
    (id) => !daemon.tasks.some(({ occupies, instanceId }) => occupies && instanceId === id),
  );
  const mayStart = primary.state !== 'failed' && primary.startAfter <= daemon.now;
  const start: ServiceAction[] =
    mayStart && free.length > 0
      ? [{ kind: 'start', deploymentId: primary.id, count: free.length, instanceIds: free }]
      : [];
  const waits = primary.state !== 'failed' && free.length > 0 && !mayStart;
  const isSettled = stops.length === 0 && start.length === 0;
  return {
    actions: [...stops, ...start, ...(isSettled ? decideEnds(daemon, up, primary) : [])],
    ...(waits ? { wakeAt: primary.startAfter } : {}),
  };
}

function decideStops(
  daemon: DaemonSnapshot,
  up: readonly DaemonTask[],
  primary: DeploymentSnapshot,
): ServiceAction[] {
  const stops: ServiceAction[] = [];
  const seen = new Set<string>();
  let spare =
    up.filter(({ health }) => health === 'healthy').length -
    lowerBound(daemon.eligible.length, daemon.minimumPercent);
  const ordered = [...up].sort(
    (one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1),
  );
  for (const task of ordered) {
    const { instanceId = '', health } = task;
    const isMisplaced = !daemon.eligible.includes(instanceId) || seen.has(instanceId);
    const isOld = task.deploymentId !== primary.id && primary.state !== 'failed';
    const isFree = health !== 'healthy' || spare > 0;
    seen.add(instanceId);
    if (health === 'unhealthy') stops.push(stop(task.id, 'unhealthy'));
    else if (isMisplaced || (isOld && isFree && !task.isProtected)) {
      stops.push(stop(task.id, 'scaling'));
      if (health === 'healthy') spare -= 1;
    }
  }
  return stops;
}

function decideEnds(
  daemon: DaemonSnapshot,
  up: readonly DaemonTask[],
  primary: DeploymentSnapshot,
): ServiceAction[] {
  const old = daemon.deployments.slice(1);
  const empty = old.filter(({ id }) => !daemon.tasks.some(({ deploymentId }) => deploymentId === id));
  const isDone =
    primary.state !== 'failed' &&
    daemon.tasks.length === up.length &&
    up.length === daemon.eligible.length &&
    up.every(({ deploymentId, health }) => deploymentId === primary.id && health === 'healthy');
  const retired = empty
    .filter(({ state }) => isDone || state !== 'completed')
    .map(({ id }): ServiceAction => ({ kind: 'retire', deploymentId: id }));
  if (!isDone) return retired;
  const complete: ServiceAction[] =
    primary.state === 'in_progress' ? [{ kind: 'complete', deploymentId: primary.id }] : [];
  return [...retired, ...complete, { kind: 'steady' }];
}

function stop(taskId: string, why: 'unhealthy' | 'scaling'): ServiceAction {
  return { kind: 'stop', taskId, why };
}
