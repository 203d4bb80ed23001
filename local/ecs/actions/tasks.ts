import type * as sdk from '@aws-sdk/client-ecs';
import { invalid, serviceNotFound, unsupported } from '../errors.ts';
import type { ClusterRecord, TaskRecord } from '../model.ts';
import { page } from '../paging.ts';
import { taskOwners } from '../state.ts';
import { protectionEnd, protectionView } from '../tasks/protection.ts';
import { taskView } from '../tasks/view.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { activeCluster, findService, findTask } from './lookup.ts';
import { runTask } from './run-task.ts';

export function taskActions(context: ActionContext): Actions {
  return {
    RunTask: action<sdk.RunTaskRequest, sdk.RunTaskResponse>('RunTask', (input) => runTask(context, input)),
    StopTask: action<sdk.StopTaskRequest, sdk.StopTaskResponse>('StopTask', (input) => {
      const cluster = activeCluster(context, input.cluster);
      const task = findTask(context, cluster, input.task ?? '');
      if (!task) throw invalid('The referenced task was not found.');
      if ((input.reason?.length ?? 0) > 1024) throw invalid('reason must have at most 1024 characters.');
      const stopped = context.driver.stop(task.id, 'UserInitiated', input.reason ?? 'Task stopped by user');
      return { task: taskView(stopped ?? task) };
    }),
    DescribeTasks: action<sdk.DescribeTasksRequest, sdk.DescribeTasksResponse>(
      'DescribeTasks',
      ({ cluster: reference, tasks: references = [], include = [] }) => {
        const cluster = activeCluster(context, reference);
        if (references.length === 0) throw invalid('Tasks cannot be empty.');
        if (references.length > 100) throw invalid('At most 100 tasks can be described at once.');
        const tasks: Wire<sdk.Task>[] = [];
        const failures: Wire<sdk.Failure>[] = [];
        for (const task of references) {
          const found = findTask(context, cluster, task);
          if (found) tasks.push(taskView(found, include.includes('TAGS')));
          else failures.push(missing(context, cluster, task));
        }
        return { tasks, failures };
      },
    ),
    ListTasks: action<sdk.ListTasksRequest, sdk.ListTasksResponse>('ListTasks', (input) =>
      listTasks(context, input),
    ),
    UpdateTaskProtection: action<sdk.UpdateTaskProtectionRequest, sdk.UpdateTaskProtectionResponse>(
      'UpdateTaskProtection',
      (input) => updateProtection(context, input),
    ),
    GetTaskProtection: action<sdk.GetTaskProtectionRequest, sdk.GetTaskProtectionResponse>(
      'GetTaskProtection',
      ({ cluster: reference, tasks = [] }) => {
        const cluster = activeCluster(context, reference);
        const { found, failures } = serviceTasks(context, cluster, tasks);
        return { protectedTasks: found.map((task) => protectionView(task, context.clock.now())), failures };
      },
    ),
  };
}

function listTasks(context: ActionContext, input: Wire<sdk.ListTasksRequest>): Wire<sdk.ListTasksResponse> {
  const cluster = activeCluster(context, input.cluster);
  checkFilters(input);
  const desiredStatus = input.desiredStatus ?? 'RUNNING';
  const instance = input.containerInstance && lastPart(input.containerInstance);
  const service =
    input.serviceName === undefined ? undefined : findService(context, cluster, input.serviceName);
  if (input.serviceName !== undefined && !service) throw serviceNotFound();
  const matches = (task: TaskRecord) =>
    task.cluster === cluster.name &&
    task.desiredStatus === desiredStatus &&
    (service === undefined || task.service?.key === service.key) &&
    (input.family === undefined || task.family === input.family) &&
    (input.startedBy === undefined || task.startedBy === input.startedBy) &&
    (input.launchType === undefined || task.launchType === input.launchType) &&
    (instance === undefined || task.reserved?.instanceId === instance);
  const candidates = context.state.tasks.of(narrowestOwner(cluster, input, service?.key));
  const { nextToken, maxResults, ...query } = input;
  const listed = page(candidates.filter(matches), ({ id }) => id, {
    query: ['ListTasks', query],
    nextToken,
    maxResults,
  });
  return { taskArns: listed.items.map(({ arn }) => arn), nextToken: listed.nextToken };
}

function checkFilters(input: Wire<sdk.ListTasksRequest>): void {
  const { startedBy, serviceName, family, containerInstance, launchType, daemonName } = input;
  if (daemonName !== undefined) throw unsupported('Local AWS does not have daemons.');
  const others = [serviceName, family, containerInstance, launchType];
  if (startedBy !== undefined && others.some((filter) => filter !== undefined)) {
    throw invalid('startedBy must be the only filter when it is used.');
  }
}

const lastPart = (reference: string) => reference.slice(reference.lastIndexOf('/') + 1);

function narrowestOwner(
  cluster: ClusterRecord,
  input: Wire<sdk.ListTasksRequest>,
  serviceKey: string | undefined,
): string {
  if (input.startedBy !== undefined) return taskOwners.startedBy(cluster.name, input.startedBy);
  if (serviceKey !== undefined) return taskOwners.service(serviceKey);
  if (input.family !== undefined) return taskOwners.family(cluster.name, input.family);
  return taskOwners.cluster(cluster.name);
}

function updateProtection(
  context: ActionContext,
  input: Wire<sdk.UpdateTaskProtectionRequest>,
): Wire<sdk.UpdateTaskProtectionResponse> {
  const cluster = activeCluster(context, input.cluster);
  const until = protectionEnd(context, input.protectionEnabled ?? false, input.expiresInMinutes);
  if ((input.tasks?.length ?? 0) > 10) throw invalid('At most 10 tasks can be protected at once.');
  const { found, failures } = serviceTasks(context, cluster, input.tasks ?? []);
  for (const { id } of found) context.book.note(id, { protectedUntil: until });
  const protectedTasks = found.flatMap(({ id }) => {
    const task = context.state.tasks.get(id);
    return task ? [protectionView(task, context.clock.now())] : [];
  });
  return { protectedTasks, failures };
}

function serviceTasks(context: ActionContext, cluster: ClusterRecord, references: readonly string[]) {
  const found: TaskRecord[] = [];
  const failures: Wire<sdk.Failure>[] = [];
  for (const reference of references) {
    const task = findTask(context, cluster, reference);
    if (!task) failures.push(missing(context, cluster, reference));
    else if (!task.service) failures.push({ arn: task.arn, reason: 'TASK_NOT_VALID' });
    else found.push(task);
  }
  return { found, failures };
}

function missing(context: ActionContext, cluster: ClusterRecord, reference: string): Wire<sdk.Failure> {
  const arn = reference.startsWith('arn:') ? reference : context.arns.task(cluster.name, reference);
  return { arn, reason: 'MISSING' };
}
