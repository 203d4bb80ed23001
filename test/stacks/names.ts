import { routes } from '../../core/contract/routes.ts';
import { logical } from '../../stacks/aws/names.ts';
import type { Stage } from '../../stacks/stages.ts';
import type { Topology, Trigger } from '../../stacks/topology.ts';

/** By kind, the names of all that a stack makes of a topology: counted out here, so that nothing comes or goes unseen. */
export function expectedNames(topology: Topology, stage: Stage): Record<string, string[]> {
  const { queues, rules } = topology;
  const functions = Object.keys(topology.functions);
  const http = functionsWith(topology, 'http');
  const serving = [...http, ...functionsWith(topology, 'routes')];
  const scheduled = functionsWith(topology, 'schedule');
  const physical = (name: string) => `berth-${stage.name}-${name}`;
  const logs = functions.map((name) => `/aws/lambda/${physical(name)}`);
  const accessLogs = http.map((name) => `/aws/vendedlogs/apis/${physical(name)}`);
  const mail = new Set(
    Object.values(rules).flatMap(({ target }) => [target.queue, target.deadLetter ?? target.queue]),
  );
  const all: Record<string, readonly string[]> = {
    'apigatewayv2.Api': http.map(physical),
    'apigatewayv2.Integration': serving.map((name) => logical(name, 'http', 'integration')),
    'apigatewayv2.Route': http.flatMap((name) => Object.keys(routes).map((route) => logical(name, route))),
    'apigatewayv2.Stage': http.map((name) => `${logical(name, 'http')}Stage`),
    'cloudwatch.EventRule': Object.keys(rules).map(physical),
    'cloudwatch.EventTarget': Object.keys(rules).map((name) => logical(name, 'target')),
    'cloudwatch.LogGroup': [...logs, ...accessLogs],
    'cloudwatch.MetricAlarm': alarmNames(topology).map(physical),
    'dynamodb.Table': [`${topology.table.name}-${stage.name}`],
    'iam.Role': [...functions, ...scheduled.map((name) => `${name}-schedule`), ...rolesOfEcs(stage)].map(
      physical,
    ),
    'index.RandomBytes': ['LambdaEncryptionKey'],
    'lambda.EventSourceMapping': polled(topology).map(({ name, queue }) => logical(name, 'from', queue)),
    'lambda.Function': functions.map(physical),
    'lambda.FunctionRecursionConfig': ['wake', 'work']
      .filter((name) => functions.includes(name))
      .map((name) => logical(name, 'recursion')),
    'lambda.Permission': serving.map((name) => logical(name, 'http', 'permission')),
    's3.BucketObjectv2': functions.map((name) => `${logical(name)}Code`),
    'scheduler.Schedule': scheduled.map(physical),
    'sqs.Queue': Object.keys(queues).map(physical),
    'sqs.QueuePolicy': [...mail].map((name) => logical(name, 'policy')),
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, names]) => names.length > 0)
      .map(([kind, names]) => [kind, [...names].sort()]),
  );
}

/** Those that are made for ECS to take, since some environment names no other. */
export const rolesOfEcs = ({ environments, name }: Stage): string[] =>
  ['ecs-infrastructure', 'hook-caller'].filter((role) =>
    environments.some((one) =>
      [one.ecsInfrastructureRoleArn, one.hookRoleArn].some((arn) =>
        arn?.endsWith(`:role/berth-${name}-${role}`),
      ),
    ),
  );

/** Without the stage's prefix. */
export function alarmNames(topology: Topology): string[] {
  return [
    ...Object.keys(topology.functions).flatMap((name) => [`${name}-errors`, `${name}-throttles`]),
    ...functionsWith(topology, 'schedule').map((name) => `${name}-silent`),
    ...functionsWith(topology, 'http').map((name) => `${name}-5xx`),
    ...Object.entries(topology.queues).map(
      ([name, { deadLetter }]) => `${name}-${deadLetter === undefined ? 'depth' : 'age'}`,
    ),
  ];
}

export const functionsWith = (topology: Topology, type: Trigger['type']): string[] =>
  Object.entries(topology.functions).flatMap(([name, { triggers }]) =>
    triggers.some((trigger) => trigger.type === type) ? [name] : [],
  );

export const polled = (topology: Topology) =>
  Object.entries(topology.functions).flatMap(([name, { triggers }]) =>
    triggers.flatMap((trigger) => (trigger.type === 'queue' ? [{ name, ...trigger }] : [])),
  );
