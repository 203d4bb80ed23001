import {
  CreateClusterCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localAws, type TestAws } from '../vitest.ts';
import { createRing } from './ring.ts';
import { summaryOf } from './summary.ts';

let aws: TestAws;
let ecs: ECSClient;
let sqs: SQSClient;
let events: EventBridgeClient;

beforeAll(async () => {
  aws = await localAws();
  const accessKeyId = 'a-person';
  ecs = new ECSClient({
    ...aws.clientConfig,
    credentials: { accessKeyId, secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  sqs = new SQSClient(aws.clientConfig);
  events = new EventBridgeClient(aws.clientConfig);
});
afterAll(async () => {
  for (const client of [ecs, sqs, events]) client.destroy();
  await aws.stop();
});

async function run(): Promise<string> {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'job',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        { name: 'app', image: 'job:1', environment: [{ name: 'A', value: 'x'.repeat(500) }] },
      ],
    }),
  );
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a'] } };
  const { tasks } = await ecs.send(
    new RunTaskCommand({ taskDefinition: 'job', launchType: 'FARGATE', networkConfiguration }),
  );
  return tasks![0]!.taskArn!;
}

describe('what was called', () => {
  beforeEach(async () => {
    await aws.reset();
    await ecs.send(new CreateClusterCommand({}));
  });

  it('is told with who, when, what, and what came of it', async () => {
    await run();
    await expect(ecs.send(new StopTaskCommand({ task: 'nobody' }))).rejects.toThrow();
    const { nowMs } = await aws.clock.state();
    const calls = await aws.calls({ service: 'ecs' });
    expect(calls.map(({ action }) => action)).toEqual([
      'CreateCluster',
      'RegisterTaskDefinition',
      'RunTask',
      'StopTask',
    ]);
    expect(calls[2]).toMatchObject({
      atMs: nowMs,
      accessKeyId: 'a-person',
      input: { taskDefinition: 'job', launchType: 'FARGATE' },
      outcome: { state: 'succeeded' },
      durationMs: expect.any(Number),
    });
    expect(calls[3]!.outcome).toMatchObject({ state: 'refused', code: 'InvalidParameterException' });
    expect(JSON.stringify(calls[1]!.input).length).toBeLessThan(1000);
    expect(await aws.calls({ action: 'RunTask', limit: 1 })).toEqual([calls[2]]);
    expect(await aws.calls({ accessKeyId: 'somebody else' })).toEqual([]);
    await aws.clock.advance(5);
    expect(await aws.calls({ sinceMs: nowMs + 1 })).toEqual([]);
  });

  it('refuses filters that say nothing', async () => {
    for (const query of ['sinceMs=yesterday', 'limit=0', 'limit=x'])
      expect((await fetch(`${aws.endpoint}/_local/calls?${query}`)).status).toBe(400);
  });
});

describe('what was told', () => {
  beforeEach(async () => {
    await aws.reset();
    await ecs.send(new CreateClusterCommand({}));
  });

  async function rule(name: string, pattern: object): Promise<string> {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) }));
    const Targets = [{ Id: name, Arn: `arn:aws:sqs:us-east-1:000000000000:${name}` }];
    await events.send(new PutTargetsCommand({ Rule: name, Targets }));
    return QueueUrl!;
  }

  it('is a log of events, each with its deliveries', async () => {
    await rule('tasks', { source: ['aws.ecs'] });
    const gone = await rule('gone', { source: ['mine'] });
    await sqs.send(new DeleteQueueCommand({ QueueUrl: gone }));
    const task = await run();
    await events.send(
      new PutEventsCommand({ Entries: [{ Source: 'mine', DetailType: 'Mine', Detail: '{"n":1}' }] }),
    );
    const log = await aws.events({ resource: task });
    expect(log[0]).toMatchObject({
      event: { 'detail-type': 'ECS Task State Change', detail: { version: 1 } },
      deliveries: [{ outcome: 'delivered', targetArn: expect.stringMatching(/:tasks$/) }],
    });
    expect(await aws.events({ source: 'mine' })).toMatchObject([
      { event: { detail: { n: 1 } }, deliveries: [{ outcome: expect.stringMatching(/retrying|dropped/) }] },
    ]);
    expect(await aws.events({ detailType: 'Mine', limit: 1 })).toHaveLength(1);
  });

  it('makes a timeline of each task: versions without gaps, with their causes', async () => {
    await aws.scripts.add({ image: 'job:*', script: { startDelaySeconds: 3, stopSeconds: 4 } });
    const task = await run();
    await aws.clock.advance(10);
    await ecs.send(new StopTaskCommand({ task, reason: 'enough' }));
    await aws.clock.advance(10);
    const { versions, complete, taskArn } = await aws.timeline(task);
    expect({ complete, taskArn }).toEqual({ complete: true, taskArn: task });
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
    expect(versions[0]).toMatchObject({ lastStatus: 'PROVISIONING', cause: 'started as one of family:job' });
    const causes = versions.map(({ cause }) => cause);
    expect(causes).toContain('container app RUNNING');
    expect(causes).toContain('ACTIVATING → RUNNING');
    expect(causes).toContain('UserInitiated: enough');
    expect(causes).toContain('container app STOPPED with exit code 143');
    expect(versions.at(-1)).toMatchObject({ lastStatus: 'STOPPED' });
    expect(versions.at(-1)!.atMs - versions[0]!.atMs).toBe(14_000);
    await expect(aws.timeline('0'.repeat(32))).rejects.toThrow('404');
  });
});

describe('what is kept', () => {
  it('is the newest of many', () => {
    const forgotten: number[] = [];
    const ring = createRing<number>(3, (item) => forgotten.push(item));
    for (let item = 1; item <= 5; item += 1) ring.add(item);
    expect(ring.find(() => true)).toEqual([3, 4, 5]);
    expect(ring.find((item) => item !== 4, 1)).toEqual([5]);
    expect([ring.lost(), forgotten]).toEqual([2, [1, 2]]);
    ring.clear();
    expect([ring.find(() => true), ring.lost()]).toEqual([[], undefined]);
  });

  it('is cut to a glance', () => {
    const summary = summaryOf({
      cluster: 'web',
      tasks: Array.from({ length: 100 }, (_, index) => `task-${index}`),
      overrides: { containerOverrides: [{ name: 'app', environment: [{ name: 'A', value: 'x' }] }] },
      text: 'x'.repeat(10_000),
      count: 3,
    });
    expect(summary.tasks).toHaveLength(11);
    expect(summary).toMatchObject({ cluster: 'web', count: 3 });
    expect(JSON.stringify(summary).length).toBeLessThan(600);
  });
});
