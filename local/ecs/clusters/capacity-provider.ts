import type { AutoScalingGroupProvider } from '@aws-sdk/client-ecs';
import type { Tags } from '../model.ts';
import type { Wire } from '../wire.ts';

/** A capacity provider over an Auto Scaling group; those of Fargate are always there and have no record. */
export interface CapacityProviderRecord {
  readonly name: string;
  readonly arn: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly updateStatus: string;
  readonly autoScalingGroup: Wire<AutoScalingGroupProvider>;
  readonly tags: Tags;
}
