import { logGroupOf, logStreamOf } from '../contract/logging.ts';
import type { LogsQuery } from '../contract/requests.ts';
import type { RouteInput } from '../contract/routes.ts';
import { parseSeconds } from '../contract/units.ts';
import type { LogEventView, PageView } from '../contract/views.ts';
import { lastPartOf } from '../ecs/arn.ts';
import { BerthError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/plan.ts';
import { findService } from './find.ts';
import type { LogEvent, OperationDependencies } from './ports.ts';
import { moment } from './present/moment.ts';

/** What the tasks of a service wrote, oldest first. */
export async function getLogs(
  deps: OperationDependencies,
  { params, query }: RouteInput<'getLogs'>,
): Promise<PageView<LogEventView>> {
  const { environment, state } = await findService(deps, params);
  const { range, token } = positionOf(query, deps.clock.now());
  const page = await deps.logs.tail({
    group: logGroupOf(environment, state.ecsName),
    ...(query.task !== undefined && { streams: [logStreamOf(query.task)] }),
    ...range,
    ...(query.filter !== undefined && { filter: query.filter }),
    limit: query.limit,
    ...(token !== undefined && { after: token }),
  });
  return {
    items: page.events.map(logEventView),
    ...(page.next !== undefined && { next: encode({ ...range, token: page.next }) }),
  };
}

const logEventView = ({ id, timestampMs, stream, message }: LogEvent): LogEventView => ({
  id,
  at: moment(timestampMs),
  task: lastPartOf(stream),
  stream,
  message: message.trimEnd(),
});

interface Range {
  readonly sinceMs: Instant;
  readonly untilMs: Instant;
}

/** A page goes on in the range of the first one: "10m ago" would be another moment by now. */
function positionOf(query: LogsQuery, now: Instant): { range: Range; token?: string } {
  if (query.after !== undefined) {
    const { token, ...range } = decode(query.after);
    return { range, token };
  }
  const untilMs = query.until === undefined ? now : instantOf(query.until, now);
  const sinceMs = instantOf(query.since, now);
  if (sinceMs <= untilMs) return { range: { sinceMs, untilMs } };
  const detail = 'has to be before `until`';
  throw new BerthError('invalid-request', `since ${detail}`, [{ path: '/query/since', detail }]);
}

function instantOf(text: string, now: Instant): Instant {
  const secondsAgo = parseSeconds(text);
  return Math.max(0, secondsAgo === undefined ? Date.parse(text) : now - secondsAgo * 1000);
}

const encode = ({ sinceMs, untilMs, token }: Range & { token: string }): string =>
  Buffer.from(JSON.stringify([sinceMs, untilMs, token])).toString('base64url');

function decode(after: string): Range & { token: string } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    const [sinceMs, untilMs, token] = Array.isArray(parsed) ? parsed : [];
    if (isInstant(sinceMs) && isInstant(untilMs) && typeof token === 'string')
      return { sinceMs, untilMs, token };
  } catch {
    // Falls through to the refusal.
  }
  const detail = 'has to be the `next` of an earlier page';
  throw new BerthError('invalid-request', `after ${detail}`, [{ path: '/query/after', detail }]);
}

const isInstant = (value: unknown): value is Instant => Number.isSafeInteger(value) && Number(value) >= 0;
