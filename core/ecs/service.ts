import type { ServiceArn, ServiceDeploymentArn, TaskDefinitionArn } from './arn.ts';

/**
 * An ECS service as one look saw it: DescribeServices, and the service deployments since a moment.
 * `absent`: ECS knows no such service. `unknown`: the look failed and says nothing about the service.
 */
export type SeenService =
  | { readonly seen: 'absent' }
  | { readonly seen: 'unknown'; readonly because: string }
  | ({ readonly seen: 'service' } & ObservedService);

export interface ObservedService {
  readonly serviceArn: ServiceArn;
  readonly status: string;
  readonly taskDefinitionArn: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly deployments: readonly ObservedDeployment[];
  readonly serviceDeployments: readonly ObservedServiceDeployment[];
}

/** One of `deployments[]` of DescribeServices. */
export interface ObservedDeployment {
  /** `ecs-svc/…` */
  readonly id: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE' | (string & {});
  readonly taskDefinitionArn: string;
  readonly rolloutState: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED' | (string & {}) | undefined;
  readonly rolloutStateReason: string | undefined;
  readonly desiredCount: number;
  readonly runningCount: number;
  readonly pendingCount: number;
  readonly failedTasks: number;
  readonly createdAtMs: number;
}

/** What ECS keeps for 90 days of a service deployment; this is where a roll-back of ECS's own shows for good. */
export interface ObservedServiceDeployment {
  readonly arn: ServiceDeploymentArn;
  readonly status: string;
  readonly statusReason: string | undefined;
  readonly taskDefinitionArn: TaskDefinitionArn | undefined;
  readonly createdAtMs: number;
  /** How much production traffic the new revision has, in percent, where ECS shifts it. */
  readonly trafficPercent?: number;
  readonly lifecycleStage?: string;
  /** The hooks of the present stage. */
  readonly hooks?: readonly ObservedHook[];
}

export interface ObservedHook {
  readonly id: string;
  readonly type: 'AWS_LAMBDA' | 'PAUSE' | (string & {});
  readonly stage: string;
  /** `AWAITING_ACTION`, `IN_PROGRESS`, `SUCCEEDED`, … */
  readonly status: string;
}
