import type { CallLog, CallRecord } from './introspection/calls.ts';
import type { EventLog, EventRecord } from './introspection/events.ts';
import type { Clock } from './support/clock.ts';

/** A function called ECS. */
export interface CallEntry {
  readonly kind: 'call';
  readonly atMs: number;
  /** For example `DescribeServices`. */
  readonly action: string;
  readonly function: string;
  readonly accessKeyId: string;
}

/** ECS published an event; the targets of its rules have it since that moment. */
export interface EventEntry {
  readonly kind: 'event';
  readonly atMs: number;
  readonly id: string;
  readonly detailType: string;
  /** ARN of the task or the service that it is about. */
  readonly resource: string | undefined;
  /** A task's group, for example `service:shop-web`. */
  readonly group: string | undefined;
  /** What it tells: a task's state or an event's name, for example `RUNNING`. */
  readonly tells: string | undefined;
}

export type ActivityEntry = CallEntry | EventEntry;

/** What `GET /_local/activity` answers. */
export interface ActivityAnswer {
  /** The moment of the answer: the next `sinceMs`, for whoever wants what comes after. */
  readonly nowMs: number;
  /** False when there was more since `sinceMs` than is kept. */
  readonly complete: boolean;
  /** In the order in which they happened, also within a millisecond. */
  readonly entries: readonly ActivityEntry[];
}

export interface ActivityDependencies {
  readonly clock: Clock;
  readonly calls: Pick<CallLog, 'find' | 'lost'>;
  readonly events: Pick<EventLog, 'find' | 'lost'>;
}

/**
 * Who called ECS, and how soon after which event, since a moment in epoch milliseconds: of all that is kept of
 * calls and events only what concerns the functions' work, and in brief.
 */
export function activitySince(
  { clock, calls, events }: ActivityDependencies,
  sinceMs: number,
): ActivityAnswer {
  const called = calls.find({ service: 'ecs', sinceMs }).flatMap(ofCall);
  const published = events.find({ source: 'aws.ecs', sinceMs }).map(ofEvent);
  const lostAtMs = Math.max(calls.lost()?.atMs ?? -1, events.lost()?.atMs ?? -1);
  const inOrder = [...called, ...published].sort((one, other) => one.sequence - other.sequence);
  return { nowMs: clock.now(), complete: lostAtMs < sinceMs, entries: inOrder.map(({ entry }) => entry) };
}

interface Placed {
  readonly sequence: number;
  readonly entry: ActivityEntry;
}

function ofCall({ sequence, atMs, action, accessKeyId = '', function: name }: CallRecord): Placed[] {
  if (name === undefined) return [];
  return [{ sequence, entry: { kind: 'call', atMs, action, function: name, accessKeyId } }];
}

interface KnownDetail {
  readonly group?: string;
  readonly lastStatus?: string;
  readonly eventName?: string;
}

function ofEvent({ sequence, atMs, event }: EventRecord): Placed {
  const { group, lastStatus, eventName } = event.detail as KnownDetail;
  const entry: EventEntry = {
    kind: 'event',
    atMs,
    id: event.id,
    detailType: event['detail-type'],
    resource: event.resources[0],
    group,
    tells: lastStatus ?? eventName,
  };
  return { sequence, entry };
}
