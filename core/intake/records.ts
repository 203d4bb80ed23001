import type { TaskRecord } from '../ecs/task.ts';
import type { Instant } from '../kernel/plan.ts';
import type { StoredRecord } from '../kernel/ports.ts';
import type { EcsEvent, InstanceRecord } from './classify.ts';
import { redacted } from './classify.ts';

/** The tasks of a service, oldest first. */
export const listOfTasks = (environment: string, ecsName: string) => `tasks#${environment}/${ecsName}`;

/** Events that were not understood, in the order of their arrival; their number is their count. */
export const listOfUnrecognised = 'unrecognised-events';

const dayMs = 24 * 3600_000;

/** How long what has ended is kept. */
export const retentionMs = 90 * dayMs;

export function taskToStore(
  record: TaskRecord,
  environment: string,
  ecsName: string | undefined,
): StoredRecord {
  const order = `${String(record.createdAtMs ?? 0).padStart(15, '0')}#${record.taskArn}`;
  return {
    partition: `task#${record.taskArn}`,
    sort: 'record',
    version: record.version,
    body: record,
    ...(ecsName !== undefined && { list: { name: listOfTasks(environment, ecsName), order } }),
    ...(record.stoppedAtMs !== undefined && { expiresAt: record.stoppedAtMs + retentionMs }),
  };
}

export function instanceToStore(record: InstanceRecord): StoredRecord {
  return {
    partition: `instance#${record.containerInstanceArn}`,
    sort: 'record',
    version: record.version,
    body: record,
  };
}

export function unrecognisedToStore(event: EcsEvent, because: string, now: Instant): StoredRecord {
  return {
    partition: `event#${event.id}`,
    sort: 'record',
    body: { ...event, detail: redacted(event.detail), because, receivedAt: now },
    list: { name: listOfUnrecognised, order: `${String(now).padStart(15, '0')}#${event.id}` },
    expiresAt: now + retentionMs,
  };
}
