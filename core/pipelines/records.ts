import type { Instant, Ref } from '../kernel/plan.ts';
import type { RecordKey, StoredRecord } from '../kernel/ports.ts';
import type { PipelineId } from './model.ts';

export const pipelineRef = (id: PipelineId): Ref => ({ kind: 'pipeline', id });

/** The pipelines of an environment that listen to a repository, by its name in lower case. */
export const listOfPipelines = (environment: string, repository: string) =>
  `pipelines#${environment}#${repository}`;

/** GitHub offers to send a delivery again for three days. */
const keepDeliveriesMs = 30 * 24 * 3600_000;

export const deliveryKey = (environment: string, delivery: string): RecordKey => ({
  partition: `delivery#github#${environment}#${delivery}`,
  sort: 'record',
});

/** What a delivery was answered, to answer the same if it comes again. */
export interface DeliveryRecord {
  /** SHA-256 of its body: GitHub's signature does not cover the delivery's id. */
  readonly bodyHash: string;
  readonly answer: unknown;
}

export const deliveryRecord = (key: RecordKey, body: DeliveryRecord, now: Instant): StoredRecord => ({
  ...key,
  body,
  expiresAt: now + keepDeliveriesMs,
});
