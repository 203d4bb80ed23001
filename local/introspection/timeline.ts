import type { DeliveryRecord, EventRecord } from './events.ts';

/** One version of a task. */
export interface TimelineEntry {
  readonly version: number;
  readonly atMs: number;
  /** ISO 8601. */
  readonly at: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  /** What made this version, in words: `PENDING → ACTIVATING`, `UserInitiated: Task stopped by user`. */
  readonly cause: string;
  readonly eventId: string;
  readonly deliveries: readonly DeliveryRecord[];
  readonly faults: readonly string[];
}

export interface Timeline {
  readonly taskArn: string;
  readonly versions: readonly TimelineEntry[];
  /** False when its first versions are kept no more. */
  readonly complete: boolean;
}

interface Detail {
  readonly taskArn?: string;
  readonly version?: number;
  readonly lastStatus?: string;
  readonly desiredStatus?: string;
  readonly startedBy?: string;
  readonly group?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly containers?: readonly Container[];
}

interface Container {
  readonly name?: string;
  readonly lastStatus?: string;
  readonly exitCode?: number;
  readonly reason?: string;
}

/** A task's life as its events told it; undefined when none of them is kept. */
export function timelineOf(records: readonly EventRecord[]): Timeline | undefined {
  const told = records.filter(({ event }) => event['detail-type'] === 'ECS Task State Change');
  const versionOf = (record: EventRecord) => detailOf(record).version ?? 0;
  const sorted = [...told].sort((one, other) => versionOf(one) - versionOf(other));
  const [first] = sorted;
  if (!first) return undefined;
  return {
    taskArn: detailOf(first).taskArn ?? '',
    complete: detailOf(first).version === 1,
    versions: sorted.map((record, index) => {
      const detail = detailOf(record);
      const before = sorted[index - 1];
      return {
        version: versionOf(record),
        atMs: record.atMs,
        at: new Date(record.atMs).toISOString(),
        lastStatus: detail.lastStatus ?? '',
        desiredStatus: detail.desiredStatus ?? '',
        cause: causeOf(detail, before && detailOf(before)),
        eventId: record.event.id,
        deliveries: record.deliveries,
        faults: record.faults,
      };
    }),
  };
}

const detailOf = ({ event }: EventRecord): Detail => event.detail as Detail;

function causeOf(now: Detail, before: Detail | undefined): string {
  if (!before) return `started as one of ${now.group}${now.startedBy ? ` by ${now.startedBy}` : ''}`;
  const causes = [
    ...(now.desiredStatus === before.desiredStatus ? [] : [`${now.stopCode}: ${now.stoppedReason}`]),
    ...(now.stopCode !== before.stopCode && before.stopCode !== undefined ? [`${now.stopCode}`] : []),
    ...(now.lastStatus === before.lastStatus ? [] : [`${before.lastStatus} → ${now.lastStatus}`]),
    ...(now.containers ?? []).flatMap((container) => containerCause(container, before.containers)),
  ];
  return causes.join('; ') || 'attributes changed';
}

function containerCause(now: Container, all: readonly Container[] = []): string[] {
  const before = all.find(({ name }) => name === now.name);
  if (before?.lastStatus === now.lastStatus) return [];
  const code = now.exitCode === undefined ? '' : ` with exit code ${now.exitCode}`;
  const reason = now.reason === undefined ? '' : ` (${now.reason})`;
  return [`container ${now.name} ${now.lastStatus}${code}${reason}`];
}
