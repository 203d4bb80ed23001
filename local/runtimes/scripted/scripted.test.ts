import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../support/clock.ts';
import { openJournal } from '../../support/journal.ts';
import { localAws, type TestAws } from '../../vitest.ts';
import type { ContainerLaunch } from '../runtime.ts';
import { type ScriptedContainer, scriptedRuntime } from './runtime.ts';
import { type ScriptRule, Scripts } from './scripts.ts';

const launch = (more: Partial<ContainerLaunch> = {}): ContainerLaunch => ({
  ...{ id: 't1-app', taskArn: 'arn:t1', taskId: 't1', containerName: 'app', image: 'shop:1' },
  ...{ environment: {}, labels: {}, ports: [] },
  ...more,
});

describe('a script', () => {
  const scripts = () => new Scripts(openJournal().table<ScriptRule>('scripts'));

  it('is that of the label, over that the variable, over that the newest rule', () => {
    const book = scripts();
    const label = { 'berth.script': '{"exitAfterSeconds": 1, "exitCode": 3, "stopSeconds": 9}' };
    const container = launch({ labels: label, environment: { BERTH_SCRIPT: '{"exitCode": 4}' } });
    expect(book.of(container)).toEqual({ exitAfterMs: 1000, exitCode: 4, stopMs: 9000 });
    book.put({ image: 'shop:*', script: { exitCode: 5 } });
    book.put({ image: 'other', script: { exitCode: 6 } });
    book.put({ image: '*', container: 'side-car', script: { exitCode: 7 } });
    book.put({ image: 'shop:?', script: { ignoresSigterm: true } });
    expect(book.of(container)).toEqual({ exitAfterMs: 1000, exitCode: 5, stopMs: 'never' });
    book.clear();
    expect(book.of(launch())).toEqual({});
  });

  it('that cannot be read keeps the container from starting', () => {
    for (const text of ['{', '7', '{"explodes": true}', '{"exitCode": 999}'])
      expect(() => scripts().of(launch({ labels: { 'berth.script': text } })), text).toThrow(
        /^CannotCreateContainerError: berth\.script is no script/,
      );
  });
});

describe('the runtime', () => {
  it('takes its containers up again where another one left them', async () => {
    const clock = new VirtualClock(0);
    const rows = openJournal().table<ScriptedContainer>('containers');
    const first = scriptedRuntime(clock, () => ({ exitAfterMs: 100, exitCode: 9 }), rows);
    const running = await first.launch(launch());
    await first.close();
    await clock.advance(50);
    const second = scriptedRuntime(clock, undefined, rows);
    const exits: unknown[] = [];
    second.onExit((id, exit) => exits.push([id, exit, clock.now()]));
    expect(await second.adopt('t1-app')).toEqual(running);
    const other = await second.launch(launch({ id: 't2-app', taskId: 't2' }));
    expect(other.address).not.toBe(running.address);
    await clock.advance(100);
    expect(exits).toEqual([['t1-app', { state: 'exited', exitCode: 9 }, 100]]);
  });

  it('measures what scripts say', async () => {
    const clock = new VirtualClock(0);
    const runtime = scriptedRuntime(clock, () => ({ cpuPercent: 50, memoryMiB: 100 }));
    await runtime.launch(launch());
    await clock.advance(10_000);
    expect(await runtime.stats(['t1-app', 'nobody'])).toEqual(
      new Map([['t1-app', { cpuSeconds: 5, memoryBytes: 104_857_600 }]]),
    );
  });
});

