import type { EcsContext } from '../context.ts';
import type { TaskRecord } from '../model.ts';

/**
 * Whether a task has to leave where it is though it is well: its container instance drains, or its zone has too many
 * of its service. The scheduler treats it as a task of no deployment: replaced within minimum and maximum.
 */
export function isDisplaced({ state }: Pick<EcsContext, 'state'>, task: TaskRecord): boolean {
  if (task.isRebalanced) return true;
  const instance = task.reserved && state.instances.get(task.reserved.instanceId);
  return instance !== undefined && instance.status !== 'ACTIVE';
}
