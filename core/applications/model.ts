import type { DeploymentEnded, DeploymentId, DeploymentRequest, Verdict } from '../deployments/model.ts';
import type { Instant } from '../kernel/plan.ts';
import type { ServiceId } from '../services/model.ts';

/** `app_` and 26 characters. */
export type ApplicationId = string;

/**
 * `rolled_back`: what had changed is back. `failed`: something has changed and could not go back, or there was nothing
 * to go back to.
 */
export const applicationVerdicts = ['succeeded', 'rolled_back', 'failed', 'cancelled', 'superseded'] as const;
export type ApplicationVerdict = (typeof applicationVerdicts)[number];

/** Several services of one manifest, to be deployed as one; it never changes. What each is to become lies in records. */
export interface ApplicationRequest {
  readonly id: ApplicationId;
  readonly environment: string;
  readonly cluster: string;
  readonly app: string;
  readonly services: readonly ServicePart[];
  readonly actor: string;
  readonly message?: string;
  /** SHA-256 of the request's body: the same idempotency key with another body is a conflict. */
  readonly requestHash: string;
  readonly requestedAt: Instant;
}

export interface ServicePart {
  /** In the manifest. */
  readonly name: string;
  readonly service: ServiceId;
  readonly ecsName: string;
  /** Names of those that have to have succeeded before it begins. */
  readonly needs: readonly string[];
  readonly deployment: DeploymentId;
  /** The deployment that takes it back, should it come to that. */
  readonly rollback: DeploymentId;
}

export type ApplicationPhase =
  | { readonly phase: 'deploying'; readonly since: Instant; readonly deadline: Instant }
  /** Something keeps it from succeeding: no more services are begun, and those under way are ended. */
  | { readonly phase: 'stopping'; readonly since: Instant; readonly deadline: Instant; readonly cause: Cause }
  /** What has changed goes back, those first that need others. */
  | {
      readonly phase: 'rolling_back';
      readonly since: Instant;
      readonly deadline: Instant;
      readonly cause: Cause;
    }
  | {
      readonly phase: 'ended';
      readonly verdict: ApplicationVerdict;
      readonly reason: string;
      readonly endedAt: Instant;
      readonly cause?: Cause;
    };

/** Why it cannot succeed; the first cause is kept. */
export interface Cause {
  readonly code: 'failed' | 'superseded' | 'cancelled' | 'deadline';
  readonly text: string;
  /** The service whose deployment it was, by its name in the manifest. */
  readonly service?: string;
}

/** How far a service is; empty: not begun. */
export interface PartState {
  readonly begunAt?: Instant;
  /** Its deployment was told to end. */
  readonly isAborted?: true;
  readonly ended?: PartEnd;
  readonly back?: Back;
}

export interface PartEnd {
  readonly verdict: Verdict;
  readonly reason: string;
  /** The release that it moved to, and the one that was there before, by number. */
  readonly release?: number;
  readonly before?: number;
}

/** What becomes of a service when the application goes back. */
export type Back =
  /** `behind`: somebody else has the service now, so its roll-back was told to end. */
  | { readonly is: 'going'; readonly to: number; readonly since: Instant; readonly behind?: DeploymentId }
  | { readonly is: 'done'; readonly to: number }
  /** There is nothing to take back, or it is no longer this application's. */
  | { readonly is: 'left'; readonly why: string }
  /** It has changed and stays so, since there is nothing that it could go back to. */
  | { readonly is: 'stays'; readonly why: string }
  | { readonly is: 'failed'; readonly why: string };

export interface ApplicationState {
  readonly request: ApplicationRequest;
  readonly at: ApplicationPhase;
  /** By the service's name in the manifest. */
  readonly parts: Readonly<Record<string, PartState>>;
  readonly abort?: { readonly actor: string; readonly reason?: string };
}

export type ApplicationMessage =
  | { readonly type: 'create'; readonly request: ApplicationRequest }
  | { readonly type: 'abort'; readonly actor: string; readonly reason?: string }
  /** Only makes it look: how a deployment ended is read from the deployment itself. */
  | DeploymentEnded;

/** What an application has to see to decide. */
export interface ApplicationQuery {
  readonly deployments: readonly DeploymentId[];
  readonly services: readonly ServiceId[];
  /** Names of services whose deployments may begin. */
  readonly contents: {
    readonly application: Pick<ApplicationRequest, 'id' | 'requestHash'>;
    readonly names: readonly string[];
  };
}

export interface ApplicationSeen {
  readonly deployments: Readonly<Record<DeploymentId, SeenDeployment>>;
  readonly services: Readonly<Record<ServiceId, SeenHolder>>;
  /** `null`: there is none. */
  readonly contents: Readonly<Record<string, DeploymentRequest | null>>;
}

export type SeenDeployment =
  /** Its message is on its way. */
  | { readonly is: 'absent' }
  | { readonly is: 'under_way'; readonly behind?: DeploymentId }
  | ({ readonly is: 'ended' } & PartEnd);

/** Who has a service, and whose target it has. */
export interface SeenHolder {
  readonly holder?: DeploymentId;
  readonly waiting?: DeploymentId;
  readonly aimedBy?: DeploymentId;
}
