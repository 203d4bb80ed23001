import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import { action, type Context, type Run } from './context.ts';
import { arn, listOf } from './input.ts';

const mostTags = 50;
// Control characters have no place in XML.
const printable = /^\P{Cc}*$/u;

export const tagList = listOf(
  z.object({
    Key: z.string().min(1).max(128).regex(printable),
    Value: z.string().max(256).regex(printable).default(''),
  }),
  mostTags,
);

type TagList = z.output<typeof tagList>;

/** Tags as a record; refuses the same key twice. */
export function tagRecord(tags: TagList): Record<string, string> {
  const keys = tags.map((tag) => tag.Key);
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index);
  if (repeated !== undefined)
    throw new AwsError('DuplicateTagKeys', `The tag key '${repeated}' occurs twice`);
  return Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));
}

function mustExist({ tables }: Context, resourceArn: string): void {
  const kinds: [table: { has(key: string): boolean }, kind: string, code: string][] = [
    [tables.loadBalancers, ':loadbalancer/', 'LoadBalancerNotFound'],
    [tables.targetGroups, ':targetgroup/', 'TargetGroupNotFound'],
    [tables.listeners, ':listener/', 'ListenerNotFound'],
    [tables.rules, ':listener-rule/', 'RuleNotFound'],
  ];
  for (const [table, kind, code] of kinds) {
    if (!resourceArn.includes(kind)) continue;
    if (table.has(resourceArn)) return;
    throw new AwsError(code, `'${resourceArn}' not found`);
  }
  throw new AwsError('ValidationError', `'${resourceArn}' is not the ARN of something that bears tags`);
}

const resources = listOf(arn, 20);

export const tagActions: Readonly<Record<string, Run>> = {
  AddTags: action(z.object({ ResourceArns: resources, Tags: tagList }), (context, input) => {
    for (const resource of input.ResourceArns) mustExist(context, resource);
    const added = tagRecord(input.Tags);
    const merged = input.ResourceArns.map((resource) => ({ ...context.tables.tags.get(resource), ...added }));
    if (merged.some((tags) => Object.keys(tags).length > mostTags)) {
      throw new AwsError('TooManyTags', `A resource bears at most ${mostTags} tags`);
    }
    for (const [index, resource] of input.ResourceArns.entries())
      context.tables.tags.put(resource, merged[index]!);
    return {};
  }),

  RemoveTags: action(
    z.object({ ResourceArns: resources, TagKeys: listOf(z.string().max(128)) }),
    (context, input) => {
      for (const resource of input.ResourceArns) mustExist(context, resource);
      for (const resource of input.ResourceArns) {
        const kept = Object.entries(context.tables.tags.get(resource) ?? {});
        context.tables.tags.put(
          resource,
          Object.fromEntries(kept.filter(([key]) => !input.TagKeys.includes(key))),
        );
      }
      return {};
    },
  ),

  DescribeTags: action(z.object({ ResourceArns: resources }), (context, input) => {
    for (const resource of input.ResourceArns) mustExist(context, resource);
    return {
      TagDescriptions: input.ResourceArns.map((ResourceArn) => ({
        ResourceArn,
        Tags: Object.entries(context.tables.tags.get(ResourceArn) ?? {}).map(([Key, Value]) => ({
          Key,
          Value,
        })),
      })),
    };
  }),
};
