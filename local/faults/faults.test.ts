import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localAws, type TestAws } from '../vitest.ts';

let aws: TestAws;
let ecs: ECSClient;
let sqs: SQSClient;
let events: EventBridgeClient;
let QueueUrl: string;
let definition: string;

beforeAll(async () => {
  aws = await localAws();
  ecs = new ECSClient({ ...aws.clientConfig, maxAttempts: 1 });
  sqs = new SQSClient(aws.clientConfig);
  events = new EventBridgeClient(aws.clientConfig);
});
afterAll(async () => {
  for (const client of [ecs, sqs, events]) client.destroy();
  await aws.stop();
});

beforeEach(async () => {
  await aws.reset();
  await ecs.send(new CreateClusterCommand({ capacityProviders: ['FARGATE', 'FARGATE_SPOT'] }));
  const queue = await sqs.send(new CreateQueueCommand({ QueueName: 'told' }));
  QueueUrl = queue.QueueUrl!;
  const EventPattern = JSON.stringify({ source: ['aws.ecs'] });
  await events.send(new PutRuleCommand({ Name: 'all', EventPattern }));
  const Targets = [{ Id: 'told', Arn: 'arn:aws:sqs:us-east-1:000000000000:told' }];
  await events.send(new PutTargetsCommand({ Rule: 'all', Targets }));
  await aws.scripts.add({ image: '*', script: { startDelaySeconds: 2, stopSeconds: 5 } });
  const registered = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'job',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'job:1' }],
    }),
  );
  definition = registered.taskDefinition!.taskDefinitionArn!;
});

const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a'] } };
const spot = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];

async function run(more: object = { launchType: 'FARGATE' }): Promise<string> {
  const { tasks } = await ecs.send(
    new RunTaskCommand({ taskDefinition: definition, networkConfiguration, ...more }),
  );
  return tasks![0]!.taskArn!;
}

interface Told {
  readonly id: string;
  readonly detail: { readonly taskArn?: string; readonly version?: number; readonly eventName?: string };
}

