import { AwsError } from '../support/service.ts';
import { groupFor, type LogsContext } from './context.ts';
import { notFound } from './errors.ts';
import type { Inputs } from './input.ts';
import type { LogGroup } from './store.ts';

const MAX_TAGS = 50;

export function deleteLogGroup(context: LogsContext, input: Inputs['DeleteLogGroup']) {
  context.store.deleteGroup(groupFor(context, input));
  return {};
}

export function deleteLogStream(context: LogsContext, input: Inputs['DeleteLogStream']) {
  const group = groupFor(context, input);
  const stream = group.streams.get(input.logStreamName);
  if (!stream) throw notFound('stream');
  context.store.deleteStream(group, stream);
  return {};
}

export function putRetentionPolicy(context: LogsContext, input: Inputs['PutRetentionPolicy']) {
  const group = groupFor(context, input);
  context.store.setSettings(group, { ...group.settings, retentionDays: input.retentionInDays });
  return {};
}

export function deleteRetentionPolicy(context: LogsContext, input: Inputs['DeleteRetentionPolicy']) {
  const group = groupFor(context, input);
  const { retentionDays: _, ...settings } = group.settings;
  context.store.setSettings(group, settings);
  return {};
}

/** With or without the `:*` at its end, as AWS takes both. */
export function groupByArn(context: LogsContext, resourceArn: string): LogGroup {
  return groupFor(context, { logGroupIdentifier: resourceArn.replace(/:\*$/, '') });
}

export function tag({ store }: LogsContext, group: LogGroup, tags: Readonly<Record<string, string>>) {
  const all = { ...group.settings.tags, ...tags };
  if (Object.keys(all).length > MAX_TAGS)
    throw new AwsError('TooManyTagsException', `A resource may have at most ${MAX_TAGS} tags.`);
  store.setSettings(group, { ...group.settings, tags: all });
  return {};
}

export function untag({ store }: LogsContext, group: LogGroup, keys: readonly string[]) {
  const left = Object.entries(group.settings.tags ?? {}).filter(([key]) => !keys.includes(key));
  store.setSettings(group, { ...group.settings, tags: Object.fromEntries(left) });
  return {};
}

export const tagsOf = ({ settings }: LogGroup) => ({ tags: settings.tags ?? {} });
