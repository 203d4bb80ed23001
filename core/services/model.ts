import type { Instant } from '../kernel/plan.ts';

/** `<environment>/<ECS service name>`, for example `local/shop-web`. */
export type ServiceId = string;

/** What a release runs, complete and in units of ECS: the part of a manifest that is the release. */
export interface ReleaseSpec {
  readonly image: string;
  /** The command inside the container; undefined leaves the image its own. */
  readonly command?: readonly string[];
  /** How it runs on one machine without containers. */
  readonly run?: readonly string[];
  readonly directory?: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly port?: number;
  readonly health?: HealthSpec;
  readonly environment: Readonly<Record<string, string>>;
  /** Variable to Secrets Manager or SSM reference; never a value. */
  readonly secrets: Readonly<Record<string, string>>;
}

export type HealthSpec = {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyCount: number;
  readonly unhealthyCount: number;
  readonly graceSeconds: number;
} & ({ readonly path: string } | { readonly command: readonly string[] });

/** How a service moves and is reached; it may change without a new release. */
export interface ServiceSettings {
  /** How ECS replaces the old release; older records have none, and roll. */
  readonly shift?: TrafficShift;
  /** The port on the environment's load balancer; undefined: not behind it. */
  readonly listen?: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  readonly circuitBreaker: boolean;
  readonly timeoutSeconds: number;
  /** Of a release that was taken over: what it stands behind and where, as it was found. */
  readonly found?: FoundSettings;
}

/** What Berth did not make, and leaves as it is. */
export interface FoundSettings {
  readonly loadBalancers: readonly {
    readonly targetGroupArn: string;
    readonly containerName: string;
    readonly containerPort: number;
  }[];
  readonly graceSeconds?: number;
  readonly network?: {
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly publicIp: boolean;
  };
}

/**
 * The way in which ECS shifts traffic, in ECS's own terms; only a service behind the load balancer has one besides
 * `ROLLING`. `hook` is the deployment that ECS asks before each step; without one it goes on by itself.
 */
export type TrafficShift = (
  | { readonly strategy: 'ROLLING' }
  | { readonly strategy: 'BLUE_GREEN' }
  | { readonly strategy: 'LINEAR'; readonly stepPercent: number }
  | { readonly strategy: 'CANARY'; readonly canaryPercent: number }
) & {
  readonly hook?: string;
  /** Whether ECS itself waits for a person when the new release is up, before it has traffic. */
  readonly pause?: true;
};

/** A release by its identity. */
export interface ReleaseRef {
  readonly number: number;
  /** SHA-256 of its content, in hex. */
  readonly hash: string;
  /** Once it is registered. */
  readonly taskDefinitionArn?: string;
}

/** What a deployment asks a service to become. */
export interface Aim {
  readonly release: ReleaseRef & { readonly taskDefinitionArn: string };
  readonly settings: ServiceSettings;
  /** What the load balancer and the scheduler need to know of the release. */
  readonly port?: number;
  readonly health?: HealthSpec;
  /** Undefined keeps the service's count. */
  readonly count?: number;
}

/** An aim that was reached, with the generation as which it was; older records have none. */
export interface Success extends Aim {
  readonly generation?: number;
}

/** The service's target, fenced: only the newest generation is ever applied. */
export interface Target extends Aim {
  readonly generation: number;
  readonly deployment: string | undefined;
  readonly count: number;
  /** It goes back to what ran before: a move that is under way is stopped, and healthy old tasks are kept. */
  readonly isReturn?: true;
}

/** Between which target groups ECS shifts traffic: `old` had it all when the move began. */
export interface TargetGroups {
  readonly old: string;
  readonly new: string;
}

/** Services beside a service in ECS, while a deployment has it: what tries its new release, and what it is judged against. */
export const siblingRoles = ['canary', 'baseline'] as const;
export type SiblingRole = (typeof siblingRoles)[number];

/** What a sibling should be; `undefined`: it should not be there. */
export interface Sibling {
  readonly generation: number;
  readonly deployment: string;
  readonly wanted?: { readonly aim: Aim; readonly count: number };
  /** The generation whose write is under way. */
  readonly applying?: number;
  /** The generation that is done. */
  readonly applied?: number;
  readonly ecsDeploymentId?: string;
  readonly appliedAt?: Instant;
  readonly refused?: { readonly generation: number; readonly message: string; readonly at: Instant };
  readonly told?: number;
}

