import { unversioned } from '../core/contract/route.ts';
import { tableSchema } from '../core/kernel/table.ts';
import type { Topology, Trigger } from '../stacks/topology.ts';
import type { Events } from './events/service.ts';
import type { FunctionSettings, QueueSource } from './lambda/settings.ts';
import { defaultSettings } from './sqs/queue.ts';
import type { Queues } from './sqs/queues.ts';

export interface WiringDependencies {
  readonly topology: Topology;
  readonly queues: Queues;
  readonly events: Events;
  /** Where functions find a queue. */
  queueUrl(name: string): string;
  /** JSON of the environments that Berth may deploy to. */
  readonly environments: string;
  /** What every function gets besides the topology's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Makes the topology's queues and rules, or brings them up to date, as a deployment to AWS would. */
export function wire({ topology, queues, events }: WiringDependencies): void {
  for (const [name, node] of Object.entries(topology.queues)) {
    const redrive =
      node.deadLetter !== undefined && node.maxReceives !== undefined
        ? { deadLetterTargetArn: queues.arnOf(node.deadLetter), maxReceiveCount: node.maxReceives }
        : undefined;
    queues.put(name, { ...defaultSettings, visibilitySeconds: node.visibilitySeconds, redrive });
  }
  for (const [name, node] of Object.entries(topology.rules)) {
    const target = {
      id: node.target.queue,
      arn: queues.arnOf(node.target.queue),
      input: undefined,
      deadLetterArn: node.target.deadLetter && queues.arnOf(node.target.deadLetter),
      maximumRetries: 185,
      maximumAgeSeconds: 86_400,
    };
    const pattern = JSON.stringify(node.pattern);
    events.buses.putRule({
      bus: node.bus,
      name,
      pattern,
      state: 'ENABLED',
      description: undefined,
      targets: [target],
    });
  }
}

/** The topology's functions with its symbols filled in. */
export function functionsOf(deps: WiringDependencies): readonly FunctionSettings[] {
  return Object.entries(deps.topology.functions).map(([name, node]) => {
    const schedule = node.triggers.find((trigger) => trigger.type === 'schedule');
    return {
      name,
      memoryMb: node.memoryMb,
      timeoutSeconds: node.timeoutSeconds,
      environment: { ...deps.environment, ...resolved(node.environment, deps) },
      queues: sourcesOf(node.triggers, deps),
      ...(schedule ? { rateMinutes: schedule.rateMinutes } : {}),
      ...(node.deadLetter ? { deadLetterArn: deps.queues.arnOf(node.deadLetter) } : {}),
    };
  });
}

/** Neither functions nor queues nor rules: an account as AWS hands it out. */
export const emptyTopology: Topology = {
  table: { name: 'table', schema: tableSchema },
  queues: {},
  rules: {},
  functions: {},
};

/** Whether a function asks where it may deploy to, so that there has to be such a place. */
export function asksForEnvironments({ functions }: Topology): boolean {
  return Object.values(functions).some(({ environment }) =>
    Object.values(environment).includes('environments'),
  );
}

/** Which function the HTTP API hands a request to; undefined where the topology has no API. */
export function httpFunctions(topology: Topology): (method: string, path: string) => string | undefined {
  const api = functionWith(topology, 'http');
  const taken = Object.entries(topology.functions).flatMap(([name, { triggers }]) =>
    triggers.flatMap((trigger) =>
      trigger.type === 'routes' && trigger.of === api ? trigger.keys.map((key) => ({ name, key })) : [],
    ),
  );
  const patterns = taken.map(({ name, key }) => ({ name, pattern: patternOf(key) }));
  return (method, path) =>
    patterns.find(({ pattern }) => pattern.test(`${method} ${unversioned(path)}`))?.name ?? api;
}

/** `GET /services/{name}` as API Gateway means it: a parameter is one part of the path, and not empty. */
const patternOf = (routeKey: string) =>
  new RegExp(`^${routeKey.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`);

/** The function that is triggered in this way. */
export function functionWith(topology: Topology, type: Trigger['type']): string | undefined {
  return Object.entries(topology.functions).find(([, node]) =>
    node.triggers.some((trigger) => trigger.type === type),
  )?.[0];
}

function sourcesOf(
  triggers: Topology['functions'][string]['triggers'],
  deps: WiringDependencies,
): QueueSource[] {
  return triggers.flatMap((trigger) => {
    if (trigger.type !== 'queue') return [];
    const { queue, batchSize, maxConcurrency } = trigger;
    return [{ url: deps.queueUrl(queue), arn: deps.queues.arnOf(queue), batchSize, maxConcurrency }];
  });
}

function resolved(
  environment: Readonly<Record<string, string>>,
  deps: WiringDependencies,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([key, symbol]) => [key, symbolValue(symbol, deps)]),
  );
}

function symbolValue(symbol: string, { topology, queueUrl, environments }: WiringDependencies): string {
  if (symbol === 'table') return topology.table.name;
  if (symbol === 'environments') return environments;
  return symbol.startsWith('queue:') ? queueUrl(symbol.slice('queue:'.length)) : symbol;
}
