import type { Instant } from '../../kernel/plan.ts';
import type { GatePlan } from '../gates/model.ts';
import type { JudgeSettings, JudgeState, JudgeVerdict } from '../judge/model.ts';

export const strategies = ['rolling', 'blue_green', 'linear', 'canary'] as const;
export type Strategy = (typeof strategies)[number];

/** How a deployment goes from the old release to the new one: what the manifest's `deploy` block comes to. */
export interface Course {
  readonly strategy: Strategy;
  /** The shares of traffic (of tasks, where nothing balances) on the way to all; empty: all at once. Rising. */
  readonly steps: readonly Step[];
  /**
   * How long the new release has to last with all traffic before it is called succeeded. Behind a load balancer the
   * old release stays warm meanwhile (not where the strategy is rolling).
   */
  readonly bakeSeconds: number;
  readonly judge?: JudgePlan;
  readonly gates: GatePlan;
  /** One-off tasks that have to succeed before anything moves, and after all has moved, each after the other. */
  readonly before: readonly JobPlan[];
  readonly after: readonly JobPlan[];
}

/** `{ trafficPercent: 5, forSeconds: 300 }`. */
export interface Step {
  readonly trafficPercent: number;
  readonly forSeconds: number;
  /** It stays until somebody lets it go on, however long ago `forSeconds` went by. */
  readonly approval?: true;
}

/** A job of the release graph: the release's own image and settings with another command. */
export interface JobPlan {
  readonly name: string;
  readonly command: readonly string[];
  readonly timeoutSeconds: number;
}

export interface JudgePlan {
  readonly settings: JudgeSettings;
  readonly source: EvidenceSource;
  /** Custom metrics of CloudWatch, by the names that `settings.metrics` has. */
  readonly metrics: Readonly<Record<string, CustomMetric>>;
  /** Judged and recorded, and not acted upon. */
  readonly dryRun: boolean;
  /** Whether `not_worse` ends a step before its time. */
  readonly promoteEarly: boolean;
  /** How much longer than its time the last step may take for a verdict. */
  readonly extendSeconds: number;
  /** What happens when there is no verdict then. */
  readonly undecided: 'pause' | 'proceed' | 'roll_back';
  readonly noData: 'pause' | 'proceed' | 'roll_back';
  /** Fresh tasks of the old release beside the new ones, for what is judged by task; 0: none. */
  readonly baselineTasks: number;
}

export type EvidenceSource =
  | { readonly type: 'load_balancer' }
  /** Embedded metrics of the service itself, with the dimensions `Service` and `Task`. */
  | { readonly type: 'metrics'; readonly namespace: string };

/** Read for each task by the dimension `Task`, besides those given. */
export interface CustomMetric {
  readonly namespace: string;
  readonly metric: string;
  /** A statistic of CloudWatch, for example `Average` or `p95`. */
  readonly statistic: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Where a deployment is on its course. */
export interface CourseState {
  /** Index of the step that it is at; the number of steps: all traffic, baking. -1: none begun. */
  readonly step: number;
  /** Since when the step's traffic was seen to be there. */
  readonly since?: Instant;
  /** How much traffic the new release may have now; ECS asks before it gives it more. */
  readonly allowedPercent: number;
  /** How much it was seen to have. */
  readonly percent: number;
  /** ECS was told to go on from this share, at this moment: asked again, it is told the same. */
  readonly passed?: { readonly fromPercent: number; readonly at: Instant };
  /** The new release has lasted with all traffic: ECS may take the old one away. */
  readonly baked?: Instant;
  /** The PAUSE hook of ECS that was answered. */
  readonly continued?: string;
  /** Why it stays where it is, when it is not for time alone. */
  readonly held?: { readonly code: string; readonly text: string; readonly since: Instant };
  readonly judgement?: Judgement;
  /** Judged steps that are over, oldest first: evidence comes late, and that of their last moments may be missing yet. */
  readonly behind?: readonly StepBehind[];
}

export interface StepBehind {
  readonly trafficPercent: number;
  readonly fromMs: Instant;
  readonly toMs: Instant;
}

/** What the judge knows so far; the evidence lies in records of its own. */
export interface Judgement {
  /** When it began to judge. */
  readonly sinceMs: Instant;
  readonly state: JudgeState;
  /** Evidence is in up to this moment, exclusively. */
  readonly untilMs: Instant;
  /** How long an interval is, once there was one. */
  readonly intervalMs?: number;
  /** How many intervals were weighed. */
  readonly intervals: number;
  readonly verdict: JudgeVerdict;
  /** What it can and cannot find, said beforehand. */
  readonly foreseen: readonly string[];
}

/** What people have said about a deployment; all of it also stands in the ledger. */
export interface Controls {
  readonly approvals: readonly Said[];
  readonly paused?: Said;
  /** All traffic at once, whatever the course says; gates and the judge's `worse` still hold. */
  readonly promote?: Said;
  /** The step that was cut short, by index. */
  readonly skip?: Said & { readonly step: number };
}

export interface Said {
  readonly actor: string;
  readonly reason?: string;
  readonly at: Instant;
}
