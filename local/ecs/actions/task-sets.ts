import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { isArn } from '../arns.ts';
import { invalid, serviceNotActive, serviceNotFound } from '../errors.ts';
import type { ServiceRecord } from '../model.ts';
import { noBackoff } from '../scheduler/breaker.ts';
import { newRevision } from '../services/revision.ts';
import { changeTaskSet } from '../task-sets/book.ts';
import type { TaskSetRecord } from '../task-sets/model.ts';
import { taskSetView } from '../task-sets/view.ts';
import { checkTags, checkToken } from '../validation/common.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { activeCluster, findService, runnableDefinition } from './lookup.ts';
import { requestDigest } from './tokens.ts';

const taskSetCeiling = 20;

/** Task sets of services whose deployments somebody else runs: deployment controller EXTERNAL. */
export function taskSetActions(context: ActionContext): Actions {
  return {
    CreateTaskSet: action<sdk.CreateTaskSetRequest, sdk.CreateTaskSetResponse>('CreateTaskSet', (input) => ({
      taskSet: taskSetView(context, createTaskSet(context, input), true),
    })),
    DescribeTaskSets: action<sdk.DescribeTaskSetsRequest, sdk.DescribeTaskSetsResponse>(
      'DescribeTaskSets',
      (input) => describeTaskSets(context, input),
    ),
    UpdateTaskSet: action<sdk.UpdateTaskSetRequest, sdk.UpdateTaskSetResponse>('UpdateTaskSet', (input) => {
      const { set, service } = namedTaskSet(context, input);
      const scalePercent = acceptScale(input.scale);
      const changed = changeTaskSet(context, set.arn, {
        scalePercent,
        ...(scalePercent === set.scalePercent ? {} : unsettled(context)),
      });
      context.taskSets.wake(service.key);
      return { taskSet: taskSetView(context, changed ?? set) };
    }),
    UpdateServicePrimaryTaskSet: action<
      sdk.UpdateServicePrimaryTaskSetRequest,
      sdk.UpdateServicePrimaryTaskSetResponse
    >('UpdateServicePrimaryTaskSet', ({ cluster, service, primaryTaskSet }) => {
      const { set } = namedTaskSet(context, { cluster, service, taskSet: primaryTaskSet });
      if (set.status === 'DRAINING') throw taskSetNotFound();
      for (const other of context.state.taskSets.of(set.serviceKey)) {
        if (other.status === 'PRIMARY') changeTaskSet(context, other.arn, { status: 'ACTIVE' });
      }
      return { taskSet: taskSetView(context, changeTaskSet(context, set.arn, { status: 'PRIMARY' }) ?? set) };
    }),
    DeleteTaskSet: action<sdk.DeleteTaskSetRequest, sdk.DeleteTaskSetResponse>('DeleteTaskSet', (input) => {
      const { set, service } = namedTaskSet(context, input);
      if (set.scalePercent > 0 && input.force !== true) {
        throw invalid(
          `The task set ${set.id} is scaled to ${set.scalePercent} %: scale it to 0 or use force to delete it.`,
        );
      }
      const draining = changeTaskSet(context, set.arn, { status: 'DRAINING', ...unsettled(context) });
      context.taskSets.wake(service.key);
      return { taskSet: taskSetView(context, draining ?? set) };
    }),
  };
}

function createTaskSet(context: ActionContext, input: Wire<sdk.CreateTaskSetRequest>): TaskSetRecord {
  checkToken(input.clientToken, 36);
  const cluster = activeCluster(context, input.cluster);
  const service = externalService(context, input);
  const digest = requestDigest(input);
  const sets = context.state.taskSets.of(service.key);
  const before = sets.find(({ creation }) => input.clientToken && creation.token === input.clientToken);
  if (before?.creation.digest === digest) return before;
  if (before) throw invalid('Creation of task set was not idempotent.');
  if (sets.length >= taskSetCeiling) throw invalid(`A service has at most ${taskSetCeiling} task sets.`);
  const scalePercent = acceptScale(input.scale);
  const tags = checkTags(input.tags);
  const definition = runnableDefinition(context, input.taskDefinition);
  const revision = newRevision(context, cluster, service, definition, { ...input, ...service.external });
  const id = context.ids.deployment();
  const now = context.clock.now();
  const set: TaskSetRecord = {
    id,
    arn: context.arns.taskSet(service.cluster, service.name, id),
    serviceKey: service.key,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    status: 'ACTIVE',
    ...(input.externalId === undefined ? {} : { externalId: input.externalId }),
    revisionArn: revision.arn,
    definitionArn: revision.definitionArn,
    scalePercent,
    ...unsettled(context),
    backoff: noBackoff,
    creation: { digest, ...(input.clientToken === undefined ? {} : { token: input.clientToken }) },
    tags,
    createdAt: now,
    updatedAt: now,
  };
  context.state.revisions.put(revision.arn, revision);
  context.state.taskSets.put(set.arn, set);
  context.taskSets.wake(service.key);
  return set;
}

function describeTaskSets(
  context: ActionContext,
  { taskSets: references, include = [], ...named }: Wire<sdk.DescribeTaskSetsRequest>,
): Wire<sdk.DescribeTaskSetsResponse> {
  const service = externalService(context, named);
  const all = context.state.taskSets.of(service.key);
  const failures: Wire<sdk.Failure>[] = [];
  const found = (references ?? all.map(({ arn }) => arn)).flatMap((reference) => {
    const set = all.find((each) => isNamed(each, reference));
    if (set) return [set];
    const arn = isArn(reference) ? reference : context.arns.taskSet(service.cluster, service.name, reference);
    failures.push({ arn, reason: 'MISSING' });
    return [];
  });
  return { taskSets: found.map((set) => taskSetView(context, set, include.includes('TAGS'))), failures };
}

function namedTaskSet(
  context: ActionContext,
  input: { cluster?: string | undefined; service?: string | undefined; taskSet?: string | undefined },
): { readonly set: TaskSetRecord; readonly service: ServiceRecord } {
  const service = externalService(context, input);
  const set = context.state.taskSets.of(service.key).find((each) => isNamed(each, input.taskSet ?? ''));
  if (!set) throw taskSetNotFound();
  return { set, service };
}

function externalService(
  context: ActionContext,
  input: { cluster?: string | undefined; service?: string | undefined },
): ServiceRecord {
  const service = findService(context, activeCluster(context, input.cluster), input.service);
  if (!service) throw serviceNotFound();
  if (service.status !== 'ACTIVE') throw serviceNotActive();
  if (!service.external) {
    throw invalid('Task sets are only supported for services with the EXTERNAL deployment controller.');
  }
  return service;
}

/** By its ARN, by `ecs-svc/<digits>`, or by the digits alone. */
function isNamed(set: TaskSetRecord, reference: string): boolean {
  return reference === set.arn || reference === set.id || `ecs-svc/${reference}` === set.id;
}

function acceptScale(scale: Wire<sdk.Scale> | undefined): number {
  const { value = 100, unit = 'PERCENT' } = scale ?? {};
  if (unit !== 'PERCENT') throw invalid('The unit of a scale must be PERCENT.');
  if (value < 0 || value > 100) throw invalid('The value of a scale must be between 0 and 100.');
  return value;
}

function unsettled(context: ActionContext) {
  return { stability: 'STABILIZING', stabilityAt: context.clock.now() } as const;
}

function taskSetNotFound(): AwsError {
  return new AwsError('TaskSetNotFoundException', 'TaskSet not found.');
}
