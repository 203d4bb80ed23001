import { createHash } from 'node:crypto';
import type { ECSClient, RunTaskCommandInput, RunTaskCommandOutput } from '@aws-sdk/client-ecs';
import { DescribeTasksCommand, ListTasksCommand, RunTaskCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import type { Environment } from '../contract/environment.ts';
import { containerName } from '../contract/logging.ts';
import type { TaskRecord } from '../ecs/task.ts';
import { taskRecord } from '../ecs/task-record.ts';
import { jobs } from '../jobs/decide.ts';
import {
  type JobEffect,
  type JobId,
  type JobQuery,
  type JobRequest,
  type JobSeen,
  type JobState,
  refusedCode,
  type SeenTask,
  type StartOutcome,
  unclearCode,
} from '../jobs/model.ts';
import { groupOfJob } from '../jobs/records.ts';
import { FinalFailure } from '../kernel/errors.ts';
import type { Member } from '../kernel/item.ts';
import type { Clock, Log, Store } from '../kernel/ports.ts';
import type { EffectContext, Perform } from '../kernel/settle.ts';
import { isPassing } from './ecs/errors.ts';
import { lastLines } from './evidence.ts';
import type { ReadLastLines } from './last-lines.ts';

interface Looking {
  readonly ecs: ECSClient;
  readonly store: Store;
  readonly readLastLines: ReadLastLines;
  readonly log: Log;
  environment(name: string): Environment;
}

interface Acting {
  readonly ecs: ECSClient;
  readonly clock: Clock;
  environment(name: string): Environment;
}

/**
 * A token holds as long as its task lives and an hour more, at most a day; what has stopped is listed for an hour. An
 * intent that is older than this is not carried out any more: it might run a second time.
 */
const repeatableMs = 50 * 60_000;

/** The same for all attempts of a job, so that one look finds whatever it started; 36 characters, as ECS has long had it. */
export const startedByOf = (id: JobId) => `berth-job/${hash(id).slice(0, 26)}`;

const tokenOf = (id: JobId, attempt: number) => hash(`${id}#${attempt}`).slice(0, 40);

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** Jobs with their eyes on AWS. */
export const jobMember = (deps: Looking, perform: Perform): Member => ({
  domain: jobs,
  look: (query) => lookForJob(query as JobQuery, deps),
  perform,
});

export async function performForJob(
  effect: JobEffect,
  context: EffectContext,
  deps: Acting,
): Promise<StartOutcome | object> {
  return effect.type === 'run_task' ? startTask(effect, context, deps) : stopTask(effect, deps);
}

/** Starts a job's task once: one that is there already, whoever heard of its start, is that one. */
async function startTask(
  { request, attempt, decidedAt }: Extract<JobEffect, { type: 'run_task' }>,
  context: EffectContext,
  { ecs, clock, environment }: Acting,
): Promise<StartOutcome> {
  const there = await findTask(ecs, request.cluster, request.id);
  if (there !== undefined) return { taskArn: there };
  const state = (await context.current())?.state as JobState | undefined;
  if (!isWanted(state, attempt, clock.now())) return { overtaken: true };
  if (clock.now() - decidedAt > repeatableMs)
    throw new FinalFailure(
      unclearCode,
      'it could not be started in time, and cannot be any more without a risk of two',
    );
  try {
    return outcomeOf(
      await ecs.send(new RunTaskCommand(runTask(request, attempt, environment(request.environment)))),
    );
  } catch (error) {
    return refusal(error, context);
  }
}

function isWanted(state: JobState | undefined, attempt: number, now: number): boolean {
  return (
    state?.at.phase === 'starting' &&
    state.at.attempt === attempt &&
    state.cancelled === undefined &&
    now < state.deadline
  );
}

function runTask(request: JobRequest, attempt: number, environment: Environment): RunTaskCommandInput {
  return {
    cluster: request.cluster,
    taskDefinition: request.taskDefinitionArn,
    count: 1,
    launchType: 'FARGATE',
    clientToken: tokenOf(request.id, attempt),
    startedBy: startedByOf(request.id),
    group: groupOfJob(request.id),
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...environment.subnets],
        securityGroups: [...environment.securityGroups],
        assignPublicIp: 'DISABLED',
      },
    },
    overrides: { containerOverrides: [{ name: containerName, command: [...request.command] }] },
  };
}

/** Where ECS tells of a task, there is one, whatever failures it tells of besides. */
function outcomeOf({ tasks, failures = [] }: RunTaskCommandOutput): StartOutcome {
  const taskArn = tasks?.[0]?.taskArn;
  if (taskArn !== undefined) return { taskArn };
  if (failures.length === 0) throw new Error('RunTask answered nothing at all');
  const texts = failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(': '));
  return { refused: [...new Set(texts)].join('; '), isPassing: texts.every((text) => roomless.test(text)) };
}

