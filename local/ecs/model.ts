import type {
  AwsVpcConfiguration,
  CapacityProviderStrategyItem,
  Cluster,
  CreateServiceRequest,
  DeploymentConfiguration,
  LoadBalancer,
  PlacementConstraint,
  PlacementStrategy,
  ServiceConnectConfiguration,
  ServiceEvent as ServiceMessage,
  Tag,
  TaskDefinition,
  TaskOverride,
} from '@aws-sdk/client-ecs';
import type { HostPort, PlacementFailure, Reservation } from './placement/records.ts';
import type { RolloutRecord } from './strategies/record.ts';
import type { Wire } from './wire.ts';

/** What the engine remembers. Times are epoch milliseconds; records are replaced, never changed. */

export type Tags = readonly Wire<Tag>[];
export type Definition = Wire<TaskDefinition>;
export type ContainerDefinition = NonNullable<Definition['containerDefinitions']>[number];
export type HealthCheck = NonNullable<ContainerDefinition['healthCheck']>;
export type StrategyItem = Wire<CapacityProviderStrategyItem>;
export type VpcConfiguration = Wire<AwsVpcConfiguration>;

export interface ClusterRecord {
  readonly name: string;
  readonly arn: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly settings: NonNullable<Wire<Cluster>['settings']>;
  readonly configuration?: NonNullable<Wire<Cluster>['configuration']>;
  readonly serviceConnectDefaults?: NonNullable<Wire<Cluster>['serviceConnectDefaults']>;
  readonly capacityProviders: readonly string[];
  readonly defaultStrategy: readonly StrategyItem[];
  readonly tags: Tags;
}

export interface DefinitionRecord {
  /** `family:revision`. */
  readonly key: string;
  readonly family: string;
  readonly revision: number;
  readonly definition: Definition;
  readonly tags: Tags;
}

export interface FamilyRecord {
  readonly family: string;
  readonly lastRevision: number;
}

export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';

export type StopCode =
  | 'EssentialContainerExited'
  | 'InfrastructureHealth'
  | 'ServiceSchedulerInitiated'
  | 'SpotInterruption'
  | 'TaskFailedToStart'
  | 'TerminationNotice'
  | 'UserInitiated';

export type Health = 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

export interface ContainerRecord {
  readonly name: string;
  readonly arn: string;
  readonly image: string;
  readonly essential: boolean;
  readonly status: 'PENDING' | 'RUNNING' | 'STOPPED';
  readonly health: Health;
  readonly checked: boolean;
  readonly cpu: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly runtimeId?: string;
  readonly imageDigest?: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly publishedPorts?: Readonly<Record<number, number>>;
  /** Its ports on the container instance, with `bridge` and `host`. */
  readonly hostPorts?: readonly HostPort[];
  /** When it began to run, the last time. */
  readonly startedAt?: number;
  /** How often its restart policy has started it again. */
  readonly restartCount?: number;
  /** It has ended and is being started again; for everybody else it runs. */
  readonly isRestarting?: boolean;
}

export interface NetworkInterfaceRecord {
  readonly attachmentId: string;
  readonly interfaceId: string;
  readonly macAddress: string;
  readonly subnetId: string;
}

export interface TargetRecord {
  readonly targetGroupArn: string;
  readonly address: string;
  readonly port: number;
}

/** What makes a task part of a service. */
export interface ServiceMembership {
  /** `cluster/service`. */
  readonly key: string;
  readonly revisionArn: string;
  readonly deploymentId: string;
}

export interface TaskRecord {
  readonly id: string;
  readonly arn: string;
  readonly cluster: string;
  readonly clusterArn: string;
  readonly definitionKey: string;
  readonly definitionArn: string;
  readonly family: string;
  readonly group: string;
  readonly startedBy?: string;
  readonly service?: ServiceMembership;
  readonly lastStatus: TaskStatus;
  readonly desiredStatus: 'RUNNING' | 'STOPPED';
  readonly version: number;
  readonly containers: readonly ContainerRecord[];
  readonly overrides: Wire<TaskOverride>;
  readonly launchType?: string;
  readonly capacityProvider?: string;
  readonly platformVersion?: string;
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralGiB?: number;
  readonly networkInterface?: NetworkInterfaceRecord;
  readonly address?: string;
  readonly zone: string;
  /** The container instance that it was placed on; Fargate has none. */
  readonly reserved?: Reservation;
  /** Its zone has more of the service's tasks than another one: it is being replaced there. */
  readonly isRebalanced?: boolean;
  readonly health: Health;
  readonly targets: readonly TargetRecord[];
  /** Whether the service scheduler has once seen it healthy. */
  readonly reachedHealthy: boolean;
  readonly enableExecuteCommand: boolean;
  readonly tags: Tags;
  readonly createdAt: number;
  readonly pullStartedAt?: number;
  readonly pullStoppedAt?: number;
  readonly startedAt?: number;
  readonly stoppingAt?: number;
  readonly executionStoppedAt?: number;
  readonly stoppedAt?: number;
  readonly stopCode?: StopCode;
  readonly stoppedReason?: string;
  readonly protectedUntil?: number;
  /** The row of the idempotency token that started it. */
  readonly tokenKey?: string;
}

