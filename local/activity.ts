import type { ServiceEvent } from './events/model.ts';
import type { Clock } from './support/clock.ts';
import type { ObservedCall } from './support/server.ts';

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

/** Who called ECS, and how soon after which event: the newest entries, in memory only, all of one clock. */
export interface Activity {
  called(call: ObservedCall): void;
  published(event: ServiceEvent): void;
  /** What happened at `sinceMs` (epoch milliseconds) or later. */
  since(sinceMs: number): ActivityAnswer;
  clear(): void;
}

const mostKept = 20_000;
/** No action of ECS has a longer name; what is no action must not fill the memory. */
const longestAction = 64;

/** `functionOf` tells whose access key it is. */
export function createActivity(
  clock: Clock,
  functionOf: (accessKeyId: string) => string | undefined,
  capacity = mostKept,
): Activity {
  // A ring: once it is full, the newest takes the place of the oldest.
  const ring: ActivityEntry[] = [];
  let written = 0;
  let lostAtMs: number | undefined;
  const add = (entry: ActivityEntry) => {
    const place = written++ % capacity;
    lostAtMs = ring[place]?.atMs ?? lostAtMs;
    ring[place] = entry;
  };
  return {
    called({ service, action, accessKeyId = '' }) {
      if (service !== 'ecs' || action.length > longestAction) return;
      const name = functionOf(accessKeyId);
      if (name !== undefined) add({ kind: 'call', atMs: clock.now(), action, function: name, accessKeyId });
    },
    published: (event) => add(eventEntry(event, clock.now())),
    since(sinceMs) {
      const oldest = written % capacity;
      const inOrder = written > capacity ? [...ring.slice(oldest), ...ring.slice(0, oldest)] : ring;
      return {
        nowMs: clock.now(),
        complete: lostAtMs === undefined || lostAtMs < sinceMs,
        entries: inOrder.filter(({ atMs }) => atMs >= sinceMs),
      };
    },
    clear() {
      ring.length = 0;
      written = 0;
      lostAtMs = undefined;
    },
  };
}

interface KnownDetail {
  readonly group?: string;
  readonly lastStatus?: string;
  readonly eventName?: string;
}

/** Only what is told: the event itself is large, and would be kept for long. */
function eventEntry(event: ServiceEvent, atMs: number): EventEntry {
  const { group, lastStatus, eventName } = event.detail as KnownDetail;
  return {
    kind: 'event',
    atMs,
    id: event.id,
    detailType: event['detail-type'],
    resource: event.resources[0],
    group,
    tells: lastStatus ?? eventName,
  };
}
