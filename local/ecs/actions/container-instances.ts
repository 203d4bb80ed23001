import type * as sdk from '@aws-sdk/client-ecs';
import { clientError, invalid } from '../errors.ts';
import { retireInstance } from '../instances/life.ts';
import { findInstance, instanceArn } from '../instances/lookup.ts';
import type { InstanceRecord } from '../instances/model.ts';
import { hostOf, newInstance } from '../instances/register.ts';
import { instanceView, tasksOn } from '../instances/view.ts';
import type { ClusterRecord } from '../model.ts';
import { page } from '../paging.ts';
import { holds } from '../placement/evaluate.ts';
import { instanceSnapshot } from '../placement/snapshot.ts';
import { checkTags } from '../validation/common.ts';
import { acceptExpression } from '../validation/placement.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { checkAttribute } from './attributes.ts';
import { activeCluster } from './lookup.ts';

export function containerInstanceActions(context: ActionContext): Actions {
  return {
    RegisterContainerInstance: action<
      sdk.RegisterContainerInstanceRequest,
      sdk.RegisterContainerInstanceResponse
    >('RegisterContainerInstance', (input) => register(context, input)),
    DeregisterContainerInstance: action<
      sdk.DeregisterContainerInstanceRequest,
      sdk.DeregisterContainerInstanceResponse
    >('DeregisterContainerInstance', (input) => deregister(context, input)),
    DescribeContainerInstances: action<
      sdk.DescribeContainerInstancesRequest,
      sdk.DescribeContainerInstancesResponse
    >('DescribeContainerInstances', (input) => {
      const cluster = activeCluster(context, input.cluster);
      const { containerInstances: references = [], include = [] } = input;
      if (references.length === 0) throw invalid('Container instance cannot be empty.');
      if (references.length > 100) throw invalid('At most 100 container instances can be described at once.');
      const { found, failures } = lookup(context, cluster, references);
      return {
        containerInstances: found.map((instance) => instanceView(context, instance, include)),
        failures,
      };
    }),
    ListContainerInstances: action<sdk.ListContainerInstancesRequest, sdk.ListContainerInstancesResponse>(
      'ListContainerInstances',
      (input) => list(context, input),
    ),
    UpdateContainerInstancesState: action<
      sdk.UpdateContainerInstancesStateRequest,
      sdk.UpdateContainerInstancesStateResponse
    >('UpdateContainerInstancesState', (input) => updateState(context, input)),
  };
}

function lookup(context: ActionContext, cluster: ClusterRecord, references: readonly string[]) {
  const found: InstanceRecord[] = [];
  const failures: Wire<sdk.Failure>[] = [];
  for (const reference of references) {
    const instance = findInstance(context, cluster, reference);
    if (instance) found.push(instance);
    else failures.push({ arn: instanceArn(context, cluster, reference), reason: 'MISSING' });
  }
  return { found, failures };
}

/** An agent that names its instance registers it anew; one whose host is known gets the same instance again. */
function register(
  context: ActionContext,
  input: Wire<sdk.RegisterContainerInstanceRequest>,
): Wire<sdk.RegisterContainerInstanceResponse> {
  const cluster = activeCluster(context, input.cluster);
  for (const attribute of input.attributes ?? []) checkAttribute(attribute);
  const host = hostOf(context, input, checkTags(input.tags));
  const known =
    input.containerInstanceArn === undefined
      ? context.state.instances
          .of(cluster.name)
          .find(({ hostId, status }) => hostId === host.hostId && status !== 'INACTIVE')
      : findInstance(context, cluster, input.containerInstanceArn);
  if (input.containerInstanceArn !== undefined && known?.status !== 'ACTIVE') {
    throw clientError('Container instance not found.');
  }
  const made = newInstance(context, cluster, host);
  if (!known) {
    context.instances.add(made);
    return { containerInstance: instanceView(context, made, ['TAGS']) };
  }
  const again = context.instances.change(known.id, {
    agentConnected: true,
    versionInfo: made.versionInfo,
    registered: made.registered,
    attributes: merged(known.attributes, made.attributes),
  });
  return { containerInstance: instanceView(context, again ?? known, ['TAGS']) };
}

function merged(
  old: InstanceRecord['attributes'],
  given: InstanceRecord['attributes'],
): InstanceRecord['attributes'] {
  return [...new Map([...old, ...given].map((attribute) => [attribute.name, attribute])).values()];
}

function deregister(
  context: ActionContext,
  input: Wire<sdk.DeregisterContainerInstanceRequest>,
): Wire<sdk.DeregisterContainerInstanceResponse> {
  const cluster = activeCluster(context, input.cluster);
  const instance = findInstance(context, cluster, input.containerInstance ?? '');
  if (!instance || instance.status === 'INACTIVE')
    throw invalid('The referenced container instance was not found.');
  const busy = tasksOn(context, instance.id).some(({ desiredStatus }) => desiredStatus === 'RUNNING');
  if (busy && input.force !== true) throw invalid('Found running tasks on the instance.');
  const reason = `Instance ${instance.hostId} deregistered forcibly by user`;
  const retired = retireInstance(
    { context, instances: context.instances, driver: context.driver },
    instance,
    reason,
  );
  return { containerInstance: instanceView(context, retired, ['TAGS']) };
}

function list(
  context: ActionContext,
  input: Wire<sdk.ListContainerInstancesRequest>,
): Wire<sdk.ListContainerInstancesResponse> {
  const cluster = activeCluster(context, input.cluster);
  const expression = input.filter ? acceptExpression(input.filter) : undefined;
  const { nextToken, maxResults, ...query } = input;
  const instances = context.state.instances.of(cluster.name).filter((instance) => {
    if (input.status === undefined ? instance.status === 'INACTIVE' : instance.status !== input.status)
      return false;
    return expression === undefined || holds(expression, instanceSnapshot(context, instance));
  });
  const listed = page(instances, ({ id }) => id, {
    query: ['ListContainerInstances', query],
    nextToken,
    maxResults,
  });
  return { containerInstanceArns: listed.items.map(({ arn }) => arn), nextToken: listed.nextToken };
}

function updateState(
  context: ActionContext,
  input: Wire<sdk.UpdateContainerInstancesStateRequest>,
): Wire<sdk.UpdateContainerInstancesStateResponse> {
  const cluster = activeCluster(context, input.cluster);
  const { status, containerInstances: references = [] } = input;
  if (status !== 'ACTIVE' && status !== 'DRAINING') {
    throw invalid('Container instance status should be one of [ACTIVE, DRAINING].');
  }
  if (references.length === 0) throw invalid('Container instance cannot be empty.');
  if (references.length > 10) throw invalid('instanceIds can have at most 10 items.');
  const { found, failures } = lookup(context, cluster, references);
  const updated: InstanceRecord[] = [];
  for (const instance of found) {
    if (instance.status === 'INACTIVE') failures.push({ arn: instance.arn, reason: 'INACTIVE' });
    else if (instance.status === status) updated.push(instance);
    else updated.push(context.instances.change(instance.id, { status }) ?? instance);
  }
  return {
    containerInstances: updated.map((instance) => instanceView(context, instance, ['TAGS'])),
    failures,
  };
}