/** What the queue has been told, in the order in which it was. */
async function told(): Promise<Told[]> {
  const all: Told[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return all;
    for (const { Body, ReceiptHandle } of Messages) {
      all.push(JSON.parse(Body!) as Told);
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

const versions = (all: readonly Told[]) => all.flatMap(({ detail }) => detail.version ?? []);

describe('events', () => {
  it('are lost as often as was asked for, and ECS knows better', async () => {
    const { id } = await aws.faults.add({
      kind: 'event-lost',
      count: 2,
      detailType: 'ECS Task State Change',
    });
    const task = await run();
    await aws.clock.advance(10);
    expect(versions(await told())[0]).toBe(3);
    expect(await aws.faults.list()).toMatchObject([{ id, strikes: 2, state: 'over' }]);
    const log = await aws.events({ resource: task });
    expect(log.map(({ faults, deliveries }) => [faults.length, deliveries.length]).slice(0, 3)).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  it('come twice with one id, late, and out of order', async () => {
    await aws.faults.add({ kind: 'event-duplicated', count: 1 });
    await run();
    const [first, second] = await told();
    expect(second).toEqual(first);
    await aws.faults.remove();

    await aws.faults.add({ kind: 'event-delayed', forSeconds: 60, delaySeconds: 120 });
    await run();
    await aws.clock.advance(100);
    expect(versions(await told())).toEqual([]);
    await aws.clock.advance(30);
    expect(versions(await told()).length).toBeGreaterThan(3);

    await aws.faults.add({ kind: 'event-shuffled', forSeconds: 60, withinSeconds: 60, seed: 7 });
    await run();
    await aws.clock.advance(120);
    const order = versions(await told());
    expect(order).not.toEqual([...order].sort((one, other) => one - other));
    expect([...order].sort((one, other) => one - other)).toEqual(order.map((_, index) => index + 1));
  });
});

describe('calls', () => {
  it.each([
    ['ThrottlingException', 'Rate exceeded'],
    ['InvalidParameterException', 'Rate exceeded (ErrorCode: Throttling)'],
    ['ClientException', 'Too many concurrent attempts'],
  ] as const)('are throttled as %s', async (as, message) => {
    await aws.faults.add({ kind: 'throttled', count: 1, as, action: 'RunTask' });
    await expect(run()).rejects.toMatchObject({ name: as, message: expect.stringContaining(message) });
    expect((await ecs.send(new ListTasksCommand({}))).taskArns).toEqual([]);
    await run();
  });

  it('are throttled by the token buckets of ECS while that lasts', async () => {
    await aws.faults.add({ kind: 'rate-limited', forSeconds: 3600 });
    const describeAll = (times: number) =>
      Promise.allSettled(Array.from({ length: times }, () => ecs.send(new DescribeClustersCommand({}))));
    const passed = async (times: number) =>
      (await describeAll(times)).filter(({ status }) => status === 'fulfilled').length;
    expect(await passed(60)).toBe(50);
    await aws.clock.advance(1);
    expect(await passed(60)).toBe(20);
    expect((await aws.faults.list())[0]).toMatchObject({ strikes: 50 });
    await aws.faults.remove();
    expect(await passed(60)).toBe(60);
    await aws.faults.add({ kind: 'rate-limited', forSeconds: 3600 });
    expect(await passed(60)).toBe(50);
  });

  it('lose their answers after the effect', async () => {
    await aws.faults.add({ kind: 'answer-lost', count: 1, action: 'RunTask' });
    await expect(run()).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect((await ecs.send(new ListTasksCommand({}))).taskArns).toHaveLength(1);
    const outcomes = (await aws.calls({ action: 'RunTask' })).map(({ outcome, faults }) => [
      outcome.state,
      faults,
    ]);
    expect(outcomes).toEqual([['answer-lost', ['answer-lost']]]);
  });

  it('fail with 5xx before the effect and after it', async () => {
    const count = async () => (await ecs.send(new ListTasksCommand({}))).taskArns!.length;
    await aws.faults.add({ kind: 'server-error', count: 1, when: 'before', action: 'RunTask' });
    await expect(run()).rejects.toMatchObject({
      name: 'ServerException',
      $metadata: { httpStatusCode: 500 },
    });
    expect(await count()).toBe(0);
    await aws.faults.add({ kind: 'server-error', count: 1, when: 'after', status: 503, action: 'RunTask' });
    await expect(run()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(await count()).toBe(1);
  });

  it('are slow by the time of the machine', async () => {
    await aws.faults.add({ kind: 'slow', count: 1, delayMs: 200, action: 'ListTasks' });
    await ecs.send(new ListTasksCommand({}));
    const [call] = await aws.calls({ action: 'ListTasks' });
    expect(call!.durationMs).toBeGreaterThanOrEqual(195);
  });

  it('read what was, and miss what is new, while reads lag', async () => {
    const old = await run();
    await aws.clock.advance(10);
    await aws.faults.add({ kind: 'reads-lag', forSeconds: 3600, lagSeconds: 60 });
    const young = await run();
    const look = async (arn: string) => ecs.send(new DescribeTasksCommand({ tasks: [arn] }));
    expect(await look(young)).toMatchObject({ tasks: [], failures: [{ arn: young, reason: 'MISSING' }] });
    expect((await ecs.send(new ListTasksCommand({}))).taskArns).toEqual([old]);
    expect((await look(old)).tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
    await aws.clock.advance(61);
    expect((await look(young)).tasks).toMatchObject([
      { lastStatus: expect.stringMatching(/PENDING|PROVISIONING/) },
    ]);
    await aws.clock.advance(10);
    expect((await look(young)).tasks).toMatchObject([{ lastStatus: 'RUNNING' }]);
  });
});

describe('what AWS takes away', () => {
  const lifeOf = async (task: string) =>
    (await aws.timeline(task)).versions.map(({ lastStatus, desiredStatus, cause }) => ({
      lastStatus,
      desiredStatus,
      cause,
    }));
  const service = async () =>
    (await ecs.send(new DescribeServicesCommand({ services: ['web'] }))).services![0]!;
  const serve = (more: object) =>
    ecs.send(
      new CreateServiceCommand({
        ...{ serviceName: 'web', taskDefinition: definition, desiredCount: 2, networkConfiguration },
        ...more,
      }),
    );

  it('is Spot capacity, with a notice two minutes before', async () => {
    await aws.scripts.add({ image: '*', script: { ignoresSigterm: true } });
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'job',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [{ name: 'app', image: 'job:1', stopTimeout: 120 }],
      }),
    );
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: definition }));
    definition = 'job';
    const task = await run({ capacityProviderStrategy: spot });
    const kept = await run();
    await aws.clock.advance(10);
    const { nowMs } = await aws.clock.state();
    await aws.faults.add({ kind: 'spot-reclaimed', count: 5 });
    await aws.clock.advance(200);
    const notice = (await lifeOf(task)).find(({ desiredStatus }) => desiredStatus === 'STOPPED');
    expect(notice).toMatchObject({
      lastStatus: 'RUNNING',
      cause: expect.stringContaining('TerminationNotice'),
    });
    const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: [task, kept] }));
    expect(tasks).toMatchObject([
      {
        lastStatus: 'STOPPED',
        stopCode: 'SpotInterruption',
        stoppedReason: 'Your Spot Task was interrupted.',
        containers: [{ exitCode: 137 }],
      },
      { lastStatus: 'RUNNING' },
    ]);
    expect(tasks![0]!.executionStoppedAt!.getTime()).toBe(nowMs + 120_000);
  });

  it('is Spot capacity for a service, which finds no other as long as there is none', async () => {
    await ecs.send(
      new PutClusterCapacityProvidersCommand({
        ...{ cluster: 'default', capacityProviders: ['FARGATE', 'FARGATE_SPOT'] },
        defaultCapacityProviderStrategy: [],
      }),
    );
    await serve({ capacityProviderStrategy: spot });
    await aws.waitFor(async () => (await service()).runningCount === 2);
    await told();
    await aws.faults.add({ kind: 'spot-reclaimed', forSeconds: 3600 });
    await aws.clock.advance(180);
    expect((await service()).runningCount).toBe(0);
    const failures = (await told()).filter(
      ({ detail }) => detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE',
    );
    expect(failures[0]).toMatchObject({ detail: { reason: 'RESOURCE:FARGATE' } });
    await aws.clock.advance(3600);
    await aws.waitFor(async () => (await service()).runningCount === 2, 3600);
  });

  it('is a zone, with all that runs in it, until it is back', async () => {
    const subnets = ['subnet-a', 'subnet-b'];
    await serve({ launchType: 'FARGATE', networkConfiguration: { awsvpcConfiguration: { subnets } } });
    await aws.waitFor(async () => (await service()).runningCount === 2);
    const zones = async () => {
      const { taskArns } = await ecs.send(new ListTasksCommand({ serviceName: 'web' }));
      const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }));
      return tasks.map(({ availabilityZone }) => availabilityZone).sort();
    };
    expect(await zones()).toEqual(['us-east-1a', 'us-east-1b']);
    await aws.faults.add({ kind: 'zone-lost', zone: 'us-east-1a', forSeconds: 600 });
    await aws.waitFor(async () => (await zones()).join() === 'us-east-1b,us-east-1b');
    const { taskArns } = await ecs.send(new ListTasksCommand({ desiredStatus: 'STOPPED' }));
    const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns }));
    expect(tasks).toMatchObject([{ stopCode: 'InfrastructureHealth', containers: [{ exitCode: 137 }] }]);
  });
});

