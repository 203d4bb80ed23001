import type { JobEnded, JobId, JobVerdict } from '../jobs/model.ts';
import type { Instant, Reason, Ref } from '../kernel/plan.ts';
import type {
  Aim,
  ReleaseRef,
  ReleaseSpec,
  ServiceId,
  ServiceSettings,
  SiblingRole,
  TargetGroups,
} from '../services/model.ts';
import type { Controls, Course, CourseState } from './course/model.ts';
import type { GateState } from './gates/model.ts';
import type { Evidence } from './judge/model.ts';

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
        /** How it goes there; older records have none, and roll. */
        readonly course?: Course;
      }
    /** Back without steps, judge or gates: to what was proven. */
    | { readonly type: 'rollback'; readonly release: number | 'previous' };
  readonly whenBusy: 'supersede' | 'queue';
  readonly actor: string;
  readonly message?: string;
  /** SHA-256 of the request's body: the same idempotency key with another body is a conflict. */
  readonly requestHash: string;
  readonly requestedAt: Instant;
  /** The image as it was asked for, and pinned to its digest, or why it could not be. */
  readonly image?: { readonly written: string; readonly pinned?: string; readonly because?: string };
  /** Whom to tell of its end, with `DeploymentEnded`. */
  readonly notify?: Ref;
}

