import type { EcsContext } from '../context.ts';
import type { TaskSetRecord } from './model.ts';

/** Stores a change of a task set; what is gone stays gone. */
export function changeTaskSet(
  context: EcsContext,
  arn: string,
  change: Partial<Omit<TaskSetRecord, 'id' | 'arn' | 'serviceKey'>>,
): TaskSetRecord | undefined {
  const before = context.state.taskSets.get(arn);
  if (!before) return undefined;
  const set: TaskSetRecord = { ...before, ...change, updatedAt: context.clock.now() };
  context.state.taskSets.put(arn, set);
  return set;
}

/** Forgets a task set with what its tasks were started from. */
export function forgetTaskSet(context: EcsContext, set: TaskSetRecord): void {
  context.state.taskSets.delete(set.arn);
  context.state.revisions.delete(set.revisionArn);
}
