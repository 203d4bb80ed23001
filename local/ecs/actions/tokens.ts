import { createHash } from 'node:crypto';
import type { Failure, RunTaskResponse, Task } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { conflict } from '../errors.ts';
import type { TaskRecord, TokenRecord } from '../model.ts';
import { taskView } from '../tasks/view.ts';
import type { Wire } from '../wire.ts';

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

type Tokened = { readonly clientToken?: string | undefined };

/** What makes two requests the same but for their token; inputs are parsed, so members are in a fixed order. */
export function requestDigest(input: Tokened): string {
  const { clientToken: _, ...rest } = input;
  return createHash('sha256').update(JSON.stringify(rest)).digest('base64url');
}

/**
 * When a token may be used anew, in epoch milliseconds: after 24 hours, or one hour after the last of its tasks has
 * stopped where that is earlier. `tasks` are those that are still known; of forgotten ones an hour has passed.
 */
export function tokenExpiresAt(
  { createdAt }: Pick<TokenRecord, 'createdAt'>,
  tasks: readonly Pick<TaskRecord, 'lastStatus' | 'stoppedAt'>[],
): number {
  if (tasks.some(({ lastStatus }) => lastStatus !== 'STOPPED')) return createdAt + dayMs;
  const lastStop = Math.max(Number.NEGATIVE_INFINITY, ...tasks.map(({ stoppedAt }) => stoppedAt ?? 0));
  return Math.min(createdAt + dayMs, lastStop + hourMs);
}

/**
 * What RunTask answers to a token that has been used: its tasks, or undefined when the token is new or has expired.
 * ConflictException with the tasks' ARNs for another request.
 */
export function remembered(
  context: EcsContext,
  tokenKey: string,
  input: Tokened,
): Wire<RunTaskResponse> | undefined {
  const token = context.state.tokens.get(tokenKey);
  if (!token) return undefined;
  const tasks = token.taskIds.flatMap((id) => context.state.tasks.get(id) ?? []);
  if (tokenExpiresAt(token, tasks) <= context.clock.now()) return undefined;
  if (token.digest !== requestDigest(input)) {
    throw conflict(
      'The provided clientToken is already in use with a different RunTask request.',
      token.taskIds.map((id) => context.arns.task(clusterOf(tokenKey), id)),
    );
  }
  const forgotten = token.taskIds.length - tasks.length;
  return { tasks: tasks.map(replayedView), failures: Array.from({ length: forgotten }, forgottenTask) };
}

export function rememberTasks(
  { state, clock }: EcsContext,
  tokenKey: string,
  input: Tokened,
  tasks: readonly TaskRecord[],
): void {
  const taskIds = tasks.map(({ id }) => id);
  state.tokens.put(tokenKey, { digest: requestDigest(input), taskIds, createdAt: clock.now() });
}

const clusterOf = (tokenKey: string) => tokenKey.slice(0, tokenKey.indexOf('|'));

/** ECS answers with little about tasks that have stopped. */
function replayedView(task: TaskRecord): Wire<Task> {
  if (task.lastStatus !== 'STOPPED') return taskView(task, true);
  return { taskArn: task.arn, lastStatus: task.lastStatus, desiredStatus: task.desiredStatus };
}

/** Of a task that stopped longer ago than an hour nothing is left but that it was one. */
const forgottenTask = (): Wire<Failure> => ({ reason: 'MISSING' });
