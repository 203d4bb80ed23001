import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { ServiceRecord, TaskRecord } from '../model.ts';
import { say } from '../services/book.ts';
import type { StrategyAction } from '../strategies/decide.ts';

/** Tells which tasks the scheduler has just told to stop. */
export function tellStopped(
  context: EcsContext,
  service: ServiceRecord,
  actions: readonly StrategyAction[],
): void {
  const stops = actions.filter((action) => action.kind === 'stop');
  if (stops.length === 0) return;
  const tasks = stops.filter(({ why }) => why === 'scaling').map(({ taskId }) => `(task ${taskId})`);
  if (tasks.length > 0) {
    say(context, service.key, `has stopped ${tasks.length} running tasks: ${tasks.join(' ')}.`);
  }
  publishAction(context, service, 'TASKS_STOPPED');
}

/** Tells that a task has come to its target groups, or leaves them. */
export function tellTargets(context: EcsContext, task: TaskRecord, before: TaskRecord | undefined): void {
  const key = task.service?.key;
  if (key === undefined || task.targets.length === 0 || task.lastStatus === before?.lastStatus) return;
  const groups = [...new Set(task.targets.map(({ targetGroupArn }) => targetGroupArn))];
  if (task.lastStatus === 'RUNNING') {
    for (const group of groups) say(context, key, `registered 1 targets in (target-group ${group})`);
  }
  if (task.lastStatus === 'DEACTIVATING') {
    for (const group of groups) say(context, key, `deregistered 1 targets in (target-group ${group})`);
    say(context, key, 'has begun draining connections on 1 tasks.');
  }
}