/** What `notify` is told, once. */
export interface DeploymentEnded {
  readonly type: 'deployment_ended';
  readonly deployment: DeploymentId;
  readonly verdict: Verdict;
  readonly reason: string;
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
  /** Gates keep it from setting out. */
  | {
      readonly phase: 'gated';
      readonly since: Instant;
      readonly deadline: Instant;
      readonly gates: GateState;
      /** What it waits for, for people. */
      readonly waits?: { readonly code: string; readonly text: string };
    }
  /** One-off tasks before anything moves, or after all has moved, one after the other. */
  | ({ readonly phase: 'running_before' } & Jobs)
  | ({ readonly phase: 'running_after'; readonly move: Move } & Jobs)
  /** Nothing balances the service: the release is tried by tasks beside it before the service itself moves. */
  | ({ readonly phase: 'trying' } & Trial)
  /** The service was told where to go; ECS moves it. */
  | ({ readonly phase: 'moving' } & Move)
  /** The release is given up; the service was told to go back. */
  | ({
      readonly phase: 'rolling_back';
      readonly cause: Cause;
      readonly verdict: 'rolled_back' | 'cancelled';
    } & Move)
  /** Given up with nothing to go back to, or before anything moved; the evidence is gathered. */
  | {
      readonly phase: 'closing';
      readonly cause: Cause;
      readonly verdict: 'rolled_back' | 'failed' | 'cancelled';
      readonly deadline: Instant;
    }
  | {
      readonly phase: 'ended';
      readonly verdict: Verdict;
      readonly reason: string;
      readonly endedAt: Instant;
      readonly cause?: Cause;
      /** The deployment that superseded it; whoever did it outside of Berth has no name. */
      readonly by?: DeploymentId;
    };

export interface Jobs {
  /** Index in the course's `before` or `after`. */
  readonly job: number;
  readonly started: boolean;
  readonly deadline: Instant;
}

/** The release beside the service, as siblings of it in ECS. */
export interface Trial {
  readonly aim: Aim;
  readonly since: Instant;
  /** When it ends if nothing goes on. */
  readonly deadline: Instant;
  readonly course: CourseState;
  readonly siblings: Readonly<Partial<Record<SiblingRole, TriedSibling>>>;
}

export interface TriedSibling {
  readonly count: number;
  /** Once ECS has taken it. */
  readonly applied?: { readonly generation: number; readonly ecsDeploymentId: string; readonly at: Instant };
  readonly refused?: string;
}

/** A move of the service in ECS, towards `aim`. */
export interface Move {
  readonly aim: Aim;
  readonly since: Instant;
  /** When it is given up if nothing goes on: what goes on puts it off. */
  readonly deadline: Instant;
  /** Set where traffic or time moves in steps. */
  readonly course?: CourseState;
  /** Once the write to ECS is done. */
  readonly applied?: {
    readonly generation: number;
    readonly ecsDeploymentId: string;
    /** By ECS's own clock, when that deployment began; older records have none. */
    readonly ecsCreatedAtMs?: Instant;
    /** Set where ECS shifts traffic between two target groups. */
    readonly targetGroups?: TargetGroups;
    readonly at: Instant;
  };
  /** What ECS said when it refused the write. */
  readonly refused?: string;
  /** Since when ECS says that there is no such service: one such answer proves nothing. */
  readonly missingSince?: Instant;
  /** How far it is, for people. */
  readonly progress?: Progress;
  /** The most of its tasks that were ever seen running: one more is something that goes on. */
  readonly best?: number;
  /** Fewer were seen afterwards: some may have died, and are counted from then on. */
  readonly fell?: true;
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
  /** The ECS service whose tasks tell why, where it is not the service itself. */
  readonly ecsName?: string;
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
  readonly abort?: { readonly actor: string; readonly reason?: string };
  readonly controls?: Controls;
  /** Where its course was when it left it. */
  readonly went?: CourseState;
  /** The job that was started and has not told of its end. */
  readonly runs?: JobId;
  /** Its jobs that have ended, in order. */
  readonly jobs?: readonly EndedJob[];
  /** The hook of ECS that was just heard; it is answered by the decision that follows. */
  readonly hook?: HookCall;
  /** What people said, on its way into the ledger. */
  readonly news?: readonly Reason[];
  /** `notify` has been told. */
  readonly notified?: true;
}

export interface EndedJob {
  readonly job: JobId;
  readonly name: string;
  readonly verdict: JobVerdict;
  readonly reason: string;
  readonly taskArn?: string;
  readonly exitCode?: number;
  readonly logTail?: readonly string[];
  readonly endedAt: Instant;
}

/** ECS asks whether a service deployment may go on. */
export interface HookCall {
  /** `PRE_PRODUCTION_TRAFFIC_SHIFT`, `POST_PRODUCTION_TRAFFIC_SHIFT`, … */
  readonly stage: string;
  readonly serviceDeploymentArn: string;
  readonly at: Instant;
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
      readonly targetGroups?: TargetGroups;
      readonly taskDefinitionArn: string;
      readonly at: Instant;
    }
  | {
      readonly type: 'apply_failed';
      readonly generation: number;
      readonly taskDefinitionArn: string;
      readonly message: string;
    }
  | {
      readonly type: 'sibling_applied';
      readonly role: SiblingRole;
      readonly generation: number;
      readonly ecsDeploymentId: string;
      readonly taskDefinitionArn: string;
      readonly count: number;
      readonly at: Instant;
    }
  | {
      readonly type: 'sibling_refused';
      readonly role: SiblingRole;
      readonly taskDefinitionArn: string;
      readonly message: string;
    }
  | JobEnded
  | ({ readonly type: 'hook' } & HookCall)
  | DeploymentControl;

/** What people, and CI, say to a deployment. */
export type DeploymentControl = {
  readonly actor: string;
  readonly reason?: string;
} & (
  | { readonly type: 'approve' }
  /** All traffic now. */
  | { readonly type: 'promote' }
  /** The present step is over. */
  | { readonly type: 'skip' }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Stop it: back to what ran before. */
  | { readonly type: 'abort' }
);

export type DeploymentEffect =
  | { readonly type: 'register'; readonly release: ReleaseRef; readonly request: DeploymentRequest }
  /** Keeps what was judged, under the deployment; written once. */
  | {
      readonly type: 'keep_evidence';
      readonly deployment: DeploymentId;
      readonly evidence: readonly Evidence[];
    }
  /** Asks a webhook whether the deployment may set out; its outcome is `{ says, text }`. */
  | {
      readonly type: 'ask_webhook';
      readonly deployment: DeploymentId;
      readonly environment: string;
      readonly name: string;
      readonly url: string;
      readonly attempt: number;
      readonly body: Readonly<Record<string, unknown>>;
    }
  /** Answers a PAUSE hook of ECS. */
  | {
      readonly type: 'continue_hook';
      readonly environment: string;
      readonly serviceDeploymentArn: string;
      readonly hookId: string;
      readonly action: 'CONTINUE' | 'ROLLBACK';
    };