export interface ServiceState {
  readonly id: ServiceId;
  readonly environment: string;
  readonly cluster: string;
  /** `<app>-<service>`: its name in ECS. */
  readonly ecsName: string;
  readonly createdAt: Instant;
  readonly generation: number;
  /** The deployment that has the service now. */
  readonly holder?: Holder;
  readonly queue: readonly Claim[];
  readonly releases: readonly ReleaseRef[];
  readonly target?: Target;
  /** What the newest successful write to ECS came to. */
  readonly applied?: Applied;
  /** The generation whose write is under way. */
  readonly applying?: number;
  /** The releases seen succeeding, newest last, each as it was aimed at. */
  readonly succeeded: readonly Success[];
  /** The newest generation that ECS refused. */
  readonly refused?: { readonly generation: number; readonly message: string };
  /** The newest generation whose end its deployment was told. */
  readonly told: number;
  readonly siblings?: Readonly<Partial<Record<SiblingRole, Sibling>>>;
}

export interface Holder {
  readonly deployment: string;
  readonly since: Instant;
  /** The count that was asked for since it has the service: it outlasts whatever the deployment aims at. */
  readonly scaled?: number;
}

/** A deployment's wish to have the service. */
export interface Claim {
  readonly deployment: string;
  readonly hash: string;
  /** What to do when another deployment has the service. */
  readonly whenBusy: 'supersede' | 'queue';
  /** Set for a roll-back: the release by number, or the one before the present. */
  readonly release?: number | 'previous';
  /** It knows whom it waits for. */
  readonly told?: boolean;
}

export interface Applied {
  readonly generation: number;
  readonly serviceArn: string;
  /** `ecs-svc/…`, the deployment in ECS that our write started or found. */
  readonly ecsDeploymentId: string;
  /** By ECS's own clock, when that deployment began; older records have none. */
  readonly ecsCreatedAtMs?: Instant;
  readonly targetGroups?: TargetGroups;
  readonly at: Instant;
}

export type ServiceMessage =
  | ({
      readonly type: 'claim';
      readonly environment: string;
      readonly cluster: string;
      readonly ecsName: string;
    } & Claim)
  | { readonly type: 'aim'; readonly deployment: string; readonly aim: Aim; readonly isReturn?: true }
  /** Who has the service does not move it yet: what was left in the midst of a move goes back to what was proven. */
  | { readonly type: 'settle'; readonly deployment: string }
  /** What should stand beside the service; a role that is left out should not be there. */
  | {
      readonly type: 'siblings';
      readonly deployment: string;
      readonly siblings: Readonly<
        Partial<Record<SiblingRole, { readonly aim: Aim; readonly count: number }>>
      >;
    }
  /** The deployment is over, or never wants the service; `succeeded` says what it leaves running. */
  | { readonly type: 'release'; readonly deployment: string; readonly succeeded?: Success }
  | { readonly type: 'scale'; readonly count: number; readonly actor: string }
  /** What ECS was seen to run is the service's from now on; `onGeneration`: 0, or what the service was at then. */
  | {
      readonly type: 'adopt';
      readonly environment: string;
      readonly cluster: string;
      readonly ecsName: string;
      readonly onGeneration: number;
      readonly aim: Aim;
      readonly count: number;
      readonly applied: Omit<Applied, 'generation' | 'at'>;
      readonly actor: string;
    };

export type ServiceEffect =
  | {
      readonly type: 'apply';
      readonly cluster: string;
      readonly ecsName: string;
      readonly environment: string;
      readonly target: Target;
    }
  /** Makes a sibling what it should be, or removes it; its outcome is `{ ecsDeploymentId? }`. */
  | {
      readonly type: 'apply_sibling';
      readonly cluster: string;
      /** The service's own name; the sibling's is `siblingName(ecsName, role)`. */
      readonly ecsName: string;
      readonly environment: string;
      readonly role: SiblingRole;
      readonly generation: number;
      readonly deployment: string;
      readonly wanted?: { readonly aim: Aim; readonly count: number };
    };
