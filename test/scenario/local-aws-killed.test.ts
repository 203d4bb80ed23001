import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  TagResourceCommand,
} from '@aws-sdk/client-ecs';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { freePorts } from '../support/ports.ts';
import { seeded, seedOfRun } from '../support/seed.ts';
import { until } from '../support/until.ts';

const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const kills = 6;
const longestLifeMs = 400;
const random = seeded(seedOfRun());
const cluster = 'kept';
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a'] } };

let directory: string;
let endpoint: string;
let flags: readonly string[];
let child: ChildProcess | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'local-killed-'));
  const [port = 0, apiPort = 0] = await freePorts(2);
  endpoint = `http://127.0.0.1:${port}`;
  flags = ['--data', directory, '--port', `${port}`, '--api-port', `${apiPort}`, '--runtime', 'process'];
});
afterEach(async () => {
  if (!child) await start();
  const ended = once(child!, 'exit');
  child!.kill('SIGTERM');
  await ended;
  child = undefined;
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));

async function start(): Promise<void> {
  const started = spawn(process.execPath, [main, ...flags, '--stop-tasks'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  child = started;
  await Promise.race([
    once(started.stdout!, 'data'),
    once(started, 'exit').then(([code]) => Promise.reject(new Error(`Local AWS ended with ${code}`))),
  ]);
}

async function kill(): Promise<void> {
  const ended = once(child!, 'exit');
  child!.kill('SIGKILL');
  await ended;
  child = undefined;
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const clientConfig = () => ({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });

/** Something that was acknowledged, and how to see that it is still so. */
interface Kept {
  readonly what: string;
  isThere(): Promise<boolean>;
}

test(`killed ${kills} times amid writes, it loses none that was acknowledged and adopts what runs`, async () => {
  await start();
  const ecs = new ECSClient(clientConfig());
  const sqs = new SQSClient(clientConfig());
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
  await define(ecs, 'sleeper');
  await ecs.send(
    new CreateServiceCommand({
      ...{ cluster, serviceName: 'web', taskDefinition: 'sleeper', desiredCount: 2 },
      ...{ launchType: 'FARGATE', networkConfiguration },
    }),
  );
  const running = async () =>
    (await ecs.send(new DescribeServicesCommand({ cluster, services: ['web'] }))).services![0]!.runningCount;
  await until('two tasks to run', async () => (await running()) === 2);
  const { taskArns: before = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: 'web' }));

  const kept: Kept[] = [];
  const sent = new Set<string>();
  for (let time = 0; time < kills; time += 1) {
    const writers = [0, 1, 2].map((writer) =>
      write(ecs, sqs, QueueUrl!, { kept, sent }, `${time}-${writer}`),
    );
    await sleep(random() * longestLifeMs);
    await kill();
    await Promise.all(writers);
    await start();
  }

  expect(kept.length + sent.size).toBeGreaterThan(10);
  for (const { what, isThere } of kept) expect(await isThere(), what).toBe(true);
  expect([...(await received(sqs, QueueUrl!))]).toEqual(expect.arrayContaining([...sent]));
  const { taskArns: after = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: 'web' }));
  expect(after.toSorted()).toEqual(before.toSorted());
  expect(await running()).toBe(2);
  for (const client of [ecs, sqs]) client.destroy();
}, 120_000);

/** Writes until it is answered no more; what was answered is noted. */
async function write(
  ecs: ECSClient,
  sqs: SQSClient,
  QueueUrl: string,
  noted: { readonly kept: Kept[]; readonly sent: Set<string> },
  name: string,
): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      const family = `family-${name}-${turn}`;
      const definition = await define(ecs, family);
      noted.kept.push({
        what: definition,
        isThere: async () =>
          (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: definition }))).taskDefinition
            ?.family === family,
      });
      const tags = [{ key: 'turn', value: String(turn) }];
      await ecs.send(new TagResourceCommand({ resourceArn: definition, tags }));
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: family }));
      noted.sent.add(family);
      if (turn === 0) noted.kept.push(await runOne(ecs));
    } catch {
      return;
    }
  }
}

async function runOne(ecs: ECSClient): Promise<Kept> {
  const { tasks } = await ecs.send(
    new RunTaskCommand({ cluster, taskDefinition: 'sleeper', launchType: 'FARGATE', networkConfiguration }),
  );
  const task = tasks![0]!.taskArn!;
  return {
    what: task,
    isThere: () =>
      until(`${task} to run`, async () => {
        const described = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
        return described.tasks![0]!.lastStatus === 'RUNNING';
      }),
  };
}

async function define(ecs: ECSClient, family: string): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'x', command: ['/bin/sleep', '600'], stopTimeout: 2 }],
    }),
  );
  return taskDefinition!.taskDefinitionArn!;
}

async function received(sqs: SQSClient, QueueUrl: string): Promise<ReadonlySet<string>> {
  const bodies = new Set<string>();
  for (;;) {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600 }),
    );
    if (!Messages?.length) return bodies;
    for (const { Body } of Messages) bodies.add(Body!);
  }
}
