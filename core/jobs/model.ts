import type { Instant, Ref } from '../kernel/plan.ts';

/** `job_` and what makes it unique: of a deployment's jobs, the deployment's id and the job's name. */
export type JobId = string;

export const jobVerdicts = ['succeeded', 'failed', 'timed_out', 'cancelled'] as const;
export type JobVerdict = (typeof jobVerdicts)[number];

/** A one-off task: what to run, and whom to tell when it has ended. It never changes. */
export interface JobRequest {
  readonly id: JobId;
  readonly name: string;
  readonly environment: string;
  readonly cluster: string;
  /** The service whose release it runs. */
  readonly ecsName: string;
  readonly taskDefinitionArn: string;
  /** In place of the container's own command. */
  readonly command: readonly string[];
  /** From its acceptance to its end. */
  readonly timeoutSeconds: number;
  readonly actor: string;
  readonly requestedAt: Instant;
  readonly notify: Ref;
}

export type JobMessage =
  | { readonly type: 'start'; readonly request: JobRequest }
  /** Stop it: whoever asked for it has no use for it any more. */
  | { readonly type: 'cancel'; readonly actor: string };

/** What whoever asked for a job is told when it has ended; it may be told more than once. */
export interface JobEnded {
  readonly type: 'job_ended';
  readonly job: JobId;
  readonly verdict: JobVerdict;
  /** For people: an exit code, a reason of ECS's, a time-out. */
  readonly reason: string;
  readonly taskArn?: string;
  readonly exitCode?: number;
  readonly logTail?: readonly string[];
}

/** A job's life; `ended` absorbs. */
export type JobPhase =
  /** Accepted; nothing has been done about it. */
  | { readonly phase: 'requested' }
  /** ECS was asked to run it. */
  | {
      readonly phase: 'starting';
      /** From 1 on; each has a token of its own. */
      readonly attempt: number;
      readonly since: Instant;
      /** Once it is known what came of the attempt, other than a task. */
      readonly answer?: StartAnswer;
    }
  /** No task of it is known, but there may be one whose start nobody heard of: it is looked for before the end. */
  | {
      readonly phase: 'seeking';
      readonly since: Instant;
      /** Not to be found after this, and looked for twice, it never was. */
      readonly until: Instant;
      readonly looks: number;
      readonly end: { readonly verdict: JobVerdict; readonly reason: string };
    }
  /** Its task is known. */
  | {
      readonly phase: 'running';
      readonly taskArn: string;
      readonly since: Instant;
      /** Since when ECS says that there is no such task: one such answer proves nothing. */
      readonly missingSince?: Instant;
      /** Since when it was seen stopped, while its last words are awaited. */
      readonly stoppedSince?: Instant;
      readonly stop?: JobStop;
    }
  | {
      readonly phase: 'ended';
      readonly verdict: JobVerdict;
      readonly reason: string;
      readonly endedAt: Instant;
      readonly taskArn?: string;
      readonly exitCode?: number;
      readonly logTail?: readonly string[];
    };

/** `refused`: ECS said no. `unclear`: nobody knows whether it took it. `overtaken`: nobody wanted it any more. */
export interface StartAnswer {
  readonly is: 'refused' | 'unclear' | 'overtaken';
  readonly text: string;
  /** When it is tried again; undefined: not. */
  readonly retryAt?: Instant;
}

/** ECS was told to stop the task. */
export interface JobStop {
  readonly verdict: 'timed_out' | 'cancelled';
  readonly reason: string;
  readonly at: Instant;
  readonly times: number;
}

export interface JobState {
  readonly request: JobRequest;
  readonly at: JobPhase;
  /** When it is given up. */
  readonly deadline: Instant;
  readonly cancelled?: { readonly actor: string };
}

export type JobEffect =
  /** Its outcome is a `StartOutcome`. */
  | {
      readonly type: 'run_task';
      readonly request: JobRequest;
      readonly attempt: number;
      readonly decidedAt: Instant;
    }
  | {
      readonly type: 'stop_task';
      readonly environment: string;
      readonly cluster: string;
      readonly taskArn: string;
      readonly reason: string;
    };

export type StartOutcome =
  | { readonly taskArn: string }
  /** ECS answered that it starts nothing; `isPassing`: just now. */
  | { readonly refused: string; readonly isPassing: boolean }
  | { readonly overtaken: true };

/** The codes of a start that failed for good: ECS refused it, or nobody knows whether it took it. */
export const refusedCode = 'Refused';
export const unclearCode = 'Unclear';

/** What a job has to see to decide. */
export interface JobQuery {
  readonly task?: {
    readonly environment: string;
    readonly cluster: string;
    readonly ecsName: string;
    readonly taskArn: string;
  };
  /** A task of this job that nobody has heard of. */
  readonly find?: { readonly job: JobId; readonly cluster: string };
}

export interface JobSeen {
  readonly task?: SeenTask;
  readonly found?:
    | { readonly seen: 'task'; readonly taskArn: string }
    | { readonly seen: 'none' }
    | { readonly seen: 'unknown'; readonly because: string };
}

export type SeenTask =
  | {
      readonly seen: 'task';
      readonly lastStatus: string;
      readonly stopCode?: string;
      readonly stoppedReason?: string;
      /** Of the one container that matters. */
      readonly exitCode?: number;
      readonly containerReason?: string;
      readonly startedAtMs?: Instant;
      /** Read once it has stopped. */
      readonly logTail: readonly string[];
    }
  | { readonly seen: 'missing' }
  | { readonly seen: 'unknown'; readonly because: string };
