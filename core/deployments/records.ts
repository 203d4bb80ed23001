import type { Instant, Ref } from '../kernel/plan.ts';
import { refKey } from '../kernel/plan.ts';
import type { StoredRecord } from '../kernel/ports.ts';
import type { ServiceId } from '../services/model.ts';
import type { Evidence } from './judge/model.ts';
import type { DeploymentId } from './model.ts';

export const deploymentRef = (id: DeploymentId): Ref => ({ kind: 'deployment', id });

/** The deployments of a service, in the order in which they were asked for. */
export const listOfDeployments = (service: ServiceId) => `deployments#${service}`;

/** What was judged, oldest first under its deployment. */
export const evidenceSortPrefix = 'evidence#';

export const evidenceSort = (fromMs: Instant) => `${evidenceSortPrefix}${String(fromMs).padStart(15, '0')}`;

/** One interval of what was judged; written once. */
export function evidenceRecord(deployment: DeploymentId, body: Evidence): StoredRecord {
  return { partition: refKey(deploymentRef(deployment)), sort: evidenceSort(body.fromMs), body };
}
