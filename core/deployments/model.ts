import type { SeenService } from '../ecs/service.ts';
import type { Instant } from '../kernel/plan.ts';
import type { Aim, ReleaseRef, ReleaseSpec, ServiceId, ServiceSettings } from '../services/model.ts';

/** `dep_` and 26 characters. */
export type DeploymentId = string;

export const verdicts = ['succeeded', 'rolled_back', 'failed', 'superseded', 'cancelled'] as const;
export type Verdict = (typeof verdicts)[number];

/** What was asked for; it never changes. */
export interface DeploymentRequest {
  readonly id: DeploymentId;
  readonly service: ServiceId;
  readonly environment: string;
  readonly cluster: string;
  readonly ecsName: string;
  readonly app: string;
  readonly name: string;
  /** A new content, or a release that is there. */
  readonly what:
    | {
        readonly type: 'content';
        readonly hash: string;
        readonly spec: ReleaseSpec;
        readonly settings: ServiceSettings;
        readonly count?: number;
      }
    | { readonly type: 'rollback'; readonly release: number | 'previous' };
  readonly whenBusy: 'supersede' | 'queue';
  readonly actor: string;
  readonly message?: string;
  /** SHA-256 of the request's body: the same idempotency key with another body is a conflict. */
  readonly requestHash: string;
  readonly requestedAt: Instant;
}

/** Where a deployment is; `ended` absorbs. */
export type DeploymentPhase =
  /** Accepted; nothing has been done about it. */
  | { readonly phase: 'requested' }
  /** The service was asked for; `behind` has it, where that is known. */
  | {
      readonly phase: 'queued';
      readonly behind?: DeploymentId;
      readonly deadline: Instant;
      readonly refused?: string;
    }
  /** It has the service; its task definition is being registered, or seen to be there still. */
  | {
      readonly phase: 'preparing';
      readonly deadline: Instant;
      readonly registering: boolean;
      readonly registered?: boolean;
      readonly failure?: string;
    }
  /** The service was told where to go; ECS moves it. */
  | ({ readonly phase: 'moving' } & Move)
  /** The release is given up; the service was told to go back. */
  | ({
      readonly phase: 'rolling_back';
      readonly cause: Cause;
      readonly verdict: 'rolled_back' | 'cancelled';
    } & Move)
  /** Given up with nothing to go back to; the evidence is gathered. */
  | {
      readonly phase: 'closing';
      readonly cause: Cause;
      readonly verdict: 'failed' | 'cancelled';
      readonly deadline: Instant;
    }
  | {
      readonly phase: 'ended';
      readonly verdict: Verdict;
      readonly reason: string;
      readonly endedAt: Instant;
      readonly cause?: Cause;
    };

/** A move of the service in ECS, towards `aim`. */
export interface Move {
  readonly aim: Aim;
  readonly since: Instant;
  readonly deadline: Instant;
  /** Once the write to ECS is done. */
  readonly applied?: {
    readonly generation: number;
    readonly ecsDeploymentId: string;
    /** By ECS's own clock, when that deployment began; older records have none. */
    readonly ecsCreatedAtMs?: Instant;
    readonly at: Instant;
  };
  /** What ECS said when it refused the write. */
  readonly refused?: string;
  /** Since when ECS says that there is no such service: one such answer proves nothing. */
  readonly missingSince?: Instant;
  /** How far it is, for people. */
  readonly progress?: Progress;
}

export interface Progress {
  readonly at: Instant;
  readonly desired: number;
  readonly running: number;
  readonly pending: number;
  readonly failedTasks: number;
  /** Tasks of other releases that still run. */
  readonly old: number;
}

/** Why a release was given up, with what a person needs to mend it. */
export interface Cause {
  readonly code: string;
  readonly text: string;
  /** The task definition that is blamed, and since when it was tried: it may have failed before, otherwise. */
  readonly taskDefinitionArn: string;
  readonly since?: Instant;
  readonly task?: FailedTask;
  readonly logTail?: readonly string[];
}

export interface FailedTask {
  readonly taskArn: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly container?: string;
  readonly exitCode?: number;
}

export interface DeploymentState {
  readonly request: DeploymentRequest;
  readonly at: DeploymentPhase;
  /** What it moves to, once the service has numbered it. */
  readonly release?: ReleaseRef;
  /** What ran before, as the service last saw it succeed. */
  readonly before?: Aim;
  /** The aim of a roll-back that was asked for: a release that is there. */
  readonly known?: Aim;
  /** Somebody asked for it to be stopped. */
  readonly abort?: { readonly actor: string };
}

/** What a deployment has to see to decide. */
export interface DeploymentQuery {
  readonly service?: {
    readonly environment: string;
    readonly cluster: string;
    readonly ecsName: string;
    readonly sinceMs: Instant;
    readonly ecsDeploymentId: string;
  };
  /** Why tasks of this task definition failed. */
  readonly evidence?: {
    readonly service: ServiceId;
    readonly environment: string;
    readonly ecsName: string;
    readonly taskDefinitionArn: string;
    readonly sinceMs: Instant;
  };
}

export interface DeploymentSeen {
  readonly service?: SeenService;
  readonly evidence?: { readonly task?: FailedTask; readonly logTail: readonly string[] };
}

export type DeploymentMessage =
  | { readonly type: 'create'; readonly request: DeploymentRequest }
  | { readonly type: 'granted'; readonly release: ReleaseRef; readonly before?: Aim; readonly known?: Aim }
  | { readonly type: 'waits'; readonly behind: DeploymentId }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'superseded'; readonly by: DeploymentId }
  | {
      readonly type: 'applied';
      readonly generation: number;
      readonly ecsDeploymentId: string;
      readonly ecsCreatedAtMs?: Instant;
      readonly taskDefinitionArn: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'apply_failed';
      readonly generation: number;
      readonly taskDefinitionArn: string;
      readonly message: string;
    }
  /** Stop it: back to what ran before. */
  | { readonly type: 'abort'; readonly actor: string };

export type DeploymentEffect = {
  readonly type: 'register';
  readonly release: ReleaseRef;
  readonly request: DeploymentRequest;
};
