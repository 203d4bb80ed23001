import type * as sdk from '@aws-sdk/client-ecs';
import { invalid } from '../errors.ts';
import { findInstance, instanceArn } from '../instances/lookup.ts';
import type { InstanceRecord } from '../instances/model.ts';
import type { ClusterRecord } from '../model.ts';
import { type Seeker, wishOf } from '../placement/assign.ts';
import { refusalOf } from '../placement/place.ts';
import { instanceSnapshot } from '../placement/snapshot.ts';
import { newTask } from '../tasks/create.ts';
import { tagsOfTask } from '../tasks/tags.ts';
import { taskView } from '../tasks/view.ts';
import { acceptPlacement } from '../validation/placement.ts';
import { acceptOverrides, checkRunTask } from '../validation/run-task.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { activeCluster, runnableDefinition } from './lookup.ts';

type Request = Wire<sdk.StartTaskRequest>;
type Response = Wire<sdk.StartTaskResponse>;

export function startTaskActions(context: ActionContext): Actions {
  return {
    StartTask: action<sdk.StartTaskRequest, sdk.StartTaskResponse>('StartTask', (input) =>
      startTask(context, input),
    ),
  };
}

/** Starts a task on each named instance: the caller has placed it, so neither constraints nor strategies count. */
function startTask(context: ActionContext, input: Request): Response {
  checkRunTask(input);
  const cluster = activeCluster(context, input.cluster);
  const references = input.containerInstances ?? [];
  if (references.length === 0) throw invalid('Container Instances cannot be empty.');
  if (references.length > 10) throw invalid('At most 10 container instances can be given at once.');
  const definition = runnableDefinition(context, input.taskDefinition);
  const { network } = acceptPlacement(cluster, definition, {
    launchType: 'EC2',
    networkConfiguration: input.networkConfiguration,
  });
  const overrides = acceptOverrides(definition, input.overrides);
  const group = input.group ?? `family:${definition.family}`;
  const tags = tagsOfTask(cluster, definition, input);
  const seeker = {
    cluster,
    definition,
    group,
    ...(network ? { network } : {}),
    constraints: [],
    strategies: [],
  };
  const tasks: Wire<sdk.Task>[] = [];
  const failures: Wire<sdk.Failure>[] = [];
  for (const reference of references) {
    const instance = findInstance(context, cluster, reference);
    const reason = refusal(context, instance, { ...seeker, ...(overrides ? { sizes: overrides } : {}) });
    if (!instance || reason !== undefined) {
      failures.push({ arn: instanceArn(context, cluster, reference), reason: reason ?? 'MISSING' });
      continue;
    }
    const task = newTask(context, {
      ...{ cluster, definition, group },
      place: { instanceId: instance.id },
      launchType: instance.launchType,
      ...(network ? { network } : {}),
      ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
      ...(overrides ? { overrides } : {}),
      enableExecuteCommand: input.enableExecuteCommand ?? false,
      tags,
    });
    context.book.add(task);
    tasks.push(taskView(task, true));
  }
  return { tasks, failures };
}

function refusal(
  context: ActionContext,
  instance: InstanceRecord | undefined,
  seeker: Seeker & { readonly cluster: ClusterRecord },
): string | undefined {
  if (!instance) return 'MISSING';
  if (instance.status === 'INACTIVE') return 'INACTIVE';
  const wish = { ...wishOf(context, seeker), constraints: [] };
  return refusalOf(instanceSnapshot(context, instance), wish);
}
