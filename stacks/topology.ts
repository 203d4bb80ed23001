import { ecsEventPattern } from '../core/contract/patterns.ts';
import { tableSchema } from '../core/kernel/table.ts';

/**
 * Which function handles what, and what it may do. Everything that runs Berth is made from this literal: the
 * infrastructure on AWS, and the wiring of Local AWS.
 *
 * Names in `resources` are symbolic: `table`, `queue:<name>`, `cluster`, `service`, … stand for ARNs that
 * whoever deploys the topology fills in.
 */
export const topology = {
  table: { name: 'berth', schema: tableSchema },

  queues: {
    'ecs-events': { visibilitySeconds: 60, maxReceives: 5, deadLetter: 'dead-letters' },
    wake: { visibilitySeconds: 60, maxReceives: 5, deadLetter: 'dead-letters' },
    'dead-letters': { visibilitySeconds: 60, maxReceives: undefined, deadLetter: undefined },
  },

  rules: {
    'ecs-events': {
      bus: 'default',
      pattern: ecsEventPattern,
      target: { queue: 'ecs-events', deadLetter: 'dead-letters' },
    },
  },

  functions: {
    /** The HTTP API: accepts, validates, records, answers; the work is done by `wake`. */
    api: {
      handler: 'functions/api.ts',
      memoryMb: 512,
      timeoutSeconds: 20,
      triggers: [{ type: 'http' }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
          resources: ['table', 'table/index'],
        },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake'] },
        { actions: ['logs:FilterLogEvents', 'logs:GetLogEvents'], resources: ['logs:/berth/*'] },
        {
          actions: [
            'ecs:DescribeServices',
            'ecs:ListServiceDeployments',
            'ecs:DescribeServiceDeployments',
            'ecs:DescribeServiceRevisions',
          ],
          resources: ['service', 'service-deployment', 'service-revision'],
        },
      ],
    },
    /** ECS's events: each is recorded by one conditional write, then its owner is looked at. */
    'ecs-events': {
      handler: 'functions/ecs-events.ts',
      memoryMb: 512,
      timeoutSeconds: 30,
      // Two at a time is the least that AWS allows: what comes in a burst is looked at once, not by many at once.
      triggers: [{ type: 'queue', queue: 'ecs-events', batchSize: 25, maxConcurrency: 2 }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_DEAD_LETTER_QUEUE: 'queue:dead-letters',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: 'engine',
    },
    /** Looks at the aggregates that asked to be looked at. */
    wake: {
      handler: 'functions/wake.ts',
      memoryMb: 512,
      timeoutSeconds: 30,
      triggers: [{ type: 'queue', queue: 'wake', batchSize: 5, maxConcurrency: 4 }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_DEAD_LETTER_QUEUE: 'queue:dead-letters',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: 'engine',
    },
    /** Finds what is due, and reads what events may have failed to tell. */
    sweep: {
      handler: 'functions/sweep.ts',
      memoryMb: 512,
      timeoutSeconds: 60,
      triggers: [{ type: 'schedule', rateMinutes: 1 }],
      deadLetter: 'dead-letters',
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: 'engine',
    },
  },

  /** What a function needs that may look at aggregates and settle their outboxes. */
  permissionSets: {
    engine: [
      {
        actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:Query'],
        resources: ['table', 'table/index'],
      },
      { actions: ['sqs:SendMessage'], resources: ['queue:wake', 'queue:dead-letters'] },
      {
        actions: ['ecs:CreateService', 'ecs:UpdateService', 'ecs:DescribeServices'],
        resources: ['service'],
      },
      {
        actions: [
          'ecs:ListServiceDeployments',
          'ecs:DescribeServiceDeployments',
          'ecs:DescribeServiceRevisions',
        ],
        resources: ['service', 'service-deployment', 'service-revision'],
      },
      {
        actions: ['ecs:RegisterTaskDefinition', 'ecs:DescribeTaskDefinition'],
        resources: ['*'],
        because: 'AWS has no resource level for describing; registering is limited by family in the stack',
      },
      { actions: ['ecs:TagResource'], resources: ['task-definition', 'service'] },
      { actions: ['ecs:ListTasks', 'ecs:DescribeTasks'], resources: ['cluster', 'task'] },
      { actions: ['logs:GetLogEvents'], resources: ['logs:/berth/*'] },
      {
        actions: ['elasticloadbalancing:CreateTargetGroup', 'elasticloadbalancing:ModifyTargetGroup'],
        resources: ['target-group'],
      },
      { actions: ['elasticloadbalancing:CreateListener'], resources: ['load-balancer', 'listener'] },
      {
        actions: ['elasticloadbalancing:DescribeTargetGroups', 'elasticloadbalancing:DescribeListeners'],
        resources: ['*'],
        because: 'ELBv2 has no resource level for describing',
      },
      {
        actions: ['iam:PassRole'],
        resources: ['role:berth-tasks/*'],
        conditions: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      },
    ],
  },
} as const satisfies Topology;

export interface Topology {
  readonly table: { readonly name: string; readonly schema: typeof tableSchema };
  readonly queues: Readonly<Record<string, QueueNode>>;
  readonly rules: Readonly<Record<string, RuleNode>>;
  readonly functions: Readonly<Record<string, FunctionNode>>;
  readonly permissionSets: Readonly<Record<string, readonly Permission[]>>;
}

export interface QueueNode {
  readonly visibilitySeconds: number;
  /** Receives after which a message moves to `deadLetter`; undefined keeps it for the retention time. */
  readonly maxReceives: number | undefined;
  readonly deadLetter: string | undefined;
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
  readonly triggers: readonly Trigger[];
  /** Takes an asynchronous invocation that failed for good. */
  readonly deadLetter?: string;
  /**
   * `table` and `queue:<name>` become the table's name and the queue's URL, `environments` the JSON of the
   * environments (core/contract/environment.ts).
   */
  readonly environment: Readonly<Record<string, string>>;
  /** Its permissions, or the name of a set. */
  readonly permissions: readonly Permission[] | string;
}

export type Trigger =
  | { readonly type: 'http' }
  | {
      readonly type: 'queue';
      readonly queue: string;
      readonly batchSize: number;
      readonly maxConcurrency: number;
    }
  | { readonly type: 'schedule'; readonly rateMinutes: number };

export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, string>>;
  /** Why a resource is `*`. */
  readonly because?: string;
}
