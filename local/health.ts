import type { Composition } from './compose.ts';

export interface HealthDependencies {
  readonly composition: Composition;
  readonly startedMs: number;
  endpoint(): string;
  api(): string;
}

/** What is up and where, once the runtime is chosen: for people, and for whoever starts Local AWS and waits. */
export async function health({ composition, startedMs, endpoint, api }: HealthDependencies): Promise<object> {
  const { runtime, loadBalancer, backbone, ecs, naming, instruments } = composition;
  const { lambda, events, sqs } = backbone;
  const host = lambda.hosts.current();
  return {
    status: 'ok',
    pid: process.pid,
    startedAt: new Date(startedMs).toISOString(),
    endpoint: endpoint(),
    api: api(),
    host: host ? { state: 'up', ...host } : { state: 'down' },
    runtime: (await runtime.load()).name,
    clock: instruments.time.control ? 'virtual' : 'real',
    tasks: await countTasks(ecs.service),
    listeners: loadBalancer.listeners(),
    dns: naming.dnsAddress(),
    queues: Object.fromEntries(sqs.queues.all().map((queue) => [queue.name, sqs.queues.counts(queue)])),
    waiting: { deliveries: events.pending(), invocations: lambda.pending() },
    versions: { node: process.version },
  };
}

/** Pending and running tasks, as ECS counts them. */
async function countTasks(ecs: Composition['ecs']['service']): Promise<{ pending: number; running: number }> {
  const { clusterArns = [] } = (await ecs.call('ListClusters', {}, {})) as {
    readonly clusterArns?: string[];
  };
  const { clusters = [] } = (await ecs.call('DescribeClusters', { clusters: clusterArns }, {})) as {
    readonly clusters?: readonly {
      readonly pendingTasksCount?: number;
      readonly runningTasksCount?: number;
    }[];
  };
  return clusters.reduce<{ pending: number; running: number }>(
    (sum, one) => ({
      pending: sum.pending + (one.pendingTasksCount ?? 0),
      running: sum.running + (one.runningTasksCount ?? 0),
    }),
    { pending: 0, running: 0 },
  );
}
