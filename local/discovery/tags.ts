import { z } from 'zod';
import { AwsError } from '../support/service.ts';
import { action, type DiscoveryContext, type Run } from './context.ts';
import { tagList } from './input.ts';
import type { Tables } from './model.ts';

const mostTags = 50;

/** Adds tags to what bears this ARN; throws a TooManyTagsException beyond fifty. */
export function putTags(tables: Tables, arn: string, tags: z.output<typeof tagList>): void {
  const all = {
    ...tables.tags.get(arn),
    ...Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value])),
  };
  if (Object.keys(all).length > mostTags) {
    const message = `A resource bears at most ${mostTags} tags.`;
    throw new AwsError('TooManyTagsException', message, 400, { ResourceName: arn });
  }
  tables.tags.put(arn, all);
}

function existing({ tables }: DiscoveryContext, arn: string): string {
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  const found = tables.namespaces.get(id) ?? tables.services.get(id);
  if (found?.arn === arn) return arn;
  throw new AwsError('ResourceNotFoundException', `Resource not found : ${arn}`);
}

const ResourceARN = z.string().min(1).max(1011);

export const tagActions: Readonly<Record<string, Run>> = {
  TagResource: action(z.object({ ResourceARN, Tags: tagList.unwrap() }), (context, input) => {
    putTags(context.tables, existing(context, input.ResourceARN), input.Tags);
    return {};
  }),

  UntagResource: action(
    z.object({ ResourceARN, TagKeys: z.array(z.string().max(128)).max(200) }),
    (context, input) => {
      const arn = existing(context, input.ResourceARN);
      const kept = Object.entries(context.tables.tags.get(arn) ?? {}).filter(
        ([key]) => !input.TagKeys.includes(key),
      );
      context.tables.tags.put(arn, Object.fromEntries(kept));
      return {};
    },
  ),

  ListTagsForResource: action(z.object({ ResourceARN }), (context, input) => ({
    Tags: Object.entries(context.tables.tags.get(existing(context, input.ResourceARN)) ?? {}).map(
      ([Key, Value]) => ({ Key, Value }),
    ),
  })),
};
