import type { Backoff, Tags } from '../model.ts';

/** A set of tasks of a service whose deployments somebody else runs (deployment controller EXTERNAL). */
export interface TaskSetRecord {
  /** `ecs-svc/<19 digits>`. */
  readonly id: string;
  readonly arn: string;
  readonly serviceKey: string;
  readonly serviceArn: string;
  readonly clusterArn: string;
  readonly status: 'PRIMARY' | 'ACTIVE' | 'DRAINING';
  readonly externalId?: string;
  /** What its tasks are started from. */
  readonly revisionArn: string;
  readonly definitionArn: string;
  /** Of the service's desired count. */
  readonly scalePercent: number;
  readonly stability: 'STEADY_STATE' | 'STABILIZING';
  readonly stabilityAt: number;
  readonly backoff: Backoff;
  readonly creation: { readonly digest: string; readonly token?: string };
  readonly tags: Tags;
  readonly createdAt: number;
  readonly updatedAt: number;
}
