import type { DeploymentRequest } from '../deployments/model.ts';
import type { Instant, Ref } from '../kernel/plan.ts';
import { refKey } from '../kernel/plan.ts';
import type { RecordKey, StoredRecord } from '../kernel/ports.ts';
import type { ApplicationId, ApplicationRequest } from './model.ts';

export const applicationRef = (id: ApplicationId): Ref => ({ kind: 'application', id });

/** The applications of an app, in the order in which they were asked for. */
export const listOfApplications = (environment: string, app: string) => `applications#${environment}/${app}`;

/** How long what a service was to become is kept: longer than any application takes. */
const keptMs = 90 * 24 * 3600_000;

type Asked = Pick<ApplicationRequest, 'id' | 'requestHash'>;

/** Of one request: whoever died with a key in his hands may have left another's under the same id. */
export const contentKey = ({ id, requestHash }: Asked, name: string): RecordKey => ({
  partition: refKey(applicationRef(id)),
  sort: `content#${requestHash.slice(0, 16)}#${name}`,
});

/** What a service is to become: several of them would be too large for one item. */
export const contentRecord = (asked: Asked, content: DeploymentRequest, now: Instant): StoredRecord => ({
  ...contentKey(asked, content.name),
  body: content,
  expiresAt: now + keptMs,
});