describe('Local AWS with scripted containers', () => {
  let aws: TestAws | undefined;
  let directory: string | undefined;
  const clients: { destroy(): void }[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await aws?.stop();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    aws = directory = undefined;
  });

  const define = (ecs: ECSClient, image: string, more: object = {}) =>
    ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'app', image, portMappings: [{ containerPort: 8080 }], ...more }],
      }),
    );
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a'] } };

  it('has targets that are as healthy as scripts say, and scripts that change what runs', async () => {
    aws = await localAws();
    const ecs = new ECSClient(aws.clientConfig);
    const elb = new ElasticLoadBalancingV2Client(aws.clientConfig);
    clients.push(ecs, elb);
    await ecs.send(new CreateClusterCommand({}));
    const { LoadBalancers } = await elb.send(
      new CreateLoadBalancerCommand({ Name: 'front', Subnets: ['subnet-a'] }),
    );
    const { TargetGroups } = await elb.send(
      new CreateTargetGroupCommand({
        Name: 'web',
        Port: 80,
        Protocol: 'HTTP',
        TargetType: 'ip',
        VpcId: 'vpc-1',
      }),
    );
    const { TargetGroupArn: targetGroupArn } = TargetGroups![0]!;
    await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
        Port: await freePort(),
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn! }],
      }),
    );
    await aws.scripts.add({
      image: 'shop:*',
      script: { startDelaySeconds: 5, targetHealthyAfterSeconds: 20 },
    });
    await define(ecs, 'shop:1');
    await ecs.send(
      new CreateServiceCommand({
        ...{ serviceName: 'web', taskDefinition: 'web', desiredCount: 1, launchType: 'FARGATE' },
        networkConfiguration,
        loadBalancers: [{ targetGroupArn: targetGroupArn!, containerName: 'app', containerPort: 8080 }],
      }),
    );
    const health = async () =>
      (
        await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn! }))
      ).TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth!.State);
    const rollout = async () =>
      (await ecs.send(new DescribeServicesCommand({ services: ['web'] }))).services![0]!.deployments![0]!
        .rolloutState;
    await aws.clock.advance(20);
    expect([await health(), await rollout()]).toEqual([['initial'], 'IN_PROGRESS']);
    await aws.clock.advance(10);
    expect([await health(), await rollout()]).toEqual([['healthy'], 'COMPLETED']);
    await aws.scripts.add({ image: 'shop:1', script: { targetUnhealthyAfterSeconds: 0 } });
    await aws.clock.advance(120);
    expect(
      (await aws.events({ detailType: 'ECS Task State Change' })).map(({ event }) => event.detail),
    ).toContainEqual(
      expect.objectContaining({ stoppedReason: expect.stringMatching(/failed ELB health checks/) }),
    );
  });

  it('adopts what ran and goes on with its time when it is started again', async () => {
    directory = await mkdtemp(join(tmpdir(), 'scripted-'));
    const options = { dataDirectory: directory };
    const { startLocalAws, defaultOptions } = await import('../../main.ts');
    const start = () =>
      startLocalAws({
        ...defaultOptions,
        ...options,
        port: 0,
        apiPort: 0,
        runtime: 'scripted',
        clock: 'virtual',
        log() {},
      });
    const first = await start();
    const clientOf = (endpoint: string) => {
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      const client = new ECSClient({ endpoint, region: 'us-east-1', credentials });
      clients.push(client);
      return client;
    };
    const advance = (endpoint: string, advanceSeconds: number) =>
      fetch(`${endpoint}/_local/clock`, { method: 'POST', body: JSON.stringify({ advanceSeconds }) });
    const before = clientOf(first.endpoint);
    await before.send(new CreateClusterCommand({}));
    await define(before, 'job:1', {
      dockerLabels: { 'berth.script': '{"exitAfterSeconds": 100, "exitCode": 3}' },
    });
    const { tasks } = await before.send(
      new RunTaskCommand({ taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration }),
    );
    await advance(first.endpoint, 60);
    await first.stop({ stopTasks: false });

    const second = await start();
    try {
      const after = clientOf(second.endpoint);
      const look = async () =>
        (await after.send(new DescribeTasksCommand({ tasks: [tasks![0]!.taskArn!] }))).tasks![0]!;
      expect(await look()).toMatchObject({ lastStatus: 'RUNNING' });
      await advance(second.endpoint, 39);
      expect(await look()).toMatchObject({ lastStatus: 'RUNNING' });
      await advance(second.endpoint, 2);
      expect(await look()).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 3 }] });
    } finally {
      await second.stop({ stopTasks: true });
    }
  });
});

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
