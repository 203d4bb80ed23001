import type * as sdk from '@aws-sdk/client-ecs';
import { tagsOfTask } from '../tasks/tags.ts';
import { taskView } from '../tasks/view.ts';
import { checkRunTask } from '../validation/run-task.ts';
import type { Wire } from '../wire.ts';
import type { ActionContext } from './action.ts';
import { activeCluster, runnableDefinition } from './lookup.ts';
import { placeTasks } from './place-tasks.ts';
import { remembered, rememberTasks } from './tokens.ts';

type Request = Wire<sdk.RunTaskRequest>;
type Response = Wire<sdk.RunTaskResponse>;

/**
 * Starts tasks once per token: the same token and parameters answer with the same tasks, other parameters with
 * ConflictException (see `tokens.ts`).
 */
export function runTask(context: ActionContext, input: Request): Response {
  checkRunTask(input);
  const cluster = activeCluster(context, input.cluster);
  const tokenKey =
    input.clientToken === undefined ? undefined : `${cluster.name}|RunTask|${input.clientToken}`;
  const known = tokenKey === undefined ? undefined : remembered(context, tokenKey, input);
  if (known) return known;
  const definition = runnableDefinition(context, input.taskDefinition);
  const tags = tagsOfTask(cluster, definition, input);
  const { tasks, failures } = placeTasks(context, cluster, definition, input, { tags, tokenKey });
  if (tokenKey !== undefined) rememberTasks(context, tokenKey, input, tasks);
  return { tasks: tasks.map((task) => taskView(task, true)), failures };
}