/** What a service's tasks are started from; never changed. */
export interface RevisionRecord {
  readonly arn: string;
  readonly serviceKey: string;
  readonly serviceArn: string;
  readonly clusterArn: string;
  readonly definitionArn: string;
  readonly definitionKey: string;
  readonly launchType?: string;
  readonly strategy: readonly StrategyItem[];
  readonly platformVersion?: string;
  readonly network?: VpcConfiguration;
  readonly loadBalancers: readonly Wire<LoadBalancer>[];
  /** The target group of each load balancer, where a deployment chose between it and its alternate. */
  readonly servingGroups?: readonly string[];
  readonly serviceRegistries: NonNullable<Wire<CreateServiceRequest>['serviceRegistries']>;
  readonly connect?: ConnectRecord;
  readonly enableExecuteCommand: boolean;
  readonly propagateTags: string;
  readonly monitoring?: NonNullable<Wire<CreateServiceRequest>['monitoring']>;
  readonly createdAt: number;
}

/** What a service offers, and the namespace whose names its tasks know, by Service Connect. */
export interface ConnectRecord {
  /** As it was asked for. */
  readonly configuration: Wire<ServiceConnectConfiguration>;
  readonly namespaceArn: string;
  readonly namespace: string;
  readonly offers: readonly ConnectOffer[];
}

/** A port of the service's tasks, under the names by which others know it. */
export interface ConnectOffer {
  readonly portName: string;
  readonly discoveryName: string;
  /** The Cloud Map service where its tasks are registered. */
  readonly discoveryArn: string;
  readonly containerName: string;
  readonly containerPort: number;
  readonly aliases: readonly { readonly dnsName: string; readonly port: number }[];
}

/** How starts are spaced when tasks keep failing; a round is one wave of failures. */
export interface Backoff {
  readonly round: number;
  readonly roundStartedAt: number;
  readonly startAfter: number;
}

/** One entry of a service's `deployments[]`. */
export interface DeploymentRecord {
  /** `ecs-svc/<19 digits>`. */
  readonly id: string;
  readonly status: 'PRIMARY' | 'ACTIVE';
  readonly revisionArn: string;
  readonly definitionArn: string;
  readonly serviceDeploymentArn: string;
  readonly rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly rolloutReason: string;
  readonly isRollback: boolean;
  readonly failures: number;
  readonly backoff: Backoff;
  readonly unplaced?: PlacementFailure | undefined;
  readonly impairedTold: boolean;
  /** Since when it could complete but for its bake time. */
  readonly stableSince?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ServiceRecord {
  /** `cluster/service`. */
  readonly key: string;
  readonly name: string;
  readonly arn: string;
  readonly cluster: string;
  readonly clusterArn: string;
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  /** For a DAEMON what the cluster's instances make it. */
  readonly desiredCount: number;
  /** REPLICA without it. */
  readonly scheduling?: 'REPLICA' | 'DAEMON';
  readonly configuration: Wire<DeploymentConfiguration>;
  readonly graceSeconds?: number;
  readonly zoneRebalancing: string;
  /** Whether tasks move from one zone to another at present. */
  readonly isRebalancing?: boolean;
  readonly placementConstraints: readonly Wire<PlacementConstraint>[];
  readonly placementStrategy: readonly Wire<PlacementStrategy>[];
  readonly roleArn?: string;
  readonly enableManagedTags: boolean;
  /** What the task sets of a service with the deployment controller EXTERNAL have in common; undefined under ECS. */
  readonly external?: { readonly enableExecuteCommand: boolean; readonly propagateTags: string };
  readonly deployments: readonly DeploymentRecord[];
  /** The last deployment that completed: what a failed one rolls back to. */
  readonly completed?: { readonly deploymentId: string; readonly revisionArn: string };
  readonly messages: readonly Wire<ServiceMessage>[];
  readonly steady: boolean;
  readonly tags: Tags;
  readonly createdAt: number;
  readonly inactiveAt?: number;
  /** What it was created from: the same request again is the same service. */
  readonly creation: { readonly digest: string; readonly token?: string };
}

export type ServiceDeploymentStatus =
  | 'PENDING'
  | 'IN_PROGRESS'
  | 'STOP_REQUESTED'
  | 'STOPPED'
  | 'SUCCESSFUL'
  | 'ROLLBACK_REQUESTED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'ROLLBACK_FAILED';

export interface ServiceDeploymentRecord {
  readonly arn: string;
  readonly serviceKey: string;
  readonly serviceArn: string;
  readonly clusterArn: string;
  readonly status: ServiceDeploymentStatus;
  readonly statusReason?: string;
  readonly sourceRevisions: readonly string[];
  readonly targetRevision: string;
  readonly configuration: Wire<DeploymentConfiguration>;
  readonly rollback?: { readonly reason: string; readonly startedAt: number; readonly revisionArn: string };
  readonly breaker: { readonly failures: number; readonly threshold: number; readonly triggered: boolean };
  /** Alarms that were in ALARM from the start say nothing of the deployment: then none of them is watched. */
  readonly alarms?: { readonly isIgnored: boolean; readonly triggered: readonly string[] };
  /** Where a blue/green, linear or canary deployment stands; a rolling one has none. */
  readonly rollout?: RolloutRecord;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly stoppedAt?: number;
}

export interface TokenRecord {
  readonly digest: string;
  readonly taskIds: readonly string[];
  readonly createdAt: number;
}

export const serviceKeyOf = (cluster: string, service: string): string => `${cluster}/${service}`;

/** Whether the task is on its way to RUNNING or there. */
export function isUp(status: TaskStatus): boolean {
  return isStarting(status) || status === 'RUNNING';
}

export function isStarting(status: TaskStatus): boolean {
  return status === 'PROVISIONING' || status === 'PENDING' || status === 'ACTIVATING';
}
