import type { Environment } from '../core/contract/environment.ts';
import type { FunctionNode, Permission, Topology } from './topology.ts';

/** An IAM statement that allows; `Arn` is a string on one machine and whatever stands for one in a stack. */
export interface Statement<Arn> {
  readonly actions: readonly string[];
  readonly resources: readonly Arn[];
  readonly conditions: readonly StatementCondition<Arn>[];
  /** Why the resource is `*`. */
  readonly because?: string;
}

export interface StatementCondition<Arn> {
  /** For example `StringEquals`. */
  readonly test: string;
  /** For example `iam:PassedToService`. */
  readonly variable: string;
  readonly values: readonly (Arn | string)[];
}

/** Fills in a symbolic resource of the topology; empty where there is nothing of the kind. */
export type Resolve<Arn> = (symbol: string) => readonly Arn[];

/** What a function may do beyond what its triggers need. Throws for a function that is not there. */
export function statementsOf<Arn>(
  topology: Topology,
  functionName: string,
  resolve: Resolve<Arn>,
): readonly Statement<Arn>[] {
  return functionOf(topology, functionName).permissions.flatMap((one) => statementOf(one, resolve));
}

/**
 * What Lambda itself needs of a function's role: to poll the queues that feed it, and to put what failed for good
 * into its dead-letter queue.
 */
export function triggerStatementsOf<Arn>(
  topology: Topology,
  functionName: string,
  resolve: Resolve<Arn>,
): readonly Statement<Arn>[] {
  const { triggers, deadLetter } = functionOf(topology, functionName);
  const polled = triggers.flatMap((trigger) =>
    trigger.type === 'queue' ? resolve(`queue:${trigger.queue}`) : [],
  );
  const deadLetters = deadLetter === undefined ? [] : resolve(`queue:${deadLetter}`);
  return [
    { actions: pollActions, resources: polled, conditions: [] },
    { actions: ['sqs:SendMessage'], resources: deadLetters, conditions: [] },
  ].filter(({ resources }) => resources.length > 0);
}

function functionOf(topology: Topology, name: string): FunctionNode {
  const node = topology.functions[name];
  if (!node) throw new Error(`the topology has no function ${name}`);
  return node;
}

const pollActions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** None where there is nothing to allow it for: IAM takes no statement without a resource. */
function statementOf<Arn>(
  { actions, resources, conditions = [], because }: Permission,
  resolve: Resolve<Arn>,
): readonly Statement<Arn>[] {
  const statement = {
    actions,
    resources: resources.flatMap(resolve),
    conditions: conditions.map((condition) => ({
      test: condition.test,
      variable: condition.variable,
      values: 'resources' in condition ? condition.resources.flatMap(resolve) : condition.values,
    })),
    ...(because !== undefined && { because }),
  };
  const isEmpty = statement.resources.length === 0 || statement.conditions.some(hasNoValue);
  return isEmpty ? [] : [statement];
}

const hasNoValue = ({ values }: { readonly values: readonly unknown[] }) => values.length === 0;

export interface Where {
  /** `aws` by default. */
  readonly partition?: string;
  readonly environments: readonly Place[];
}

/** What is used here of an environment. */
export type Place = Pick<Environment, 'name' | 'cluster' | 'region' | 'account' | 'logGroupPrefix'> & {
  readonly [key in
    | 'loadBalancerArn'
    | 'executionRoleArn'
    | 'taskRoleArn'
    | 'ecsInfrastructureRoleArn'
    | 'hookRoleArn']?: string | undefined;
} & {
  readonly github?:
    | { readonly webhookSecretArn: string; readonly tokenSecretArn?: string | undefined }
    | undefined;
};

/**
 * The ARN patterns of what the stack does not make, in all environments together: `*`, `cluster`, `service`,
 * `service-sibling`, `service-deployment`, `service-revision`, `task`, `task-definition`, `task-role`, `ecs-role`,
 * `task-logs`, `target-group`, `listener`, `secret`, `load-balancer`, `github-webhook-secret`, `github-token`. Throws for an unknown symbol.
 */
export function outsideArns(symbol: string, { partition = 'aws', environments }: Where): readonly string[] {
  if (symbol === '*') return ['*'];
  const arns = outside[symbol];
  if (!arns) throw new Error(`nothing in the topology's surroundings is called ${symbol}`);
  return [...new Set(environments.flatMap((place) => arns(place, partition)))];
}

type Arns = (place: Place, partition: string) => readonly string[];

const outside: Readonly<Record<string, Arns>> = {
  cluster: ecs(({ cluster }) => `cluster/${cluster}`),
  service: ecs(({ cluster }) => `service/${cluster}/*`),
  'service-sibling': (place, partition) =>
    siblingRoles.flatMap((role) => ecs(({ cluster }) => `service/${cluster}/*--${role}`)(place, partition)),
  'service-deployment': ecs(({ cluster }) => `service-deployment/${cluster}/*`),
  'service-revision': ecs(({ cluster }) => `service-revision/${cluster}/*`),
  task: ecs(({ cluster }) => `task/${cluster}/*`),
  'task-definition': ecs(({ name }) => `task-definition/berth-${name}-*:*`),
  'task-role': ({ executionRoleArn, taskRoleArn }) => defined(executionRoleArn, taskRoleArn),
  'ecs-role': ({ ecsInfrastructureRoleArn, hookRoleArn }) => defined(ecsInfrastructureRoleArn, hookRoleArn),
  'task-logs': ({ region, account, logGroupPrefix, name }, partition) => [
    `arn:${partition}:logs:${region}:${account}:log-group:${logGroupPrefix}/${name}/*`,
  ],
  'target-group': ({ region, account, name }, partition) => [
    `arn:${partition}:elasticloadbalancing:${region}:${account}:targetgroup/${targetGroupPrefix(name)}*/*`,
  ],
  secret: ({ region, account }, partition) => [
    `arn:${partition}:secretsmanager:${region}:${account}:secret:*`,
  ],
  'load-balancer': ({ loadBalancerArn }) => defined(loadBalancerArn),
  listener: ({ loadBalancerArn }) =>
    defined(loadBalancerArn && `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/*`),
  'github-webhook-secret': ({ github }) => defined(github?.webhookSecretArn),
  'github-token': ({ github }) => defined(github?.tokenSecretArn),
};

/** As core/services/model.ts has them. */
const siblingRoles = ['canary', 'baseline'] as const;

function ecs(resource: (place: Place) => string): Arns {
  return (place, partition) => [`arn:${partition}:ecs:${place.region}:${place.account}:${resource(place)}`];
}

const defined = (...arns: readonly (string | undefined)[]) => arns.filter((arn) => arn !== undefined);

/** A target group's name has at most 32 characters, the last nine of a longer one its hash; the rest may be cut. */
function targetGroupPrefix(environment: string): string {
  const prefix = `${environment}-`;
  return prefix.length <= 23 ? prefix : prefix.slice(0, 23).replace(/-+$/, '');
}
