/**
 * A service in ECS with its task definition, as whoever wants to know it wholly sees it. `absent`: ECS knows none of
 * that name. `unknown`: the look failed and says nothing.
 */
export type Inspected =
  | { readonly seen: 'absent' }
  | { readonly seen: 'unknown'; readonly because: string }
  | {
      readonly seen: 'service';
      readonly service: InspectedService;
      /** Missing where ECS would not show it. */
      readonly definition?: InspectedDefinition;
    };

export interface InspectedService {
  readonly serviceArn: string;
  readonly status: string;
  readonly taskDefinitionArn: string;
  readonly desiredCount: number;
  readonly runningCount: number;
  /** `FARGATE`, `EC2`, `EXTERNAL`; undefined where capacity providers place the tasks. */
  readonly launchType?: string;
  readonly capacityProviders: readonly string[];
  /** `ECS`, `CODE_DEPLOY`, `EXTERNAL`. */
  readonly controller: string;
  /** `REPLICA`, `DAEMON`. */
  readonly scheduling: string;
  readonly minimumHealthyPercent?: number;
  readonly maximumPercent?: number;
  readonly circuitBreaker: boolean;
  /** ECS's own strategy; `ROLLING` where it says none. */
  readonly strategy: string;
  readonly network?: InspectedNetwork;
  readonly loadBalancers: readonly InspectedLoadBalancer[];
  readonly healthCheckGraceSeconds?: number;
  readonly deployments: readonly InspectedDeployment[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface InspectedNetwork {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly publicIp: boolean;
}

export interface InspectedLoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

/** One of `deployments[]` of DescribeServices. */
export interface InspectedDeployment {
  readonly id: string;
  readonly status: string;
  readonly rolloutState?: string;
  readonly createdAtMs?: number;
}

export interface InspectedDefinition {
  readonly arn: string;
  readonly status: string;
  /** As ECS has them: units and MiB. */
  readonly cpuUnits?: number;
  readonly memoryMiB?: number;
  readonly networkMode?: string;
  readonly executionRoleArn?: string;
  readonly taskRoleArn?: string;
  readonly volumes: number;
  /** `X86_64` where it says none. */
  readonly architecture: string;
  readonly containers: readonly InspectedContainer[];
}

export interface InspectedContainer {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly health?: {
    readonly command: readonly string[];
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly retries: number;
    readonly startSeconds: number;
  };
  readonly labels: Readonly<Record<string, string>>;
  /** What else it has that Berth does not write: `mountPoints`, `linuxParameters`, … */
  readonly besides: readonly string[];
}
