import type { Instant, Ref } from '../kernel/plan.ts';
import { refKey } from '../kernel/plan.ts';
import type { StoredRecord } from '../kernel/ports.ts';
import type { ReleaseRef, ReleaseSpec, ServiceId, ServiceSettings, SiblingRole } from './model.ts';

export const serviceRef = (id: ServiceId): Ref => ({ kind: 'service', id });

export const serviceIdOf = (environment: string, ecsName: string): ServiceId => `${environment}/${ecsName}`;

/** No service of Berth's has two hyphens in a row, so a sibling's name is nobody else's: `shop-web--canary`. */
export const siblingName = (ecsName: string, role: SiblingRole) => `${ecsName}--${role}`;

/** The service that a name in ECS belongs to: its own, or that of the service which it stands beside. */
export const mainNameOf = (ecsName: string) => ecsName.replace(/--(?:canary|baseline)$/, '');

/** The services of an environment. */
export const listOfServices = (environment: string) => `services#${environment}`;

/** Everything there is to know of a release; written once. */
export interface ReleaseRecord extends ReleaseRef {
  readonly service: ServiceId;
  readonly taskDefinitionArn: string;
  readonly spec: ReleaseSpec;
  readonly settings: ServiceSettings;
  readonly registeredAt: Instant;
  /** It was taken over, and runs more than this content says: it cannot be registered from it. */
  readonly partial?: true;
}

export const releaseSortPrefix = 'release#';

export const releaseSort = (number: number) => `${releaseSortPrefix}${String(number).padStart(8, '0')}`;

export function releaseRecord(body: ReleaseRecord): StoredRecord {
  return { partition: refKey(serviceRef(body.service)), sort: releaseSort(body.number), body };
}
