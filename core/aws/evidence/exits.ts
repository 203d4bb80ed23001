import type { TaskRecord } from '../../ecs/task.ts';

/** From `fromMs` to before `toMs`, epoch milliseconds. */
export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Exits {
  readonly taskSeconds: number;
  readonly failures: number;
}

/** How long the tasks ran within the interval, and how many of them ended badly in it. */
export function exitsIn(tasks: readonly TaskRecord[], interval: Interval): Exits {
  const ranMs = tasks.reduce((sum, task) => sum + overlapMs(task, interval), 0);
  const failures = tasks.filter(
    (task) => endedBadly(task) && isWithin(task.stoppedAtMs ?? Number.NaN, interval),
  );
  return { taskSeconds: ranMs / 1000, failures: failures.length };
}

const isWithin = (atMs: number, { fromMs, toMs }: Interval) => atMs >= fromMs && atMs < toMs;

function overlapMs({ startedAtMs, stoppedAtMs }: TaskRecord, { fromMs, toMs }: Interval): number {
  if (startedAtMs === undefined) return 0;
  return Math.max(0, Math.min(stoppedAtMs ?? toMs, toMs) - Math.max(startedAtMs, fromMs));
}

/**
 * Whether a task that had been running ended by its own fault: one of its containers exited, or ECS gave it up for
 * its health. What a person, a deployment, the scaler, Spot or the host did says nothing of the release.
 */
export function endedBadly(task: TaskRecord): boolean {
  if (task.lastStatus !== 'STOPPED' || task.startedAtMs === undefined) return false;
  if (task.stopCode === 'EssentialContainerExited') return true;
  if (task.stopCode === 'ServiceSchedulerInitiated') return /health checks/i.test(task.stoppedReason ?? '');
  return task.stopCode === undefined && task.containers.some(({ exitCode }) => (exitCode ?? 0) !== 0);
}
