import type { EcsContext } from '../context.ts';
import type { ServiceRecord, TaskRecord } from '../model.ts';
import { isRolling } from '../strategies/traffic.ts';

/**
 * Whether a task has to leave where it is though it is well: its container instance drains, or its zone has too many
 * of its service. The scheduler treats it as a task of no deployment: replaced within minimum and maximum. Blue and
 * green need their tasks until the deployment has ended.
 */
export function isDisplaced(
  { state }: Pick<EcsContext, 'state'>,
  service: ServiceRecord,
  task: TaskRecord,
): boolean {
  const [primary, ...others] = service.deployments;
  if (!isRolling(service.configuration) && (others.length > 0 || primary?.rolloutState !== 'COMPLETED'))
    return false;
  if (task.isRebalanced) return true;
  const instance = task.reserved && state.instances.get(task.reserved.instanceId);
  return instance !== undefined && instance.status !== 'ACTIVE';
}
