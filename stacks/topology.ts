import { ecsEventPattern } from '../core/contract/patterns.ts';
import { tableSchema } from '../core/kernel/table.ts';
import type { Permission, Topology } from './nodes.ts';

export type * from './nodes.ts';

const passesRolesToTasks = {
  actions: ['iam:PassRole'],
  resources: ['task-role'],
  conditions: [
    { test: 'StringEquals', variable: 'iam:PassedToService', values: ['ecs-tasks.amazonaws.com'] },
  ],
} as const satisfies Permission;

const listsTasks = {
  actions: ['ecs:ListTasks'],
  resources: ['*'],
  because: 'ECS asks for no resource where tasks of all hosts are listed; the cluster is a condition',
  conditions: [{ test: 'ArnEquals', variable: 'ecs:cluster', resources: ['cluster'] }],
} as const satisfies Permission;

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
        passesRolesToTasks,
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
        listsTasks,
        passesRolesToTasks,
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
        listsTasks,
        { actions: ['ecs:DescribeTasks'], resources: ['task'] },
      ],
    },
  },
} as const satisfies Topology;
