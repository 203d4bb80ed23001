import type * as sdk from '@aws-sdk/client-ecs';
import type { ClusterRecord, DefinitionRecord, Tags } from '../model.ts';
import { taskView } from '../tasks/view.ts';
import { checkTags } from '../validation/common.ts';
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
  const tags = tagsOf(cluster, definition, input);
  const { tasks, failures } = placeTasks(context, cluster, definition, input, { tags, tokenKey });
  if (tokenKey !== undefined) rememberTasks(context, tokenKey, input, tasks);
  return { tasks: tasks.map((task) => taskView(task, true)), failures };
}

function tagsOf(cluster: ClusterRecord, definition: DefinitionRecord, input: Request): Tags {
  const given = checkTags(input.tags);
  const keys = new Set(given.map(({ key }) => key));
  const inherited = input.propagateTags === 'TASK_DEFINITION' ? definition.tags : [];
  const managed = input.enableECSManagedTags ? [{ key: 'aws:ecs:clusterName', value: cluster.name }] : [];
  return [...given, ...inherited.filter(({ key }) => !keys.has(key)), ...managed];
}
