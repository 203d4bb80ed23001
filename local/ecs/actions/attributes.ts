import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { isArn } from '../arns.ts';
import { invalid } from '../errors.ts';
import { findInstance } from '../instances/lookup.ts';
import { type InstanceAttribute, type InstanceRecord, isBuiltIn } from '../instances/model.ts';
import type { ClusterRecord } from '../model.ts';
import { page } from '../paging.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { activeCluster } from './lookup.ts';

const perCall = 10;
const customPerInstance = 10;

export function attributeActions(context: ActionContext): Actions {
  return {
    PutAttributes: action<sdk.PutAttributesRequest, sdk.PutAttributesResponse>('PutAttributes', (input) =>
      putAttributes(context, input),
    ),
    DeleteAttributes: action<sdk.DeleteAttributesRequest, sdk.DeleteAttributesResponse>(
      'DeleteAttributes',
      (input) => deleteAttributes(context, input),
    ),
    ListAttributes: action<sdk.ListAttributesRequest, sdk.ListAttributesResponse>('ListAttributes', (input) =>
      listAttributes(context, input),
    ),
  };
}

/** InvalidParameterException for a name or value that ECS does not take. */
export function checkAttribute({ name = '', value }: Wire<sdk.Attribute>): InstanceAttribute {
  if (!/^[A-Za-z0-9_\-./\\]{1,128}$/.test(name)) {
    throw invalid(
      'An attribute name has 1 to 128 letters, digits, hyphens, underscores, slashes and periods.',
    );
  }
  if (value === undefined || value === '') return { name };
  if (!/^[A-Za-z0-9_\-.@/\\: ]{1,128}$/.test(value) || value !== value.trim()) {
    throw invalid(`The value of attribute ${name} has other characters than ECS takes, or more than 128.`);
  }
  return { name, value };
}

function putAttributes(
  context: ActionContext,
  input: Wire<sdk.PutAttributesRequest>,
): Wire<sdk.PutAttributesResponse> {
  const cluster = activeCluster(context, input.cluster);
  const { attributes = [] } = input;
  const byInstance = new Map<string, InstanceAttribute[]>();
  for (const [instance, attribute] of targeted(context, cluster, attributes)) {
    byInstance.set(instance.id, [...(byInstance.get(instance.id) ?? []), checkAttribute(attribute)]);
  }
  const changes = [...byInstance].map(([id, added]) => {
    const before = context.state.instances.get(id)?.attributes ?? [];
    const after = [...new Map([...before, ...added].map((entry) => [entry.name, entry])).values()];
    if (after.filter(({ name }) => !isBuiltIn(name)).length > customPerInstance) {
      throw new AwsError(
        'AttributeLimitExceededException',
        `A container instance can have at most ${customPerInstance} custom attributes.`,
      );
    }
    return [id, after] as const;
  });
  for (const [id, after] of changes) context.instances.change(id, { attributes: after });
  return { attributes };
}

/** Attributes that the instance does not have are passed over. */
function deleteAttributes(
  context: ActionContext,
  input: Wire<sdk.DeleteAttributesRequest>,
): Wire<sdk.DeleteAttributesResponse> {
  const cluster = activeCluster(context, input.cluster);
  const { attributes = [] } = input;
  for (const [{ id }, { name, value }] of targeted(context, cluster, attributes)) {
    const before = context.state.instances.get(id)?.attributes ?? [];
    const after = before.filter(
      (attribute) => attribute.name !== name || (value !== undefined && attribute.value !== value),
    );
    if (after.length < before.length) context.instances.change(id, { attributes: after });
  }
  return { attributes };
}

function targeted(
  context: ActionContext,
  cluster: ClusterRecord,
  attributes: readonly Wire<sdk.Attribute>[],
): readonly (readonly [InstanceRecord, Wire<sdk.Attribute>])[] {
  if (attributes.length === 0) throw invalid('attributes cannot be empty.');
  if (attributes.length > perCall) throw invalid(`At most ${perCall} attributes can be given at once.`);
  return attributes.map((attribute) => {
    const { targetId = '', targetType } = attribute;
    if (targetId === '') throw invalid('targetId must be specified.');
    if (!isArn(targetId) && targetType === undefined) {
      throw invalid('targetType must be specified when targetId is not an ARN.');
    }
    const instance = findInstance(context, cluster, targetId);
    if (!instance || instance.status === 'INACTIVE') {
      throw new AwsError('TargetNotFoundException', 'The specified target could not be found.');
    }
    return [instance, attribute] as const;
  });
}

function listAttributes(
  context: ActionContext,
  input: Wire<sdk.ListAttributesRequest>,
): Wire<sdk.ListAttributesResponse> {
  const cluster = activeCluster(context, input.cluster);
  const { attributeName, attributeValue, nextToken, maxResults, ...query } = input;
  if (attributeValue !== undefined && attributeName === undefined) {
    throw invalid('attributeName must be specified with attributeValue.');
  }
  const all = context.state.instances
    .of(cluster.name)
    .filter(({ status }) => status !== 'INACTIVE')
    .flatMap(({ arn, attributes }) =>
      attributes.map((attribute) => ({
        ...attribute,
        targetType: 'container-instance' as const,
        targetId: arn,
      })),
    )
    .filter(
      ({ name, value }) =>
        (attributeName === undefined || name === attributeName) &&
        (attributeValue === undefined || value === attributeValue),
    );
  const listed = page(all, ({ targetId, name }) => `${targetId}|${name}`, {
    query: ['ListAttributes', query, attributeName, attributeValue],
    nextToken,
    maxResults,
  });
  return { attributes: listed.items, nextToken: listed.nextToken };
}
