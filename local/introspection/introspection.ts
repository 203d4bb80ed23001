import { activitySince } from '../activity.ts';
import type { Clock } from '../support/clock.ts';
import { localRoute } from '../support/local-route.ts';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import { type CallLog, createCallLog } from './calls.ts';
import { createEventLog, type EventLog } from './events.ts';
import { timelineOf } from './timeline.ts';

/** What Local AWS remembers of what it was asked and what it told, in memory only. */
export interface Introspection {
  readonly calls: CallLog;
  readonly events: EventLog;
  readonly routes: readonly Route[];
  clear(): void;
}

export interface IntrospectionDependencies {
  readonly clock: Clock;
  functionOf(accessKeyId: string): string | undefined;
}

/**
 * - `GET /_local/calls?service=ecs&action=RunTask&accessKeyId=…&function=…&sinceMs=…&limit=…`: the newest 20,000
 *   calls: who called what when, with which input (cut to a glance), and what came of it.
 * - `GET /_local/events?detailType=…&source=…&resource=…&sinceMs=…&limit=…`: the newest 10,000 events, each with its
 *   deliveries.
 * - `GET /_local/tasks/<id>`: a task's life, version by version.
 * - `GET /_local/activity?sinceMs=…`: who of the functions called ECS, and how soon after which event.
 */
export function createIntrospection({ clock, functionOf }: IntrospectionDependencies): Introspection {
  let sequence = 0;
  const nextSequence = () => ++sequence;
  const calls = createCallLog({ clock, functionOf, nextSequence });
  const events = createEventLog({ clock, nextSequence });
  return {
    calls,
    events,
    routes: [
      localRoute('/_local/calls', {
        GET: ({ query }) => ({
          complete: calls.lost() === undefined,
          calls: calls.find({
            ...texts(query, 'service', 'action', 'accessKeyId', 'function'),
            ...numbers(query),
          }),
        }),
      }),
      localRoute('/_local/events', {
        GET: ({ query }) => ({
          complete: events.lost() === undefined,
          events: events.find({ ...texts(query, 'source', 'detailType', 'resource'), ...numbers(query) }),
        }),
      }),
      localRoute('/_local/tasks', { GET: ({ rest }) => timeline(events, rest) }, { takesRest: true }),
      localRoute('/_local/activity', {
        GET: ({ query }) => activitySince({ clock, calls, events }, moment(query.get('sinceMs') ?? '0')),
      }),
    ],
    clear() {
      calls.clear();
      events.clear();
    },
  };
}

function timeline(events: EventLog, id: string): object {
  const found = id === '' ? undefined : timelineOf(events.find({ resource: id }));
  if (!found) throw new AwsError('ResourceNotFoundException', 'Nothing is kept of such a task.', 404);
  return found;
}

function texts<Name extends string>(query: URLSearchParams, ...names: readonly Name[]) {
  return Object.fromEntries(names.map((name) => [name, query.get(name) ?? undefined])) as Partial<
    Record<Name, string>
  >;
}

function numbers(query: URLSearchParams): { readonly sinceMs?: number; readonly limit?: number } {
  const since = query.get('sinceMs');
  const limit = query.get('limit');
  if (limit !== null && !/^[1-9]\d{0,5}$/.test(limit))
    throw new AwsError('ValidationException', 'limit takes a number from 1 to 999999.');
  return {
    ...(since === null ? {} : { sinceMs: moment(since) }),
    ...(limit === null ? {} : { limit: Number(limit) }),
  };
}

function moment(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new AwsError('ValidationException', 'sinceMs takes epoch milliseconds, for example 1790000000000.');
}
