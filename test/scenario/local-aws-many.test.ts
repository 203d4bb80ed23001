import {
  CreateClusterCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { localAws, type TestAws } from '../../local/vitest.ts';

const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'] } };

interface TaskEvent {
  readonly id: string;
  readonly detail: { readonly taskArn: string; readonly version: number; readonly lastStatus: string };
}

/** A queue behind a rule for all task events, and somebody who reads it and deletes what was read. */
async function subscribe(aws: TestAws) {
  const sqs = new SQSClient(aws.clientConfig);
  const events = new EventBridgeClient(aws.clientConfig);
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'subscriber' }));
  const EventPattern = JSON.stringify({ 'detail-type': ['ECS Task State Change'] });
  await events.send(new PutRuleCommand({ Name: 'tasks', EventPattern }));
  const Targets = [{ Id: 'subscriber', Arn: 'arn:aws:sqs:us-east-1:000000000000:subscriber' }];
  await events.send(new PutTargetsCommand({ Rule: 'tasks', Targets }));
  events.destroy();
  const heard: TaskEvent[] = [];
  return {
    heard,
    async drain() {
      for (;;) {
        const { Messages } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600 }),
        );
        if (!Messages?.length) return;
        heard.push(...Messages.map(({ Body }) => JSON.parse(Body!) as TaskEvent));
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    },
    close: () => sqs.destroy(),
  };
}

/** Starts so many tasks, lets them run, stops them, and answers with their ARNs and all that was heard of them. */
async function startRunAndStop(aws: TestAws, count: number, more: object, seconds: number) {
  const ecs = new ECSClient(aws.clientConfig);
  const subscriber = await subscribe(aws);
  await ecs.send(new CreateClusterCommand({}));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'many',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'many:1', ...more }],
    }),
  );
  const wanted = { taskDefinition: 'many', launchType: 'FARGATE', networkConfiguration, count: 10 } as const;
  const arns: string[] = [];
  for (let started = 0; started < count; started += 10) {
    const { tasks = [] } = await ecs.send(new RunTaskCommand(wanted));
    arns.push(...tasks.map(({ taskArn }) => taskArn!));
  }
  const are = (lastStatus: string) => async () => {
    await subscriber.drain();
    const there = subscriber.heard.filter(({ detail }) => detail.lastStatus === lastStatus);
    return new Set(there.map(({ detail }) => detail.taskArn)).size === count;
  };
  await aws.waitFor(are('RUNNING'), seconds);
  for (const task of arns) await ecs.send(new StopTaskCommand({ task }));
  await aws.waitFor(are('STOPPED'), seconds);
  await subscriber.drain();
  const left = await ecs.send(new ListTasksCommand({}));
  ecs.destroy();
  subscriber.close();
  return { arns, heard: subscriber.heard, left: left.taskArns };
}

/** Every version of every task once, from 1 on and without gaps, and nothing else. */
function expectEachOnce(arns: readonly string[], heard: readonly TaskEvent[]): void {
  const versions = new Map<string, number[]>(arns.map((arn) => [arn, []]));
  for (const { detail } of heard) versions.get(detail.taskArn)!.push(detail.version);
  for (const [arn, told] of versions) {
    const inOrder = [...told].sort((one, other) => one - other);
    expect(inOrder, arn).toEqual(inOrder.map((_, index) => index + 1));
    expect(inOrder.length, arn).toBeGreaterThan(5);
  }
  expect(new Set(heard.map(({ id }) => id)).size).toBe(heard.length);
}

test('a thousand scripted tasks start, run and stop, and each event is delivered once', async () => {
  await using aws = await localAws({ log: () => {} });
  await aws.scripts.add({ image: 'many:*', script: { startDelaySeconds: 3, stopSeconds: 1 } });
  const { arns, heard, left } = await startRunAndStop(aws, 1000, {}, 60);
  expect(new Set(arns).size).toBe(1000);
  expect(left).toEqual([]);
  expectEachOnce(arns, heard);
}, 120_000);

test('two hundred processes start, run and stop, and each event is delivered once', async () => {
  await using aws = await localAws({ runtime: 'process', log: () => {} });
  const command = ['/bin/sleep', '600'];
  const { arns, heard, left } = await startRunAndStop(aws, 200, { command, stopTimeout: 5 }, 90);
  expect(new Set(arns).size).toBe(200);
  expect(left).toEqual([]);
  expectEachOnce(arns, heard);
}, 240_000);

test('fifty calls with one token start one task', async () => {
  await using aws = await localAws({ log: () => {} });
  const ecs = new ECSClient(aws.clientConfig);
  await ecs.send(new CreateClusterCommand({}));
  const containerDefinitions = [{ name: 'app', image: 'many:1' }];
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: 'one', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] },
      ...{ cpu: '256', memory: '512', containerDefinitions },
    }),
  );
  const wanted = {
    taskDefinition: 'one',
    launchType: 'FARGATE',
    networkConfiguration,
    clientToken: 'once',
  } as const;
  const answers = await Promise.all(Array.from({ length: 50 }, () => ecs.send(new RunTaskCommand(wanted))));
  const arns = new Set(answers.flatMap(({ tasks = [] }) => tasks.map(({ taskArn }) => taskArn)));
  expect(arns.size).toBe(1);
  expect((await ecs.send(new ListTasksCommand({}))).taskArns).toEqual([...arns]);
  ecs.destroy();
});
