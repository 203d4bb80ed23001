import type { VersionInfo } from '@aws-sdk/client-ecs';
import type { Tags } from '../model.ts';
import type { Wire } from '../wire.ts';

/** What a container instance has, or has left. Ports are those that are taken, as ECS lists them. */
export interface Resources {
  /** CPU units, 1024 to a core. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly ports: readonly number[];
  readonly portsUdp: readonly number[];
}

export interface InstanceAttribute {
  readonly name: string;
  readonly value?: string;
}

/** A host in a cluster. What it has left is not kept: it follows from the tasks on it. */
export interface InstanceRecord {
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  readonly clusterArn: string;
  /** `i-…`, or `mi-…` for an external one. */
  readonly hostId: string;
  readonly launchType: 'EC2' | 'EXTERNAL';
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  readonly agentConnected: boolean;
  readonly version: number;
  readonly versionInfo: Wire<VersionInfo>;
  readonly registered: Resources;
  readonly attributes: readonly InstanceAttribute[];
  readonly capacityProvider?: string;
  readonly zone: string;
  readonly tags: Tags;
  /** Epoch milliseconds. */
  readonly registeredAt: number;
  readonly inactiveAt?: number;
}

/** Attributes that ECS and its agent set; what is left counts as custom. */
export function isBuiltIn(name: string): boolean {
  return /^(ecs|com\.amazonaws\.ecs)\./.test(name);
}
