import type { RouteKey } from '../core/contract/routes.ts';
import type { tableSchema } from '../core/kernel/table.ts';

/** What a topology is made of. */
export interface Topology {
  readonly table: { readonly name: string; readonly schema: typeof tableSchema };
  readonly queues: Readonly<Record<string, QueueNode>>;
  readonly rules: Readonly<Record<string, RuleNode>>;
  readonly functions: Readonly<Record<string, FunctionNode>>;
}

export interface QueueNode {
  readonly visibilitySeconds: number;
  /** Receives after which a message moves to `deadLetter`; undefined keeps it for the retention time. */
  readonly maxReceives: number | undefined;
  readonly deadLetter: string | undefined;
  /** An older message than this means that nobody works on the queue: an alarm tells. */
  readonly oldestSeconds?: number;
}

export interface RuleNode {
  readonly bus: 'default';
  /** An EventBridge event pattern. */
  readonly pattern: object;
  /** `deadLetter` takes what cannot be delivered. */
  readonly target: { readonly queue: string; readonly deadLetter?: string };
}

export interface FunctionNode {
  /** The source file whose export `handler` is called. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** How many may run at once; as many are kept free for it. */
  readonly reservedConcurrency?: number;
  readonly triggers: readonly Trigger[];
  /** Takes an asynchronous invocation that failed for good. */
  readonly deadLetter?: string;
  /**
   * `table` and `queue:<name>` become the table's name and the queue's URL, `environments` the JSON of the
   * environments (core/contract/environment.ts).
   */
  readonly environment: Readonly<Record<string, string>>;
  /** What it may do beyond what its triggers need. */
  readonly permissions: readonly Permission[];
}

export type Trigger =
  | {
      readonly type: 'http';
      /** What the API lets through of all callers together, on average and at once. */
      readonly requestsPerSecond?: number;
      readonly burst?: number;
    }
  /** Some routes of another function's HTTP API, which takes all others. */
  | {
      readonly type: 'routes';
      /** The function that has the API. */
      readonly of: string;
      readonly keys: readonly RouteKey[];
      /** Whether they need no signature of AWS's (SigV4), since they check one of their own. */
      readonly open?: true;
    }
  | {
      readonly type: 'queue';
      readonly queue: string;
      readonly batchSize: number;
      readonly maxConcurrency: number;
    }
  | { readonly type: 'schedule'; readonly rateMinutes: number }
  /** ECS calls it as a lifecycle hook of deployments, by a role that may do nothing else. */
  | { readonly type: 'ecs-hook' };

/** Actions that are allowed on resources, in symbols; what a symbol stands for, policy.ts says. */
export interface Permission {
  /** For example `ecs:UpdateService`; never with a wildcard. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: readonly PermissionCondition[];
  /** Why a resource is `*`. */
  readonly because?: string;
}

/** An IAM condition, with values as they are or with resources in symbols. */
export type PermissionCondition = {
  /** For example `StringEquals`. */
  readonly test: string;
  /** For example `iam:PassedToService`. */
  readonly variable: string;
} & ({ readonly values: readonly string[] } | { readonly resources: readonly string[] });
