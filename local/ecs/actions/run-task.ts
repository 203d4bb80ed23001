import type * as sdk from '@aws-sdk/client-ecs';
import { conflict } from '../errors.ts';
import type { ClusterRecord, DefinitionRecord, Tags, TaskRecord } from '../model.ts';
import { newTask } from '../tasks/create.ts';
import { chooseProvider } from '../tasks/strategy.ts';
import { taskView } from '../tasks/view.ts';
import { checkTags } from '../validation/common.ts';
import { acceptPlacement } from '../validation/placement.ts';
import { acceptOverrides, checkRunTask } from '../validation/run-task.ts';
import type { Wire } from '../wire.ts';
import type { ActionContext } from './action.ts';
import { activeCluster, runnableDefinition } from './lookup.ts';
import { requestDigest } from './tokens.ts';

type Request = Wire<sdk.RunTaskRequest>;
type Response = Wire<sdk.RunTaskResponse>;

const tokenLifeMs = 24 * 3600 * 1000;

/**
 * Starts tasks once per token: the same token and parameters answer with the same tasks, other parameters with
 * ConflictException. A token lives 24 hours, or one hour longer than its tasks if that is less.
 */
export function runTask(context: ActionContext, input: Request): Response {
  checkRunTask(input);
  const cluster = activeCluster(context, input.cluster);
  const tokenKey =
    input.clientToken === undefined ? undefined : `${cluster.name}|RunTask|${input.clientToken}`;
  const replayed = tokenKey === undefined ? undefined : replay(context, tokenKey, requestDigest(input));
  if (replayed) return replayed;
  const definition = runnableDefinition(context, input.taskDefinition);
  const tasks = newTasks(context, cluster, definition, input, tokenKey);
  for (const task of tasks) context.book.add(task);
  if (tokenKey !== undefined) {
    context.state.tokens.put(tokenKey, {
      digest: requestDigest(input),
      taskIds: tasks.map(({ id }) => id),
      createdAt: context.clock.now(),
    });
  }
  return { tasks: tasks.map((task) => taskView(task, true)), failures: [] };
}

function newTasks(
  context: ActionContext,
  cluster: ClusterRecord,
  definition: DefinitionRecord,
  input: Request,
  tokenKey: string | undefined,
): TaskRecord[] {
  const { strategy, ...placement } = acceptPlacement(cluster, definition, input);
  const overrides = acceptOverrides(definition, input.overrides);
  const tags = tagsOf(cluster, definition, input);
  const providers: (string | undefined)[] = [];
  return Array.from({ length: input.count ?? 1 }, (_, ordinal) => {
    const capacityProvider = chooseProvider(strategy, providers);
    providers.push(capacityProvider);
    return newTask(context, {
      cluster,
      definition,
      group: input.group ?? `family:${definition.family}`,
      ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
      ...(overrides ? { overrides } : {}),
      ...placement,
      ...(capacityProvider === undefined ? {} : { capacityProvider, launchType: 'FARGATE' }),
      ordinal,
      enableExecuteCommand: input.enableExecuteCommand ?? false,
      tags,
      ...(tokenKey === undefined ? {} : { tokenKey }),
    });
  });
}

function tagsOf(cluster: ClusterRecord, definition: DefinitionRecord, input: Request): Tags {
  const given = checkTags(input.tags);
  const keys = new Set(given.map(({ key }) => key));
  const inherited = input.propagateTags === 'TASK_DEFINITION' ? definition.tags : [];
  const managed = input.enableECSManagedTags ? [{ key: 'aws:ecs:clusterName', value: cluster.name }] : [];
  return [...given, ...inherited.filter(({ key }) => !keys.has(key)), ...managed];
}

function replay(context: ActionContext, tokenKey: string, digest: string): Response | undefined {
  const token = context.state.tokens.get(tokenKey);
  if (!token || context.clock.now() - token.createdAt >= tokenLifeMs) return undefined;
  const tasks = token.taskIds.flatMap((id) => context.state.tasks.get(id) ?? []);
  if (token.digest !== digest) {
    throw conflict(
      'The clientToken was used before with other parameters.',
      tasks.map(({ arn }) => arn),
    );
  }
  return { tasks: tasks.map(replayedView), failures: [] };
}

/** ECS answers with little about tasks that have stopped. */
function replayedView(task: TaskRecord): Wire<sdk.Task> {
  if (task.lastStatus !== 'STOPPED') return taskView(task, true);
  return { taskArn: task.arn, lastStatus: task.lastStatus, desiredStatus: task.desiredStatus };
}
