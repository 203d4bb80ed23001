import type * as sdk from '@aws-sdk/client-ecs';
import { invalid, resourceNotFound } from '../errors.ts';
import type { Tags } from '../model.ts';
import { serviceKeyOf } from '../model.ts';
import { changeService } from '../services/book.ts';
import { checkTags } from '../validation/common.ts';
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
        if (all.length > 50) throw invalid('A resource can have at most 50 tags.');
        resource.set(all);
        return {};
      },
    ),
    UntagResource: action<sdk.UntagResourceRequest, sdk.UntagResourceResponse>(
      'UntagResource',
      ({ resourceArn = '', tagKeys = [] }) => {
        const resource = taggedResource(context, resourceArn);
        resource.set(resource.tags.filter(({ key }) => key === undefined || !tagKeys.includes(key)));
        return {};
      },
    ),
    ListTagsForResource: action<sdk.ListTagsForResourceRequest, sdk.ListTagsForResourceResponse>(
      'ListTagsForResource',
      ({ resourceArn = '' }) => ({ tags: taggedResource(context, resourceArn).tags }),
    ),
  };
}

function taggedResource(context: ActionContext, arn: string): Tagged {
  const found =
    clusterTags(context, arn) ??
    serviceTags(context, arn) ??
    taskTags(context, arn) ??
    definitionTags(context, arn);
  if (found) return found;
  if (/^arn:aws:ecs:/.test(arn)) throw resourceNotFound('The specified resource was not found.');
  throw invalid(`The resource ARN ${arn.slice(0, 100)} is not valid.`);
}

function clusterTags({ state, arns }: ActionContext, arn: string): Tagged | undefined {
  const cluster = state.clusters.get(arns.parts(arn, 'cluster')?.[0] ?? '');
  if (cluster?.status !== 'ACTIVE') return undefined;
  return { tags: cluster.tags, set: (tags) => state.clusters.put(cluster.name, { ...cluster, tags }) };
}

function serviceTags(context: ActionContext, arn: string): Tagged | undefined {
  const [cluster = '', name = ''] = context.arns.parts(arn, 'service') ?? [];
  const service = context.state.services.get(serviceKeyOf(cluster, name));
  if (!service || service.status === 'INACTIVE') return undefined;
  return { tags: service.tags, set: (tags) => changeService(context, service.key, { tags }) };
}

function taskTags({ state, arns, book }: ActionContext, arn: string): Tagged | undefined {
  const task = state.tasks.get(arns.parts(arn, 'task')?.[1] ?? '');
  if (task?.arn !== arn) return undefined;
  return { tags: task.tags, set: (tags) => book.note(task.id, { tags }) };
}

function definitionTags({ state, arns }: ActionContext, arn: string): Tagged | undefined {
  const record = state.definitions.get(arns.parts(arn, 'task-definition')?.[0] ?? '');
  if (!record) return undefined;
  return { tags: record.tags, set: (tags) => state.definitions.put(record.key, { ...record, tags }) };
}
