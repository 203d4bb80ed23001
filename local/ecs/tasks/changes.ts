import type { ExitedContainer, RunningContainer } from '../../runtimes/runtime.ts';
import type { ContainerRecord, TaskRecord } from '../model.ts';

/** What a task's record becomes by what happened to its containers. Pure; moments are epoch milliseconds. */
type Change = Partial<TaskRecord>;

/** The containers of `task` with one of them changed. */
export function withContainer(
  task: TaskRecord,
  name: string,
  change: Partial<ContainerRecord>,
): readonly ContainerRecord[] {
  return task.containers.map((container) =>
    container.name === name ? { ...container, ...change } : container,
  );
}

/** A container runs: launched just now, or found after a restart. The first one gives the task its address. */
export function whenRunning(task: TaskRecord, name: string, found: RunningContainer, nowMs: number): Change {
  return {
    containers: withContainer(task, name, {
      status: 'RUNNING',
      startedAt: nowMs,
      runtimeId: found.runtimeId,
      ...(found.imageDigest === undefined ? {} : { imageDigest: found.imageDigest }),
      ...(found.publishedPorts === undefined ? {} : { publishedPorts: found.publishedPorts }),
    }),
    ...(task.address === undefined ? { address: found.address } : {}),
    pullStartedAt: task.pullStartedAt ?? task.createdAt,
    pullStoppedAt: nowMs,
  };
}

/** A container has ended; an essential one takes its task with it. */
export function whenExited(
  task: TaskRecord,
  container: ContainerRecord,
  exit: ExitedContainer,
  nowMs: number,
): Change {
  const containers = withContainer(task, container.name, {
    status: 'STOPPED',
    isRestarting: false,
    // One that began and ended while nobody looked has been started all the same.
    startedAt: container.startedAt ?? nowMs,
    ...(exit.exitCode === undefined ? {} : { exitCode: exit.exitCode }),
    ...(exit.reason === undefined ? {} : { reason: exit.reason }),
  });
  const isLast = containers.every(({ status }) => status === 'STOPPED');
  const endsTask = container.essential && task.desiredStatus === 'RUNNING';
  return {
    containers,
    ...(isLast ? { executionStoppedAt: nowMs } : {}),
    ...(endsTask
      ? {
          desiredStatus: 'STOPPED',
          stopCode: 'EssentialContainerExited',
          stoppedReason: 'Essential container in task exited',
          stoppingAt: nowMs,
          executionStoppedAt: nowMs,
        }
      : {}),
  };
}

/** A container will never start. */
export interface FailedStart {
  readonly name: string;
  readonly reason: string;
  readonly exitCode?: number | undefined;
}

/** Without one of its containers that are not essential a task goes on. */
export function whenContainerFailed(task: TaskRecord, failed: FailedStart, nowMs: number): Change {
  const container = task.containers.find(({ name }) => name === failed.name);
  if (container?.essential !== false) return whenStartFailed(task, failed, nowMs);
  return { containers: withContainer(task, failed.name, stoppedFor(failed)) };
}

/** The task as a whole cannot start; a cause that was there before is kept. */
export function whenStartFailed(task: TaskRecord, failed: FailedStart, nowMs: number): Change {
  const containers = withContainer(task, failed.name, stoppedFor(failed));
  if (task.desiredStatus === 'STOPPED') return { containers };
  return {
    containers,
    desiredStatus: 'STOPPED',
    stopCode: 'TaskFailedToStart',
    stoppedReason: failed.reason,
    stoppingAt: nowMs,
  };
}

/** Nothing of the task is left. */
export function whenStopped(task: TaskRecord, nowMs: number): Change {
  return {
    lastStatus: 'STOPPED',
    stoppedAt: nowMs,
    // The notice was kept; what stopped the task is that Spot took its capacity back.
    ...(isSpotNotice(task) ? { stopCode: 'SpotInterruption' } : {}),
    containers: task.containers.map((container) => ({ ...container, status: 'STOPPED' })),
  };
}

function isSpotNotice({ stopCode, capacityProvider }: TaskRecord): boolean {
  return stopCode === 'TerminationNotice' && capacityProvider === 'FARGATE_SPOT';
}

function stoppedFor({ reason, exitCode }: FailedStart): Partial<ContainerRecord> {
  return { status: 'STOPPED', reason, ...(exitCode === undefined ? {} : { exitCode }) };
}
