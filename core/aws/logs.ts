import type { CloudWatchLogsClient, FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BerthError } from '../kernel/errors.ts';
import type { LogEvent, LogPage, LogQuery, Logs } from '../operations/ports.ts';

/** CloudWatch answers pages without a line while it searches; at most so many for one look. */
const maxReads = 8;

/** The lines of tasks, from CloudWatch Logs. */
export const cloudWatchLogs = (client: CloudWatchLogsClient): Logs => ({
  async tail(query) {
    const events: LogEvent[] = [];
    let token = query.after;
    for (let read = 0; read < maxReads; read++) {
      const page = await filter(client, query, query.limit - events.length, token);
      events.push(...(page?.events ?? []).map(logEvent));
      token = page?.nextToken;
      if (token === undefined || events.length >= query.limit) break;
    }
    return { events, ...(token !== undefined && { next: token }) } satisfies LogPage;
  },
});

async function filter(
  client: CloudWatchLogsClient,
  { group, streams, sinceMs, untilMs, filter: text }: LogQuery,
  limit: number,
  nextToken: string | undefined,
): Promise<FilterLogEventsCommandOutput | undefined> {
  const command = new FilterLogEventsCommand({
    logGroupName: group,
    ...(streams && { logStreamNames: [...streams] }),
    startTime: sinceMs,
    endTime: untilMs,
    ...(text !== undefined && { filterPattern: phrase(text) }),
    limit,
    ...(nextToken !== undefined && { nextToken }),
  });
  try {
    return await client.send(command);
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw asBerthError(error, nextToken !== undefined);
  }
}

/** A filter pattern that finds the text as it is; without quotes some of its characters would have a meaning. */
const phrase = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;

function logEvent({
  eventId = '',
  timestamp = 0,
  logStreamName = '',
  message = '',
}: NonNullable<FilterLogEventsCommandOutput['events']>[number]): LogEvent {
  return { id: eventId, timestampMs: timestamp, stream: logStreamName, message };
}

function asBerthError(error: unknown, hasToken: boolean): unknown {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  if (name === 'InvalidParameterException' && hasToken)
    return new BerthError(
      'invalid-request',
      'the page token is none of this query; start again without `after`',
    );
  if (name !== undefined && /Throttl|LimitExceeded/.test(name))
    return new BerthError('throttled', 'CloudWatch Logs refuses more requests just now; ask again shortly');
  if ($metadata?.httpStatusCode === undefined || $metadata.httpStatusCode >= 500)
    return new BerthError('unavailable', `CloudWatch Logs does not answer (${name}); ask again shortly`);
  return error;
}
