import { compareText } from '../support/values.ts';
import { groupFor, type LogsContext } from './context.ts';
import { invalidParameter } from './errors.ts';
import type { Inputs } from './input.ts';
import type { LogStream } from './stream.ts';

export function describeLogGroups(context: LogsContext, input: Inputs['DescribeLogGroups']) {
  const { logGroupNamePrefix, logGroupNamePattern } = input;
  if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined)
    throw invalidParameter('Give either logGroupNamePrefix or logGroupNamePattern.');
  const found = context.store
    .groups()
    .filter(({ name }) => name.startsWith(logGroupNamePrefix ?? ''))
    .filter(({ name }) => name.toLowerCase().includes(logGroupNamePattern?.toLowerCase() ?? ''))
    .sort((a, b) => compareText(a.name, b.name));
  const { page, nextToken } = listed(found, input);
  const logGroups = page.map((group) => ({
    logGroupName: group.name,
    creationTime: group.createdAt,
    metricFilterCount: 0,
    ...(group.settings.retentionDays !== undefined && { retentionInDays: group.settings.retentionDays }),
    logGroupClass: 'STANDARD',
    arn: `${arnOf(context, group.name)}:*`,
    logGroupArn: arnOf(context, group.name),
    storedBytes: [...group.streams.values()].reduce((sum, stream) => sum + stream.bytes, 0),
  }));
  return { logGroups, ...(nextToken && { nextToken }) };
}

export function describeLogStreams(context: LogsContext, input: Inputs['DescribeLogStreams']) {
  const byTime = input.orderBy === 'LastEventTime';
  if (byTime && input.logStreamNamePrefix !== undefined)
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const group = groupFor(context, input);
  const time = (stream: LogStream) => stream.times?.last ?? 0;
  const found = [...group.streams.values()]
    .filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? ''))
    .sort((a, b) => (byTime && time(a) - time(b)) || compareText(a.name, b.name));
  const { page, nextToken } = listed(input.descending ? found.reverse() : found, input);
  const logStreams = page.map((stream) => {
    const times = stream.times;
    return {
      logStreamName: stream.name,
      creationTime: stream.createdAt,
      arn: `${arnOf(context, group.name)}:log-stream:${stream.name}`,
      storedBytes: 0,
      ...(times && {
        firstEventTimestamp: times.first,
        lastEventTimestamp: times.last,
        lastIngestionTime: times.lastIngestion,
      }),
    };
  });
  return { logStreams, ...(nextToken && { nextToken }) };
}

/** A page of a list; the token is where the next one begins. */
function listed<T>(
  all: readonly T[],
  { limit, nextToken }: { limit: number; nextToken?: string | undefined },
) {
  const start = Number(nextToken ?? 0);
  if (!Number.isSafeInteger(start) || start < 0)
    throw invalidParameter('nextToken: not a token that an earlier answer gave.');
  const end = start + limit;
  return { page: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}

function arnOf({ region, accountId }: LogsContext, group: string): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${group}`;
}
