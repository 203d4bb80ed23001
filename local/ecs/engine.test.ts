import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECS, paginateListTasks, waitUntilServicesStable, waitUntilTasksStopped } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Bench, startBench } from '../loadbalancer/testing.ts';
import { createLogs } from '../logs/logs.ts';
import { createProcessRuntime } from '../runtimes/process/runtime.ts';
import { realClock } from '../support/clock.ts';
import { openJournal } from '../support/journal.ts';
import { createEndpoint } from '../support/server.ts';
import { createEcs, type EcsEngine, type ServiceEvent } from './engine.ts';
import { network } from './testing.ts';

const server = `
  const { HOST, PORT, VERSION } = process.env;
  const server = require('http').createServer((_, response) => response.end(VERSION));
  server.listen(Number(PORT), HOST);
  process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
`;

/** The real client over HTTP, real processes and a real load balancer. */
describe('ECS for the official client', () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-ecs-'));
  const journal = openJournal(join(directory, 'journal'));
  const logs = createLogs({ directory: join(directory, 'logs') });
  const runtime = createProcessRuntime({ directory: join(directory, 'containers'), logs: logs.sink });
  const events: ServiceEvent[] = [];
  const account = '000000000000';
  const region = 'us-east-1';
  let balancer: Bench;
  let engine: EcsEngine;
  let endpoint: ReturnType<typeof createEndpoint>;
  let ecs: ECS;

  beforeAll(async () => {
    balancer = await startBench({ journal });
    engine = createEcs({
      account,
      region,
      clock: realClock,
      journal,
      runtime,
      targetGroups: balancer.host.targets,
      publish: (event) => void events.push(event),
      options: { steadySeconds: 0.2 },
    });
    await engine.start();
    endpoint = createEndpoint({
      services: [engine.service],
      routes: [],
      flush: () => journal.flush(),
      log: () => undefined,
    });
    endpoint.listen(0, '127.0.0.1');
    await once(endpoint, 'listening');
    ecs = new ECS({
      endpoint: `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`,
      region,
      maxAttempts: 1,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    await ecs.createCluster({ clusterName: 'shop' });
  });

  afterAll(async () => {
    await engine.reset();
    await engine.stop();
    ecs.destroy();
    endpoint.closeAllConnections();
    endpoint.close();
    await balancer.close();
    await runtime.close();
    logs.close();
    journal.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const register = (family: string, run: readonly string[], environment: Record<string, string> = {}) =>
    ecs.registerTaskDefinition({
      family,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '.25 vCPU',
      memory: '0.5GB',
      containerDefinitions: [
        {
          name: 'app',
          image: 'shop:1',
          portMappings: [{ containerPort: 8080 }],
          environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
          dockerLabels: { 'berth.run': JSON.stringify(run) },
        },
      ],
    });
  const run = (taskDefinition: string, change = {}) =>
    ecs.runTask({
      cluster: 'shop',
      taskDefinition,
      launchType: 'FARGATE',
      networkConfiguration: network,
      ...change,
    });

  it('runs a task to its end, and its answers parse as the client’s types', async () => {
    const { taskDefinition } = await register('job', [process.execPath, '-e', 'process.exit(7)']);
    expect(taskDefinition).toMatchObject({ cpu: '256', memory: '512', revision: 1, status: 'ACTIVE' });
    expect(taskDefinition?.registeredAt).toBeInstanceOf(Date);
    const { tasks } = await run('job', { startedBy: 'nightly' });
    const arn = tasks![0]!.taskArn!;
    await waitUntilTasksStopped(
      { client: ecs, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 },
      { cluster: 'shop', tasks: [arn] },
    );
    const described = await ecs.describeTasks({ cluster: 'shop', tasks: [arn] });
    expect(described.tasks![0]).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ exitCode: 7 }],
    });
    expect(described.tasks![0]!.stoppedAt).toBeInstanceOf(Date);
  });

  it('pages through a listing with tokens that are bound to their query', async () => {
    await register('sleeper', [process.execPath, '-e', 'setInterval(() => {}, 1000)']);
    const { tasks } = await run('sleeper', { count: 3, startedBy: 'pages' });
    const query = { cluster: 'shop', startedBy: 'pages' };
    const found: string[] = [];
    for await (const page of paginateListTasks({ client: ecs, pageSize: 1 }, { ...query })) {
      expect(page.taskArns).toHaveLength(1);
      found.push(...page.taskArns!);
    }
    expect(found.sort()).toEqual(tasks!.map(({ taskArn }) => taskArn!).sort());
    const { nextToken } = await ecs.listTasks({ ...query, maxResults: 1 });
    await expect(
      ecs.listTasks({ cluster: 'shop', startedBy: 'other', maxResults: 1, nextToken }),
    ).rejects.toThrow(expect.objectContaining({ name: 'InvalidParameterException' }));
    for (const task of found) await ecs.stopTask({ cluster: 'shop', task });
  });

  it('refuses with the client’s own exception classes', async () => {
    await expect(ecs.describeServices({ cluster: 'nowhere', services: ['web'] })).rejects.toThrow(
      expect.objectContaining({ name: 'ClusterNotFoundException' }),
    );
    await expect(ecs.describeGateway({ gateway: 'front' })).rejects.toThrow(
      expect.objectContaining({ name: 'UnsupportedFeatureException' }),
    );
    await expect(run('nothing')).rejects.toThrow(expect.objectContaining({ name: 'ClientException' }));
  });

  it('rolls a service behind the load balancer without a failed request', async () => {
    const { url, targetGroupArn } = await balancer.site('web');
    const first = await register('web', [process.execPath, '-e', server], { VERSION: '1' });
    const completed = async (taskDefinition: string | undefined) => {
      const { services } = await ecs.describeServices(web);
      expect(services![0]!.deployments).toMatchObject([{ rolloutState: 'COMPLETED', taskDefinition }]);
    };
    const soon = { timeout: 15_000, interval: 50 };
    const web = { cluster: 'shop', services: ['web'] };
    await ecs.createService({
      cluster: 'shop',
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration: network,
      healthCheckGracePeriodSeconds: 60,
      loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 8080 }],
    });
    await waitUntilServicesStable({ client: ecs, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.1 }, web);
    await vi.waitFor(() => completed(first.taskDefinition!.taskDefinitionArn), soon);
    const answers: string[] = [];
    let isLoading = true;
    const load = (async () => {
      while (isLoading) answers.push(await ask(url));
    })();
    const second = await register('web', [process.execPath, '-e', server], { VERSION: '2' });
    await ecs.updateService({ cluster: 'shop', service: 'web', taskDefinition: 'web' });
    await vi.waitFor(() => completed(second.taskDefinition!.taskDefinitionArn), soon);
    await vi.waitFor(() => expect(answers.at(-1)).toBe('200 2'));
    isLoading = false;
    await load;
    expect(new Set(answers)).toEqual(new Set(['200 1', '200 2']));
    const { serviceDeployments } = await ecs.listServiceDeployments({ cluster: 'shop', service: 'web' });
    expect(serviceDeployments!.map(({ status }) => status)).toEqual(['SUCCESSFUL', 'SUCCESSFUL']);
  });
});

function ask(url: string): Promise<string> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve(`${response.statusCode} ${body}`));
    }).on('error', (error) => resolve(error.message));
  });
}
