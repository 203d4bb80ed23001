import type { DeploymentEnded, DeploymentId, DeploymentRequest, Verdict } from '../deployments/model.ts';
import type { Instant, Reason } from '../kernel/plan.ts';
import type { ServiceId } from '../services/model.ts';

/** The id of the service that it deploys. */
export type PipelineId = ServiceId;

/** Which commits deploy a service, as its manifest says it. */
export interface Rule {
  /** `owner/name`, in lower case. */
  readonly repository: string;
  readonly branch: string;
  /** The reference of an image with `{sha}` or `{short}` in it. */
  readonly image: string;
  /** The file of the workflow that has to succeed first; without one a push deploys at once. */
  readonly workflow?: string;
}

export interface Configuration {
  readonly rule: Rule;
  /** What was accepted last, as the API was told it: a push deploys it with another image. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Where a commit stands among others of its branch. */
export type Place =
  | {
      readonly by: 'push';
      /** The head of the branch until then. */
      readonly before: string;
      /** By GitHub's clock, in whole seconds. */
      readonly pushedAtMs: Instant;
      readonly forced: boolean;
      readonly created: boolean;
      /** What else was pushed with it: commits that it descends from, newest last, not necessarily all. */
      readonly contains: readonly string[];
    }
  /** Runs of one workflow are numbered; a workflow that was made anew has a larger id and begins again at 1. */
  | { readonly by: 'run'; readonly workflowId: number; readonly number: number };

/** A commit that wants to be deployed. */
export interface Arrival {
  /** GitHub's id of the delivery that told of it. */
  readonly delivery: string;
  /** SHA, in hex. */
  readonly commit: string;
  readonly place: Place;
}

/** The newest commit that was accepted on a line. */
export interface Newest extends Arrival {
  readonly deployment: DeploymentId;
  readonly at: Instant;
  /** The last moment at which the branch was seen pushed to this very commit. */
  readonly pushedAtMs?: Instant;
}

/** Commits that can be ordered: of one repository and branch, told of by pushes or by runs of one workflow. */
export interface Line {
  readonly key: string;
  readonly newest?: Newest;
  /** Commits that are known to be older, newest last. */
  readonly older: readonly string[];
  /** Whose place could not be told yet: another push, that comes late, may tell it. */
  readonly undecided: readonly Offer[];
}

export interface Offer {
  readonly arrival: Arrival;
  readonly request: DeploymentRequest;
}

/** What is told to GitHub of a commit. */
export interface Status {
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  /** At most 140 characters. */
  readonly description: string;
}

export interface Report {
  readonly wanted: Status;
  /** What GitHub has been told. */
  readonly told?: Status['state'];
  /** What it is being told. */
  readonly telling?: Status['state'];
  readonly attempts: number;
  readonly notBefore?: Instant;
  /** GitHub does not want to hear `wanted`, and why. */
  readonly refused?: string;
}

/** A commit that was taken on or turned down, and what became of it. */
export interface Run {
  readonly delivery: string;
  readonly commit: string;
  readonly repository: string;
  readonly at: Instant;
  readonly deployment?: DeploymentId;
  /** Still to be handed to the deployment. */
  readonly request?: DeploymentRequest;
  readonly verdict?: Verdict | 'unknown';
  readonly report: Report;
}

export const hearings = ['accepted', 'known', 'refused', 'undecided', 'failed'] as const;

/** What became of a delivery. */
export interface Heard {
  readonly delivery: string;
  /** `known`: that commit was accepted before; `failed`: it could not be deployed, and may be sent again. */
  readonly outcome: (typeof hearings)[number];
  readonly reason: string;
  readonly deployment?: DeploymentId;
}

/** What turns commits of one repository into deployments of one service, in their order. */
export interface PipelineState {
  readonly id: PipelineId;
  readonly environment: string;
  /** `<app>-<service>`. */
  readonly ecsName: string;
  /** Grows with each configuration: an offer that was made from an older one is made again. */
  readonly version: number;
  /** Undefined: the manifest has no rule any more. What was accepted is remembered. */
  readonly configured?: Configuration;
  readonly lines: readonly Line[];
  readonly runs: readonly Run[];
  readonly heard: readonly Heard[];
  /** What `absorb` found, for the ledger; empty whenever it is stored. */
  readonly news: readonly Reason[];
}

export type PipelineMessage =
  | {
      readonly type: 'configure';
      readonly environment: string;
      readonly ecsName: string;
      /** Undefined switches it off. */
      readonly configuration?: Configuration;
    }
  /** A commit, with the deployment that it comes to, or with why it cannot be deployed. */
  | {
      readonly type: 'offer';
      readonly arrival: Arrival;
      /** Of the configuration that `request` was made from. */
      readonly version: number;
      readonly request?: DeploymentRequest;
      readonly problem?: string;
    }
  | DeploymentEnded;

/** Deployments whose end may have been missed. */
export interface PipelineQuery {
  readonly deployments: readonly DeploymentId[];
}

export interface PipelineSeen {
  readonly ended: readonly Pick<DeploymentEnded, 'deployment' | 'verdict' | 'reason'>[];
}

/** Tells GitHub how it went with a commit; its outcome is a `Told`. */
export interface PipelineEffect {
  readonly type: 'report_status';
  readonly environment: string;
  readonly repository: string;
  readonly commit: string;
  /** Under which name GitHub shows it. */
  readonly context: string;
  readonly delivery: string;
  readonly status: Status;
}

export type Told =
  | { readonly told: 'posted' }
  /** Nobody wants it to be told. */
  | { readonly told: 'skipped'; readonly reason: string }
  /** GitHub will never take it. */
  | { readonly told: 'refused'; readonly reason: string }
  | { readonly told: 'later'; readonly reason: string };
