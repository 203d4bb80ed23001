import { firstKept, type LogsContext } from './context.ts';
import { invalidParameter, notFound } from './errors.ts';
import { filterOf } from './filter.ts';
import type { Inputs } from './input.ts';
import { fitting, lastPageOf, type Position, pageOf, positionOf, timestampOf, tokenOf } from './pages.ts';
import type { LogGroup } from './store.ts';
import type { LogEvent } from './stream.ts';

const FOREVER = Number.MAX_SAFE_INTEGER;

/** One stream's events; both tokens always stand, as in CloudWatch, and stay the same where nothing follows. */
export function getLogEvents(context: LogsContext, group: LogGroup, input: Inputs['GetLogEvents']) {
  const stream = group.streams.get(input.logStreamName);
  if (!stream) throw notFound('stream');
  const position = input.nextToken === undefined ? undefined : positionOf(input.nextToken);
  // GetLogEvents leaves out the end of its time range, FilterLogEvents does not.
  const all = stream.read(
    Math.max(input.startTime ?? 0, firstKept(context, group)),
    (input.endTime ?? FOREVER) - 1,
  );
  const page = position
    ? turned(all, position, input.limit)
    : input.startFromHead
      ? pageOf(all, input.limit)
      : lastPageOf(all, input.limit);
  return {
    events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: tokenOf({ direction: 'forward', eventId: page.at(-1)?.eventId ?? position?.eventId }),
    nextBackwardToken: tokenOf({ direction: 'backward', eventId: page[0]?.eventId ?? position?.eventId }),
  };
}

function turned(all: LogEvent[], { direction, eventId = '' }: Position, limit: number): LogEvent[] {
  if (direction === 'forward')
    return pageOf(
      all.filter((event) => event.eventId > eventId),
      limit,
    );
  return lastPageOf(
    all.filter((event) => event.eventId < eventId),
    limit,
  );
}

/** The events of a group's streams, interleaved by time. */
export function filterLogEvents(context: LogsContext, group: LogGroup, input: Inputs['FilterLogEvents']) {
  if (input.logStreamNames && input.logStreamNamePrefix !== undefined)
    throw invalidParameter('Give either logStreamNames or logStreamNamePrefix.');
  const after = input.nextToken === undefined ? '' : (positionOf(input.nextToken).eventId ?? '');
  const first = Math.max(
    input.startTime ?? 0,
    after === '' ? 0 : timestampOf(after),
    firstKept(context, group),
  );
  const matches = filterOf(input.filterPattern);
  const found = streamNames(group, input).flatMap((logStreamName) => {
    const events = group.streams.get(logStreamName)?.read(first, input.endTime ?? FOREVER) ?? [];
    const wanted = events.filter((event) => event.eventId > after && matches(event.message));
    // One event more than fills a page alone: enough to order the page, and bounded over many streams.
    return wanted.slice(0, fitting(wanted, input.limit) + 1).map((event) => ({ logStreamName, ...event }));
  });
  found.sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const events = pageOf(found, input.limit);
  const more = events.length < found.length;
  return {
    events,
    searchedLogStreams: [],
    ...(more && { nextToken: tokenOf({ direction: 'forward', eventId: events.at(-1)?.eventId }) }),
  };
}

function streamNames(group: LogGroup, input: Inputs['FilterLogEvents']): string[] {
  const missing = input.logStreamNames?.find((name) => !group.streams.has(name));
  if (missing !== undefined) throw notFound('stream');
  const names = input.logStreamNames ? new Set(input.logStreamNames) : group.streams.keys();
  return [...names].filter((name) => name.startsWith(input.logStreamNamePrefix ?? ''));
}
