import type { ContainerRecord, TaskRecord } from '../ecs/task.ts';
import type { FailedTask } from './model.ts';

/** The stopped task that tells most of why a release fails: its own exit before what ECS did to it. */
export function mostTelling(tasks: readonly TaskRecord[]): FailedTask | undefined {
  const failed = tasks.filter((task) => task.lastStatus === 'STOPPED' && !isOrderly(task));
  const [best] = failed.sort((one, other) => weight(other) - weight(one) || stopped(other) - stopped(one));
  return best && describe(best);
}

/** Stopped because the service was scaled in or moved on, which says nothing against the release. */
const isOrderly = (task: TaskRecord) =>
  task.stopCode === 'ServiceSchedulerInitiated' &&
  /scaling activity|deployment/i.test(task.stoppedReason ?? '');

function weight(task: TaskRecord): number {
  if (task.stopCode === 'EssentialContainerExited') return 3;
  if (task.stopCode === 'TaskFailedToStart') return 2;
  return 1;
}

const stopped = (task: TaskRecord) => task.stoppedAtMs ?? 0;

function describe(task: TaskRecord): FailedTask {
  const culprit =
    task.containers.find(isCulprit) ?? task.containers.find(({ exitCode }) => exitCode !== undefined);
  const stoppedReason = [task.stoppedReason, culprit?.reason].filter(Boolean).join(': ');
  return {
    taskArn: task.taskArn,
    ...(task.stopCode && { stopCode: task.stopCode }),
    ...(stoppedReason && { stoppedReason }),
    ...(culprit && { container: culprit.name }),
    ...(culprit?.exitCode !== undefined && { exitCode: culprit.exitCode }),
  };
}

const isCulprit = ({ exitCode, reason }: ContainerRecord) => (exitCode ?? 0) !== 0 || reason !== undefined;
