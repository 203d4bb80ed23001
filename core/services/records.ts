import type { Instant, Ref } from '../kernel/plan.ts';
import { refKey } from '../kernel/plan.ts';
import type { StoredRecord } from '../kernel/ports.ts';
import type { ReleaseRef, ReleaseSpec, ServiceId, ServiceSettings } from './model.ts';

export const serviceRef = (id: ServiceId): Ref => ({ kind: 'service', id });

export const serviceIdOf = (environment: string, ecsName: string): ServiceId => `${environment}/${ecsName}`;

/** The services of an environment. */
export const listOfServices = (environment: string) => `services#${environment}`;

/** Everything there is to know of a release; written once. */
export interface ReleaseRecord extends ReleaseRef {
  readonly service: ServiceId;
  readonly taskDefinitionArn: string;
  readonly spec: ReleaseSpec;
  readonly settings: ServiceSettings;
  readonly registeredAt: Instant;
}

export const releaseSortPrefix = 'release#';

export const releaseSort = (number: number) => `${releaseSortPrefix}${String(number).padStart(8, '0')}`;

export function releaseRecord(body: ReleaseRecord): StoredRecord {
  return { partition: refKey(serviceRef(body.service)), sort: releaseSort(body.number), body };
}