/** There may be room later, or ECS may answer then. */
const roomless = /^RESOURCE:|^AGENT\b|capacity|try again|throttl|rate exceeded|temporar/i;

/** The token was used with other words: those tasks are this job's. Any other 4xx is an answer, and starts nothing. */
function refusal(error: unknown, { attempt }: EffectContext): StartOutcome {
  const { name, message, resourceIds } = error as Error & { resourceIds?: readonly string[] };
  const taskArn = name === 'ConflictException' ? resourceIds?.[0] : undefined;
  if (taskArn !== undefined) return { taskArn };
  if (isPassing(error)) throw error;
  throw new FinalFailure(attempt === 0 ? refusedCode : unclearCode, `${name}: ${message}`);
}

/** A task of the job that runs or, else, one that has stopped within the last hour. */
async function findTask(ecs: ECSClient, cluster: string, id: JobId): Promise<string | undefined> {
  const startedBy = startedByOf(id);
  for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, startedBy, desiredStatus }));
    if (taskArns?.[0] !== undefined) return taskArns[0];
  }
  return undefined;
}

async function stopTask(
  { cluster, taskArn, reason }: Extract<JobEffect, { type: 'stop_task' }>,
  { ecs }: Acting,
): Promise<object> {
  try {
    await ecs.send(new StopTaskCommand({ cluster, task: taskArn, reason: reason.slice(0, 255) }));
  } catch (error) {
    const { name, message } = error as Error;
    const isGone = /task was not found/i.test(message);
    if (isPassing(error)) throw error;
    if (!isGone) throw new FinalFailure(name, `${name}: ${message}`);
  }
  return {};
}

/** Looks at a job's task. A look that fails is `unknown`, never an absence. */
export async function lookForJob({ task, find }: JobQuery, deps: Looking): Promise<JobSeen> {
  return {
    ...(task && { task: await seenTask(task, deps) }),
    ...(find && { found: await seenFound(find, deps) }),
  };
}

async function seenFound(
  { cluster, job }: NonNullable<JobQuery['find']>,
  { ecs }: Looking,
): Promise<NonNullable<JobSeen['found']>> {
  try {
    const taskArn = await findTask(ecs, cluster, job);
    return taskArn === undefined ? { seen: 'none' } : { seen: 'task', taskArn };
  } catch (error) {
    return unknown(error);
  }
}

async function seenTask(query: NonNullable<JobQuery['task']>, deps: Looking): Promise<SeenTask> {
  const { environment, ecsName, taskArn } = query;
  try {
    const record = (await described(query, deps.ecs)) ?? (await recorded(taskArn, deps.store));
    if (!record) return { seen: 'missing' };
    const isOver = record.lastStatus === 'STOPPED';
    const logTail = isOver ? await lastLines(deps, deps.environment(environment), ecsName, taskArn) : [];
    return { ...shown(record), logTail };
  } catch (error) {
    return unknown(error);
  }
}

function unknown(error: unknown) {
  const { name, message } = error as Error;
  return { seen: 'unknown', because: `${name}: ${message}` } as const;
}

/** Undefined where ECS says that there is none; silence says nothing. */
async function described(
  { cluster, taskArn }: NonNullable<JobQuery['task']>,
  ecs: ECSClient,
): Promise<TaskRecord | undefined> {
  const { tasks, failures } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }));
  const failure = failures?.find(({ reason }) => reason !== 'MISSING');
  if (failure) throw new Error(`DescribeTasks: ${failure.reason} ${failure.detail ?? ''}`);
  const [task] = tasks ?? [];
  if (!task && !failures?.length) throw new Error('DescribeTasks answered nothing at all');
  return task && taskRecord(task as unknown as Record<string, unknown>);
}

/** ECS forgets what has stopped after an hour; what events told of it is kept. */
async function recorded(taskArn: string, store: Store): Promise<TaskRecord | undefined> {
  const stored = await store.get({ partition: `task#${taskArn}`, sort: 'record' });
  const record = stored?.body as TaskRecord | undefined;
  return record?.lastStatus === 'STOPPED' ? record : undefined;
}

function shown(task: TaskRecord): Omit<Extract<SeenTask, { seen: 'task' }>, 'logTail'> {
  const { exitCode, reason } = task.containers.find(({ name }) => name === containerName) ?? {};
  return {
    seen: 'task',
    lastStatus: task.lastStatus,
    ...(task.stopCode !== undefined && { stopCode: task.stopCode }),
    ...(task.stoppedReason !== undefined && { stoppedReason: task.stoppedReason }),
    ...(exitCode !== undefined && { exitCode }),
    ...(reason !== undefined && { containerReason: reason }),
    ...(task.startedAtMs !== undefined && { startedAtMs: task.startedAtMs }),
  };
}
