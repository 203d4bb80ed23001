import type * as sdk from '@aws-sdk/client-ecs';
import { clientError, clusterNotFound, invalid, resourceNotFound } from '../errors.ts';
import type { Tags } from '../model.ts';
import { serviceKeyOf } from '../model.ts';
import { changeService } from '../services/book.ts';
import { isForgotten } from '../task-definitions/deletion.ts';
import { checkTags, isReservedKey } from '../validation/common.ts';
import { type ActionContext, type Actions, action } from './action.ts';

interface Tagged {
  readonly tags: Tags;
  set(tags: Tags): void;
}

export function tagActions(context: ActionContext): Actions {
  return {
    TagResource: action<sdk.TagResourceRequest, sdk.TagResourceResponse>(
      'TagResource',
      ({ resourceArn = '', tags }) => {
        const resource = taggedResource(context, resourceArn);
        const added = checkTags(tags);
        const keys = new Set(added.map(({ key }) => key));
        const all = [...resource.tags.filter(({ key }) => !keys.has(key)), ...added];
        if (all.filter(({ key }) => !isReservedKey(key)).length > 50)
          throw invalid('A resource can have at most 50 tags.');
        resource.set(all);
        return {};
      },
    ),
    UntagResource: action<sdk.UntagResourceRequest, sdk.UntagResourceResponse>(
      'UntagResource',
      ({ resourceArn = '', tagKeys = [] }) => {
        const resource = taggedResource(context, resourceArn);
        if (tagKeys.some(isReservedKey))
          throw invalid('Tag keys must not begin with aws:, which is reserved.');
        resource.set(resource.tags.filter(({ key }) => key === undefined || !tagKeys.includes(key)));
        return {};
      },
    ),
    ListTagsForResource: action<sdk.ListTagsForResourceRequest, sdk.ListTagsForResourceResponse>(
      'ListTagsForResource',
      ({ resourceArn = '' }) => ({ tags: taggedResource(context, resourceArn, invalid).tags }),
    ),
  };
}

type Finder = (context: ActionContext, arn: string) => Tagged | undefined;

interface Kind {
  readonly find: Finder;
  /** How ECS says that there is none, where it has words of its own. */
  readonly missing?: () => Error;
}

/** Who finds a resource, by the type in its ARN. */
const kinds: Readonly<Record<string, Kind>> = {
  cluster: { find: clusterTags, missing: clusterNotFound },
  service: { find: serviceTags },
  task: { find: taskTags },
  'task-definition': {
    find: definitionTags,
    missing: () => clientError('Unable to describe task definition.'),
  },
  'task-set': { find: taskSetTags },
  'capacity-provider': { find: providerTags },
  'container-instance': { find: instanceTags },
};

/** The ARNs of these named no cluster once. */
const oldFormat = /^[^/]*:(service|task|container-instance)\/[^/]*$/;

/** `absent` makes the error for a resource that is not there: ListTagsForResource has no ResourceNotFoundException. */
function taggedResource(context: ActionContext, arn: string, absent = resourceNotFound): Tagged {
  const kind = kinds[/^arn:[\w-]+:ecs:[\w-]*:\d*:([a-z-]+)\//.exec(arn)?.[1] ?? ''];
  if (!kind) throw invalid(`The resource ARN ${arn.slice(0, 100)} is not valid.`);
  if (oldFormat.test(arn)) throw invalid('Long arn format must be used for tagging operations');
  const found = kind.find(context, arn);
  if (!found) throw kind.missing?.() ?? absent('The specified resource was not found.');
  return found;
}

function clusterTags({ state, arns }: ActionContext, arn: string): Tagged | undefined {
  const cluster = state.clusters.get(arns.parts(arn, 'cluster')?.[0] ?? '');
  if (cluster?.status !== 'ACTIVE') return undefined;
  return { tags: cluster.tags, set: (tags) => state.clusters.put(cluster.name, { ...cluster, tags }) };
}

function serviceTags(context: ActionContext, arn: string): Tagged | undefined {
  const [cluster, name] = context.arns.parts(arn, 'service') ?? [];
  const service = context.state.services.get(serviceKeyOf(cluster ?? '', name ?? ''));
  if (!service || service.status === 'INACTIVE') return undefined;
  return { tags: service.tags, set: (tags) => changeService(context, service.key, { tags }) };
}

function taskTags({ state, arns, book }: ActionContext, arn: string): Tagged | undefined {
  const task = state.tasks.get(arns.parts(arn, 'task')?.[1] ?? '');
  if (task?.arn !== arn) return undefined;
  return { tags: task.tags, set: (tags) => book.note(task.id, { tags }) };
}

function definitionTags(context: ActionContext, arn: string): Tagged | undefined {
  const { state, arns } = context;
  const record = state.definitions.get(arns.parts(arn, 'task-definition')?.[0] ?? '');
  if (!record || isForgotten(context, record)) return undefined;
  return { tags: record.tags, set: (tags) => state.definitions.put(record.key, { ...record, tags }) };
}

function taskSetTags({ state }: ActionContext, arn: string): Tagged | undefined {
  const set = state.taskSets.get(arn);
  return set && { tags: set.tags, set: (tags) => state.taskSets.put(arn, { ...set, tags }) };
}

function providerTags({ state, arns }: ActionContext, arn: string): Tagged | undefined {
  const record = state.capacityProviders.get(arns.parts(arn, 'capacity-provider')?.[0] ?? '');
  if (record?.status !== 'ACTIVE') return undefined;
  return { tags: record.tags, set: (tags) => state.capacityProviders.put(record.name, { ...record, tags }) };
}

function instanceTags({ state, arns, instances }: ActionContext, arn: string): Tagged | undefined {
  const instance = state.instances.get(arns.parts(arn, 'container-instance')?.at(-1) ?? '');
  if (!instance || instance.status === 'INACTIVE') return undefined;
  return { tags: instance.tags, set: (tags) => instances.note(instance.id, { tags }) };
}
