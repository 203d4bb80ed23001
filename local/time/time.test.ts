import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../support/clock.ts';
import { localAws, type TestAws } from '../vitest.ts';
import { controlOf } from './control.ts';
import { createWork } from './work.ts';

describe('work', () => {
  it('is waited for while it goes on, and not for ever', async () => {
    let nowMs = 0;
    const others = new Set<string>();
    const work = createWork({ now: () => nowMs, others: () => others, patienceMs: 100 });
    expect(work.isIdle()).toBe(true);
    const end = work.begin();
    expect(work.isIdle()).toBe(false);
    end();
    expect(work.isIdle()).toBe(true);
    work.begin(50);
    others.add('a message in the hands of a function');
    nowMs = 60;
    expect(work.isIdle()).toBe(false);
    nowMs = 159;
    expect(work.isIdle()).toBe(false);
    nowMs = 160;
    expect(work.isIdle()).toBe(true);
  });

  it('holds a clock still: what a timer began is done before the next one fires', async () => {
    const work = createWork();
    const clock = new VirtualClock(0, { settle: () => work.settled() });
    const order: string[] = [];
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      order.push(`done at ${clock.now()}`);
    };
    clock.after(10, () => void work.during(slow()));
    clock.after(1000, () => order.push(`next at ${clock.now()}`));
    await controlOf(clock, work).advance(5000);
    expect(order).toEqual(['done at 10', 'next at 1000']);
  });
});

describe('a control', () => {
  it('jumps ahead by itself as long as it was told, and makes one movement after the other', async () => {
    const work = createWork();
    const clock = new VirtualClock(0, { settle: () => work.settled() });
    const control = controlOf(clock, work);
    const ticks: number[] = [];
    const tick = () => {
      ticks.push(clock.now());
      clock.after(60_000, tick);
    };
    clock.after(60_000, tick);
    await Promise.all([control.advance(60_000), control.advance(60_000)]);
    expect(ticks).toEqual([60_000, 120_000]);
    control.autoAdvance(150_000);
    await expect.poll(() => control.state().autoAdvanceUntil).toBeUndefined();
    expect(ticks).toEqual([60_000, 120_000, 180_000, 240_000]);
    expect(clock.now()).toBe(270_000);
  });
});

describe('a virtual clock over real processes', () => {
  it('stands while they start and end: they take part in what it says', async () => {
    await using aws = await localAws({ runtime: 'process', clock: 'virtual', log: () => {} });
    const ecs = new ECSClient(aws.clientConfig);
    await ecs.send(new CreateClusterCommand({}));
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'job',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [
          {
            name: 'app',
            image: 'x',
            command: ['/bin/sleep', '600'],
            healthCheck: { command: ['CMD-SHELL', 'test -d /'], interval: 30 },
          },
        ],
      }),
    );
    const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a'] } };
    const { tasks } = await ecs.send(
      new RunTaskCommand({ taskDefinition: 'job', launchType: 'FARGATE', networkConfiguration }),
    );
    const task = tasks![0]!.taskArn!;
    const look = async () => (await ecs.send(new DescribeTasksCommand({ tasks: [task] }))).tasks![0]!;
    await aws.clock.advance(1);
    expect(await look()).toMatchObject({ lastStatus: 'RUNNING', healthStatus: 'HEALTHY' });
    await ecs.send(new StopTaskCommand({ task }));
    await aws.clock.advance(29);
    // By SIGTERM, in what is an instant on this clock, and not by SIGKILL after stopTimeout.
    expect(await look()).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 143 }] });
    ecs.destroy();
  });
});

describe('/_local/clock', () => {
  let aws: TestAws;
  const clients: SQSClient[] = [];
  beforeAll(async () => {
    aws = await localAws();
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await aws.stop();
  });

  const post = async (body: unknown) => {
    const answer = await fetch(`${aws.endpoint}/_local/clock`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('stands still until it is moved, by seconds or to a moment', async () => {
    const before = await aws.clock.state();
    expect(before).toMatchObject({ mode: 'virtual' });
    expect((await aws.clock.state()).nowMs).toBe(before.nowMs);
    expect((await aws.clock.advance(1.5)).nowMs).toBe(before.nowMs + 1500);
    const moment = new Date(before.nowMs + 3_600_000);
    expect((await aws.clock.advanceTo(moment)).now).toBe(moment.toISOString());
  });

  it('refuses what is no movement', async () => {
    const past = new Date((await aws.clock.state()).nowMs - 1000).toISOString();
    const wrong = [
      {},
      { advanceSeconds: -1 },
      { advanceSeconds: '1' },
      { to: 'tomorrow' },
      { to: past },
      [],
      7,
    ];
    for (const movement of wrong) {
      expect(await post(movement)).toMatchObject({ status: 400, body: { __type: 'ValidationException' } });
    }
    expect((await fetch(`${aws.endpoint}/_local/clock`, { method: 'PUT' })).status).toBe(405);
  });

  it('moves what waits in queues, while a long poll ends by the time of the machine', async () => {
    const sqs = new SQSClient(aws.clientConfig);
    clients.push(sqs);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'later' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds: 900 }));
    const none = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    expect(none.Messages ?? []).toEqual([]);
    await aws.clock.advance(900);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages).toMatchObject([{ Body: 'x' }]);
  });

  it('is real unless it was asked to be virtual', async () => {
    await using real = await localAws({ clock: 'real' });
    expect(await real.clock.state()).toMatchObject({ mode: 'real', nowMs: expect.any(Number) });
    await expect(real.clock.advance(1)).rejects.toThrow(/409.*--clock virtual/s);
  });
});
