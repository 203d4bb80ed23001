import type { SeenService } from '../ecs/service.ts';
import type { Instant } from '../kernel/plan.ts';
import type { ServiceId, SiblingRole } from '../services/model.ts';
import type { EvidenceSource, JudgePlan } from './course/model.ts';
import type { GateQuery, GateSeen } from './gates/model.ts';
import type { Evidence } from './judge/model.ts';
import type { FailedTask } from './model.ts';

/** What a deployment has to see to decide. */
export interface DeploymentQuery {
  readonly service?: {
    readonly environment: string;
    readonly cluster: string;
    readonly ecsName: string;
    readonly sinceMs: Instant;
    readonly ecsDeploymentId: string;
    /** Whether the service deployment under way is to be seen, with its traffic and its hooks. */
    readonly withTraffic?: true;
  };
  /** The siblings, by their names in ECS. */
  readonly siblings?: Readonly<Partial<Record<SiblingRole, SiblingQuery>>>;
  readonly gates?: GateQuery;
  readonly judge?: EvidenceQuery;
  /** How many tasks of a task definition ended badly after they were running. */
  readonly deaths?: {
    readonly environment: string;
    readonly ecsName: string;
    readonly taskDefinitionArn: string;
    readonly sinceMs: Instant;
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

export interface SiblingQuery {
  readonly environment: string;
  readonly cluster: string;
  readonly ecsName: string;
}

/** Evidence of two arms since a moment; what is not complete yet is left for later. */
export interface EvidenceQuery {
  readonly environment: string;
  readonly cluster: string;
  /** The value of the dimension `Service`. */
  readonly ecsName: string;
  readonly source: EvidenceSource;
  readonly metrics: JudgePlan['metrics'];
  /** Which of errors, latency (with its percentile), traffic and exits are judged. */
  readonly settings: JudgePlan['settings'];
  /** The new release's tasks, and those it is compared with: by ECS service name and task definition. */
  readonly canary: EvidenceArm;
  readonly baseline: EvidenceArm;
  readonly baselineIsFresh: boolean;
  /** The canary's share of the traffic since `sinceMs`, 0 to 1. */
  readonly share: number;
  readonly sinceMs: Instant;
  /** Nothing that ends later than this; the present, where it is left out. */
  readonly untilMs?: Instant;
}

export interface EvidenceArm {
  readonly ecsName: string;
  readonly taskDefinitionArn: string;
  /** Where a load balancer is the source. */
  readonly targetGroupArn?: string;
}

export interface DeploymentSeen {
  readonly service?: SeenService;
  readonly siblings?: Readonly<Partial<Record<SiblingRole, SeenService>>>;
  readonly gates?: GateSeen;
  /** Intervals in order, without a gap from `sinceMs` on; empty: nothing is complete yet. */
  readonly judge?: readonly Evidence[];
  readonly deaths?: number;
  readonly evidence?: { readonly task?: FailedTask; readonly logTail: readonly string[] };
}
