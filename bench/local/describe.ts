import { fileURLToPath } from 'node:url';
import { until } from '../../test/support/until.ts';
import { type Child, openChild } from '../child.ts';
import { median, rounded } from '../statistics.ts';
import type { DescribeOrder, DescribeReport } from './describe-process.ts';
import type { EcsCaller } from './ecs-caller.ts';
import { type LocalProcess, withLocal } from './local-process.ts';

export interface DescribeFigures {
  readonly describeTasksPerSecond: number;
  /** The same load on a bare server of Node's that answers the same bytes. */
  readonly bareHttpPerSecond: number;
  readonly describeTasksToBareHttp: number;
  readonly describeTasksP50Ms: number;
  readonly describeTasksP99Ms: number;
  readonly describeTenTasksPerSecond: number;
  readonly describeTenTasksP50Ms: number;
  readonly registerTaskDefinitionP50Ms: number;
}

const tasks = 1000;
const rounds = 3;
const roundMs = 1500;
/** As many as keep the server busy; latency is asked by one alone. */
const connections = 16;
const registrations = 200;
const program = fileURLToPath(new URL('./describe-process.ts', import.meta.url));
const bareProgram = fileURLToPath(new URL('./bare-process.ts', import.meta.url));

/** DescribeTasks among a thousand tasks that run: how many at most, and how soon one that is alone. */
export async function describeFigures(log: (line: string) => void): Promise<DescribeFigures> {
  return withLocal('scripted', async (local) => {
    log(`starting ${tasks} tasks`);
    const arns = await runningTasks(local.ecs);
    const generator = openChild<DescribeOrder, DescribeReport>(program);
    const bare = openChild<string, string>(bareProgram);
    try {
      log('describing them, one and ten at once');
      // What is not compiled yet is not what is measured.
      for (const size of [1, 10]) await load(generator, local, arns, size, connections);
      const answer = await local.ecs.call('DescribeTasks', { tasks: arns.slice(0, 1) });
      const bareServer = { endpoint: await bare.ask(JSON.stringify(answer)) };
      await load(generator, bareServer, arns, 1, connections);
      const one: DescribeReport[] = [];
      const bareOne: DescribeReport[] = [];
      const ten: DescribeReport[] = [];
      const alone: DescribeReport[] = [];
      const tenAlone: DescribeReport[] = [];
      for (let round = 0; round < rounds; round++) {
        one.push(await load(generator, local, arns, 1, connections));
        bareOne.push(await load(generator, bareServer, arns, 1, connections));
        ten.push(await load(generator, local, arns, 10, connections));
        alone.push(await load(generator, local, arns, 1, 1));
        tenAlone.push(await load(generator, local, arns, 10, 1));
      }
      const middle = (reports: readonly DescribeReport[], of: (report: DescribeReport) => number) =>
        rounded(median(reports.map(of)));
      const perSecond = middle(one, (report) => report.perSecond);
      const barePerSecond = middle(bareOne, (report) => report.perSecond);
      return {
        describeTasksPerSecond: perSecond,
        bareHttpPerSecond: barePerSecond,
        describeTasksToBareHttp: rounded(perSecond / barePerSecond),
        describeTasksP50Ms: middle(alone, ({ p50Ms }) => p50Ms),
        describeTasksP99Ms: middle(alone, ({ p99Ms }) => p99Ms),
        describeTenTasksPerSecond: middle(ten, (report) => report.perSecond),
        describeTenTasksP50Ms: middle(tenAlone, ({ p50Ms }) => p50Ms),
        registerTaskDefinitionP50Ms: await registerP50Ms(local.ecs),
      };
    } finally {
      generator.close();
      bare.close();
    }
  });
}

const load = (
  generator: Child<DescribeOrder, DescribeReport>,
  { endpoint }: Pick<LocalProcess, 'endpoint'>,
  arns: readonly string[],
  tasksPerCall: number,
  connectionCount: number,
) => generator.ask({ endpoint, arns, tasksPerCall, connections: connectionCount, durationMs: roundMs });

const network = { awsvpcConfiguration: { subnets: ['subnet-local'] } };

/** As a service of a web shop has it: a port, an environment, logs, a health check, a side-car. */
const definition = (family: string) => ({
  family,
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  containerDefinitions: [
    {
      name: 'web',
      image: 'shop/web:1.4.2',
      command: ['node', 'server.mjs'],
      portMappings: [{ containerPort: 8080 }],
      environment: [
        { name: 'NODE_ENV', value: 'production' },
        { name: 'LOG_LEVEL', value: 'info' },
      ],
      healthCheck: { command: ['CMD-SHELL', 'curl -f http://localhost:8080/health'], interval: 30 },
    },
    { name: 'metrics', image: 'shop/metrics:2.0.0', essential: false },
  ],
});

/** ARNs of a thousand tasks, all RUNNING. */
async function runningTasks(ecs: EcsCaller): Promise<readonly string[]> {
  await ecs.call('CreateCluster', {});
  await ecs.call('RegisterTaskDefinition', definition('web'));
  const arns: string[] = [];
  while (arns.length < tasks) {
    const input = { taskDefinition: 'web', count: 10, launchType: 'FARGATE', networkConfiguration: network };
    const { tasks: begun } = await ecs.call<{ tasks: { taskArn: string }[] }>('RunTask', input);
    arns.push(...begun.map(({ taskArn }) => taskArn));
  }
  await until(`${tasks} tasks to run`, async () => {
    const { clusters } = await ecs.call<{ clusters: { runningTasksCount: number }[] }>(
      'DescribeClusters',
      {},
    );
    return clusters[0]?.runningTasksCount === tasks;
  });
  return arns;
}

/** One after the other, each a new revision; each is on disk when it is answered. */
async function registerP50Ms(ecs: EcsCaller): Promise<number> {
  const durations: number[] = [];
  for (let done = 0; done < registrations; done++) {
    const startedAt = performance.now();
    await ecs.call('RegisterTaskDefinition', definition('registered'));
    durations.push(performance.now() - startedAt);
  }
  return rounded(median(durations));
}
