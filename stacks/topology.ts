import { ecsEventPattern } from '../core/contract/patterns.ts';
import type { RouteKey } from '../core/contract/routes.ts';
import { tableSchema } from '../core/kernel/table.ts';

/**
 * Which function handles what, and what it may do. Everything that runs Berth is made from this literal: the
 * infrastructure on AWS, and the wiring of Local AWS.
 *
 * Names in `resources` are symbolic: `table`, `table/index/<name>` and `queue:<name>` stand for what is made of the
 * topology, the others for what is there besides (`outsideArns` in policy.ts).
 */
export const topology = {
  table: { name: 'berth', schema: tableSchema },

  queues: {
    'ecs-events': { visibilitySeconds: 60, maxReceives: 5, deadLetter: 'dead-letters', oldestSeconds: 300 },
    // A wake-up may be sent up to 15 minutes ahead, and counts as waiting until then.
    wake: { visibilitySeconds: 60, maxReceives: 5, deadLetter: 'dead-letters', oldestSeconds: 1200 },
    work: { visibilitySeconds: 60, maxReceives: 5, deadLetter: 'dead-letters', oldestSeconds: 1200 },
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
    /** The HTTP API: accepts, validates, records, answers; `wake` and `work` decide what comes of it. */
    api: {
      handler: 'functions/api.ts',
      memoryMb: 512,
      timeoutSeconds: 20,
      // Callers may not use up what the account can run at once: the other functions need some of it.
      reservedConcurrency: 20,
      triggers: [{ type: 'http', requestsPerSecond: 50, burst: 100 }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_WORK_QUEUE: 'queue:work',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        {
          actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'],
          resources: ['table'],
        },
        { actions: ['dynamodb:Query'], resources: ['table/index/list'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake', 'queue:work'] },
        { actions: ['logs:FilterLogEvents'], resources: ['task-logs'] },
        { actions: ['ecs:DescribeServices'], resources: ['service'] },
      ],
    },
    /** Says what a deployment would come to and what was changed outside Berth, and takes over what is there. */
    preflight: {
      handler: 'functions/preflight.ts',
      memoryMb: 512,
      timeoutSeconds: 20,
      reservedConcurrency: 5,
      triggers: [
        {
          type: 'routes',
          of: 'api',
          keys: [
            'POST /plan',
            'GET /environments/{environment}/services/{service}/drift',
            'POST /environments/{environment}/services/{service}/drift/adopt',
            'POST /environments/{environment}/services/{service}/drift/revert',
            'POST /environments/{environment}/services/{service}/adopt',
          ],
        },
      ],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: ['table'] },
        { actions: ['dynamodb:Query'], resources: ['table/index/list'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake'] },
        { actions: ['ecs:DescribeServices'], resources: ['service'] },
        {
          actions: ['ecs:DescribeTaskDefinition'],
          resources: ['*'],
          because: 'ECS has no resource level for describing a task definition',
        },
        // Whether secrets are there, never what they hold.
        { actions: ['secretsmanager:DescribeSecret'], resources: ['secret'] },
        {
          actions: ['ssm:DescribeParameters'],
          resources: ['*'],
          because: 'the Parameter Store has no resource level for describing parameters',
        },
      ],
    },
    /** Says what would be decided now, and weighs a judge's evidence anew; writes nothing. */
    explain: {
      handler: 'functions/explain.ts',
      memoryMb: 512,
      timeoutSeconds: 20,
      reservedConcurrency: 5,
      triggers: [
        {
          type: 'routes',
          of: 'api',
          keys: [
            'GET /deployments/{id}/explanation',
            'GET /deployments/{id}/evidence',
            'GET /environments/{environment}/services/{service}/explanation',
          ],
        },
      ],
      environment: { BERTH_TABLE: 'table', BERTH_ENVIRONMENTS: 'environments' },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:Query'], resources: ['table'] },
        { actions: ['dynamodb:Query'], resources: ['table/index/list'] },
        { actions: ['logs:GetLogEvents'], resources: ['task-logs'] },
        { actions: ['ecs:DescribeServices', 'ecs:ListServiceDeployments'], resources: ['service'] },
        { actions: ['ecs:DescribeServiceDeployments'], resources: ['service-deployment'] },
        { actions: ['ecs:DescribeServiceRevisions'], resources: ['service-revision'] },
      ],
    },
    /** What GitHub tells: the one route that everybody can reach, so the function holds no more than it needs. */
    github: {
      handler: 'functions/github.ts',
      memoryMb: 512,
      timeoutSeconds: 20,
      reservedConcurrency: 5,
      triggers: [{ type: 'routes', of: 'api', keys: ['POST /hooks/github/{environment}'], open: true }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WORK_QUEUE: 'queue:work',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: ['table'] },
        { actions: ['dynamodb:Query'], resources: ['table/index/list'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:work'] },
        { actions: ['secretsmanager:GetSecretValue'], resources: ['github-webhook-secret'] },
        { actions: ['ecs:DescribeServices'], resources: ['service'] },
      ],
    },
    /** ECS's events: each is recorded by one conditional write, then its owner is looked at. */
    'ecs-events': {
      handler: 'functions/ecs-events.ts',
      memoryMb: 512,
      timeoutSeconds: 30,
      // Two at a time is the least that AWS allows: what comes in a burst is looked at once, not by many at once.
      // Ten in a batch is the most that AWS gathers without waiting a second for more.
      reservedConcurrency: 2,
      triggers: [{ type: 'queue', queue: 'ecs-events', batchSize: 10, maxConcurrency: 2 }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_WORK_QUEUE: 'queue:work',
        BERTH_DEAD_LETTER_QUEUE: 'queue:dead-letters',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: ['table'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake', 'queue:work', 'queue:dead-letters'] },
      ],
    },
    /** Looks at the services, deployments and locks that asked to be looked at: the only one that changes services. */
    wake: {
      handler: 'functions/wake.ts',
      memoryMb: 512,
      timeoutSeconds: 30,
      reservedConcurrency: 4,
      triggers: [{ type: 'queue', queue: 'wake', batchSize: 5, maxConcurrency: 4 }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_WORK_QUEUE: 'queue:work',
        BERTH_DEAD_LETTER_QUEUE: 'queue:dead-letters',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: ['table'] },
        { actions: ['dynamodb:Query'], resources: ['table/index/list'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake', 'queue:work', 'queue:dead-letters'] },
        {
          actions: [
            'ecs:CreateService',
            'ecs:UpdateService',
            'ecs:DescribeServices',
            'ecs:ListServiceDeployments',
          ],
          resources: ['service'],
        },
        // Nothing that anybody depends on: what stands beside a service while its release is tried.
        { actions: ['ecs:DeleteService'], resources: ['service-sibling'] },
        {
          actions: [
            'ecs:DescribeServiceDeployments',
            'ecs:StopServiceDeployment',
            'ecs:ContinueServiceDeployment',
          ],
          resources: ['service-deployment'],
        },
        { actions: ['ecs:DescribeServiceRevisions'], resources: ['service-revision'] },
        { actions: ['ecs:RegisterTaskDefinition'], resources: ['task-definition'] },
        {
          actions: ['ecs:DescribeTaskDefinition'],
          resources: ['*'],
          because: 'ECS has no resource level for describing a task definition',
        },
        {
          actions: ['ecs:TagResource'],
          resources: ['service'],
          conditions: [{ test: 'StringEquals', variable: 'ecs:CreateAction', values: ['CreateService'] }],
        },
        {
          actions: ['ecs:TagResource'],
          resources: ['task-definition'],
          conditions: [
            { test: 'StringEquals', variable: 'ecs:CreateAction', values: ['RegisterTaskDefinition'] },
          ],
        },
        {
          actions: ['iam:PassRole'],
          resources: ['task-role'],
          conditions: [
            { test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs-tasks.amazonaws.com'] },
          ],
        },
        {
          actions: ['iam:PassRole'],
          resources: ['ecs-role'],
          conditions: [
            { test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs.amazonaws.com'] },
          ],
        },
        { actions: ['logs:GetLogEvents'], resources: ['task-logs'] },
        {
          actions: ['cloudwatch:GetMetricData'],
          resources: ['*'],
          because: 'CloudWatch has no resource level for reading metrics',
        },
        {
          actions: ['elasticloadbalancing:CreateTargetGroup', 'elasticloadbalancing:ModifyTargetGroup'],
          resources: ['target-group'],
        },
        { actions: ['elasticloadbalancing:CreateListener'], resources: ['load-balancer'] },
        { actions: ['elasticloadbalancing:ModifyListener'], resources: ['listener'] },
        {
          actions: [
            'elasticloadbalancing:DescribeTargetGroups',
            'elasticloadbalancing:DescribeListeners',
            'elasticloadbalancing:DescribeRules',
          ],
          resources: ['*'],
          because: 'ELBv2 has no resource level for describing',
        },
      ],
    },
    /** Looks at the jobs before and after deployments, and at what makes several: applications and pipelines. */
    work: {
      handler: 'functions/work.ts',
      memoryMb: 512,
      timeoutSeconds: 30,
      reservedConcurrency: 2,
      triggers: [{ type: 'queue', queue: 'work', batchSize: 5, maxConcurrency: 2 }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_WORK_QUEUE: 'queue:work',
        BERTH_DEAD_LETTER_QUEUE: 'queue:dead-letters',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: ['table'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake', 'queue:work', 'queue:dead-letters'] },
        { actions: ['secretsmanager:GetSecretValue'], resources: ['github-token'] },
        {
          actions: ['ecs:RunTask'],
          resources: ['task-definition'],
          conditions: [{ test: 'ArnEquals', variable: 'ecs:cluster', resources: ['cluster'] }],
        },
        { actions: ['ecs:DescribeTasks', 'ecs:StopTask'], resources: ['task'] },
        {
          actions: ['ecs:ListTasks'],
          resources: ['*'],
          because: 'ECS asks for no resource where tasks of all hosts are listed; the cluster is a condition',
          conditions: [{ test: 'ArnEquals', variable: 'ecs:cluster', resources: ['cluster'] }],
        },
        {
          actions: ['iam:PassRole'],
          resources: ['task-role'],
          conditions: [
            { test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs-tasks.amazonaws.com'] },
          ],
        },
        { actions: ['logs:GetLogEvents'], resources: ['task-logs'] },
      ],
    },
    /** ECS asks before it shifts traffic from one release to the next, and is answered by the deployment's decision. */
    hook: {
      handler: 'functions/hook.ts',
      memoryMb: 512,
      timeoutSeconds: 20,
      // Where it is not let run ECS goes back: nobody else in the account may use up what it needs.
      reservedConcurrency: 10,
      triggers: [{ type: 'ecs-hook' }],
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: ['table'] },
        { actions: ['dynamodb:Query'], resources: ['table/index/list'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake'] },
        { actions: ['ecs:DescribeServices', 'ecs:ListServiceDeployments'], resources: ['service'] },
        { actions: ['ecs:DescribeServiceDeployments'], resources: ['service-deployment'] },
        { actions: ['ecs:DescribeServiceRevisions'], resources: ['service-revision'] },
      ],
    },
    /** Finds what is due, and reads what events may have failed to tell. */
    sweep: {
      handler: 'functions/sweep.ts',
      memoryMb: 512,
      timeoutSeconds: 60,
      // A second sweep beside one that takes long would find the same.
      reservedConcurrency: 1,
      triggers: [{ type: 'schedule', rateMinutes: 1 }],
      deadLetter: 'dead-letters',
      environment: {
        BERTH_TABLE: 'table',
        BERTH_WAKE_QUEUE: 'queue:wake',
        BERTH_WORK_QUEUE: 'queue:work',
        BERTH_ENVIRONMENTS: 'environments',
      },
      permissions: [
        { actions: ['dynamodb:GetItem', 'dynamodb:PutItem'], resources: ['table'] },
        { actions: ['dynamodb:Query'], resources: ['table/index/due', 'table/index/list'] },
        { actions: ['sqs:SendMessage'], resources: ['queue:wake', 'queue:work'] },
        {
          actions: ['ecs:ListTasks'],
          resources: ['*'],
          because: 'ECS asks for no resource where tasks of all hosts are listed; the cluster is a condition',
          conditions: [{ test: 'ArnEquals', variable: 'ecs:cluster', resources: ['cluster'] }],
        },
        { actions: ['ecs:DescribeTasks'], resources: ['task'] },
      ],
    },
  },
} as const satisfies Topology;

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
