import type { ServiceEvent } from '../events/model.ts';
import type { Clock } from '../support/clock.ts';
import { createRing } from './ring.ts';

/** An event as it was published, and what became of it. */
export interface EventRecord {
  /** Rises by one with every call and every event. */
  readonly sequence: number;
  /** When it was published, by Local AWS's clock. */
  readonly atMs: number;
  readonly bus: string;
  readonly event: ServiceEvent;
  readonly deliveries: readonly DeliveryRecord[];
  /** Kinds of the faults that struck it. */
  readonly faults: readonly string[];
}

/** One attempt to bring an event to a target. */
export interface DeliveryRecord {
  readonly atMs: number;
  readonly ruleArn: string;
  readonly targetArn: string;
  /** `retrying`: it is tried again later; `dropped`: given up, without a dead-letter queue. */
  readonly outcome: 'delivered' | 'retrying' | 'dead-letter' | 'dropped';
  readonly error?: string;
}

export interface EventFilter {
  readonly source?: string | undefined;
  readonly detailType?: string | undefined;
  /** ARN or id of what it is about. */
  readonly resource?: string | undefined;
  readonly sinceMs?: number | undefined;
  readonly limit?: number | undefined;
}

export interface EventLog {
  published(event: ServiceEvent, bus: string, faults: readonly string[]): void;
  delivered(eventId: string, delivery: Omit<DeliveryRecord, 'atMs'>): void;
  /** The oldest first. */
  find(filter: EventFilter): readonly EventRecord[];
  lost(): EventRecord | undefined;
  clear(): void;
}

interface Entry {
  record: EventRecord;
}

const mostKept = 10_000;
const mostDeliveries = 100;

export interface EventLogDependencies {
  readonly clock: Clock;
  readonly capacity?: number;
  nextSequence(): number;
}

export function createEventLog({ clock, nextSequence, capacity = mostKept }: EventLogDependencies): EventLog {
  const byId = new Map<string, Entry>();
  const ring = createRing<Entry>(capacity, ({ record }) => byId.delete(record.event.id));
  return {
    published(event, bus, faults) {
      const atMs = clock.now();
      const entry = { record: { sequence: nextSequence(), atMs, bus, event, deliveries: [], faults } };
      ring.add(entry);
      byId.set(event.id, entry);
    },
    delivered(eventId, delivery) {
      const entry = byId.get(eventId);
      if (!entry || entry.record.deliveries.length >= mostDeliveries) return;
      const deliveries = [...entry.record.deliveries, { atMs: clock.now(), ...delivery }];
      entry.record = { ...entry.record, deliveries };
    },
    find: (filter) =>
      ring.find(({ record }) => isMeant(filter, record), filter.limit).map(({ record }) => record),
    lost: () => ring.lost()?.record,
    clear() {
      ring.clear();
      byId.clear();
    },
  };
}

function isMeant({ source, detailType, resource, sinceMs = 0 }: EventFilter, record: EventRecord): boolean {
  const { event, atMs } = record;
  return (
    atMs >= sinceMs &&
    (source === undefined || source === event.source) &&
    (detailType === undefined || detailType === event['detail-type']) &&
    (resource === undefined ||
      event.resources.some((arn) => arn === resource || arn.endsWith(`/${resource}`)))
  );
}
