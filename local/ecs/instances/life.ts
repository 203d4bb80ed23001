import type { EcsContext } from '../context.ts';
import type { StopCode } from '../model.ts';
import type { TaskBook } from '../tasks/book.ts';
import type { InstanceBook } from './book.ts';
import type { InstanceRecord } from './model.ts';
import { tasksOn } from './view.ts';

/** How many INACTIVE instances of a cluster stay visible. */
const inactiveCeiling = 100;

/** Keeps instances' versions with what their tasks take: one for each task that comes and each that has stopped. */
export function followTasks(book: TaskBook, instances: InstanceBook): void {
  book.onChange((task, before) => {
    if (!task.reserved) return;
    const hasStopped = task.lastStatus === 'STOPPED' && before?.lastStatus !== 'STOPPED';
    if (!before || hasStopped) instances.used(task.reserved.instanceId, hasStopped);
  });
}

export interface Lifecycle {
  readonly context: EcsContext;
  readonly instances: InstanceBook;
  readonly driver: { stop(taskId: string, stopCode: StopCode, stoppedReason: string): unknown };
}

/**
 * Takes an instance out of its cluster; its tasks are stopped with `stoppedReason`. On ECS a task outlives a forced
 * deregistration unwatched; here nobody could ever stop it again.
 */
export function retireInstance(
  { context, instances, driver }: Lifecycle,
  instance: InstanceRecord,
  stoppedReason: string,
): InstanceRecord {
  const retired =
    instances.change(instance.id, {
      status: 'INACTIVE',
      agentConnected: false,
      inactiveAt: context.clock.now(),
    }) ?? instance;
  for (const task of tasksOn(context, instance.id)) driver.stop(task.id, 'TerminationNotice', stoppedReason);
  forgetInactive(context, instance.cluster);
  return retired;
}

function forgetInactive(context: EcsContext, cluster: string): void {
  const inactive = context.state.instances
    .of(cluster)
    .filter(({ id, status }) => status === 'INACTIVE' && tasksOn(context, id).length === 0)
    .sort((one, other) => (one.inactiveAt ?? 0) - (other.inactiveAt ?? 0));
  for (const { id } of inactive.slice(0, Math.max(0, inactive.length - inactiveCeiling))) {
    context.state.instances.delete(id);
  }
}
