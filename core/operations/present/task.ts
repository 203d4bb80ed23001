import type { TaskView } from '../../contract/views.ts';
import { lastPartOf } from '../../ecs/arn.ts';
import type { ContainerRecord, TaskRecord } from '../../ecs/task.ts';
import { moment } from './moment.ts';

export function taskView(task: TaskRecord, release: number | undefined): TaskView {
  const { taskArn, lastStatus, desiredStatus, stopCode, stoppedReason, address, availabilityZone } = task;
  return {
    id: lastPartOf(taskArn),
    arn: taskArn,
    ...(release !== undefined && { release }),
    status: lastStatus,
    desiredStatus,
    ...(stopCode !== undefined && { stopCode }),
    ...(stoppedReason !== undefined && { stoppedReason }),
    ...(address !== undefined && { address }),
    ...(availabilityZone !== undefined && { zone: availabilityZone }),
    ...(task.startedBy !== undefined && { startedBy: task.startedBy }),
    ...(task.createdAtMs !== undefined && { createdAt: moment(task.createdAtMs) }),
    ...(task.startedAtMs !== undefined && { startedAt: moment(task.startedAtMs) }),
    ...(task.stoppedAtMs !== undefined && { stoppedAt: moment(task.stoppedAtMs) }),
    containers: task.containers.map(containerView),
  };
}

function containerView({ name, image, imageDigest, lastStatus, exitCode, reason }: ContainerRecord) {
  return {
    name,
    ...(image !== undefined && { image }),
    ...(imageDigest !== undefined && { imageDigest }),
    ...(lastStatus !== undefined && { status: lastStatus }),
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { reason }),
  };
}