describe('a container instance', () => {
  it('is lost with the tasks that were placed on it', async () => {
    const { containerInstance } = await ecs.send(
      new RegisterContainerInstanceCommand({
        totalResources: [
          { name: 'CPU', type: 'INTEGER', integerValue: 2048 },
          { name: 'MEMORY', type: 'INTEGER', integerValue: 4096 },
        ],
      }),
    );
    const instance = containerInstance!.containerInstanceArn!;
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'plain',
        containerDefinitions: [{ name: 'app', image: 'job:1', memory: 128 }],
      }),
    );
    const { tasks } = await ecs.send(new RunTaskCommand({ taskDefinition: 'plain', launchType: 'EC2' }));
    await aws.clock.advance(10);
    await aws.faults.add({ kind: 'instance-lost', count: 1, instance });
    await aws.clock.advance(60);
    const described = await ecs.send(new DescribeTasksCommand({ tasks: [tasks![0]!.taskArn!] }));
    expect(described.tasks).toMatchObject([
      { lastStatus: 'STOPPED', stoppedReason: expect.stringMatching(/^Host EC2 .*terminated\.$/) },
    ]);
    const { containerInstanceArns } = await ecs.send(new ListContainerInstancesCommand({}));
    expect(containerInstanceArns).toEqual([]);
  });
});

describe('/_local/faults', () => {
  const ask = (method: string, path = '', body?: unknown) =>
    fetch(`${aws.endpoint}/_local/faults${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('ends one or all, and says what is wrong', async () => {
    const { id } = await aws.faults.add({ kind: 'event-lost', count: 1 });
    await aws.faults.add({ kind: 'slow', count: 1, delayMs: 1 });
    await aws.faults.remove(id);
    expect(await aws.faults.list()).toMatchObject([{ fault: { kind: 'slow' } }]);
    expect((await ask('DELETE', '/nobody')).status).toBe(404);
    expect((await ask('GET', '/nobody')).status).toBe(404);
    await aws.faults.remove();
    expect(await aws.faults.list()).toEqual([]);
    for (const wrong of [{}, { kind: 'event-lost' }, { kind: 'slow', count: 1 }, 'x', null]) {
      const answer = await ask('POST', '', wrong);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ __type: 'ValidationException' });
    }
    const nowhere = await ask('POST', '', { kind: 'instance-lost', count: 1, instance: 'i-0' });
    expect(nowhere.status).toBe(400);
    expect(await aws.faults.list()).toEqual([]);
  });
});
