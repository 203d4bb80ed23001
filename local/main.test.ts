import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeClustersCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, expect, it } from 'vitest';
import { defaultOptions, parseOptions } from './options.ts';
import { clientOptions, until } from './testing.ts';

interface Ready {
  readonly endpoint: string;
  readonly api: string;
  readonly pid: number;
}

const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children) child.kill('SIGTERM');
  await until(() => children.every(hasEnded), 20_000);
});

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function start(
  data: string,
  ...flags: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly ready: Ready }> {
  const args = [
    '--data',
    data,
    '--port',
    '0',
    '--api-port',
    '0',
    '--runtime',
    'process',
    '--stop-tasks',
    ...flags,
  ];
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const line = await new Promise<Buffer>((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)));
  });
  return { child, ready: JSON.parse(line.toString()) as Ready };
}

const network = { awsvpcConfiguration: { subnets: ['subnet-local'] } };

it('says where it is, adopts its tasks after a kill, empties on request, stops with its tasks', async () => {
  const data = await mkdtemp(join(tmpdir(), 'local-'));
  const first = await start(data);
  expect(JSON.parse(await readFile(join(data, 'local.json'), 'utf8'))).toEqual({
    endpoint: first.ready.endpoint,
    api: first.ready.api,
    pid: first.child.pid,
  });
  const before = new ECSClient(clientOptions(first.ready.endpoint));
  await before.send(
    new RegisterTaskDefinitionCommand({
      family: 'sleeper',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'main', image: 'x', command: ['/bin/sleep', '1000'] }],
    }),
  );
  const { tasks } = await before.send(
    new RunTaskCommand({
      cluster: 'local',
      launchType: 'FARGATE',
      taskDefinition: 'sleeper',
      networkConfiguration: network,
    }),
  );
  const id = tasks![0]!.taskArn!;
  const status = async (client: ECSClient) =>
    (await client.send(new DescribeTasksCommand({ cluster: 'local', tasks: [id] }))).tasks?.[0]?.lastStatus;
  await until(async () => (await status(before)) === 'RUNNING');
  first.child.kill('SIGKILL');
  await until(() => hasEnded(first.child));

  const second = await start(data);
  const after = new ECSClient(clientOptions(second.ready.endpoint));
  expect(await status(after)).toBe('RUNNING');
  const health = async () => (await fetch(`${second.ready.endpoint}/_local/health`)).json();
  expect(await health()).toMatchObject({
    status: 'ok',
    pid: second.child.pid,
    runtime: 'process',
    tasks: { pending: 0, running: 1 },
    host: { state: 'down' },
  });

  expect((await fetch(`${second.ready.endpoint}/_local/reset`, { method: 'POST' })).status).toBe(200);
  const { taskArns } = await after.send(new ListTasksCommand({ cluster: 'local' }));
  expect(taskArns).toEqual([]);
  const { clusters } = await after.send(new DescribeClustersCommand({ clusters: ['local'] }));
  expect(clusters![0]!.status).toBe('ACTIVE');
  expect(await health()).toMatchObject({ tasks: { running: 0 } });
  before.destroy();
  after.destroy();
});

it('holds nothing when it is to be empty', async () => {
  const { ready } = await start(await mkdtemp(join(tmpdir(), 'local-')), '--empty');
  const ecs = new ECSClient(clientOptions(ready.endpoint));
  expect((await ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([]);
  ecs.destroy();
});

it('refuses to run twice on the same data', async () => {
  const data = await mkdtemp(join(tmpdir(), 'local-'));
  const { ready } = await start(data);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'main.ts'), '--data', data, '--port', '0'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let told = '';
  child.stderr.on('data', (text) => {
    told += text;
  });
  await until(() => hasEnded(child));
  expect(child.exitCode).toBe(1);
  expect(told).toContain(`runs on this data already, at ${ready.endpoint}`);
});

it('takes its flags, and says what is wrong with one', () => {
  expect(parseOptions([], {})).toEqual(defaultOptions);
  expect(parseOptions(['--port', '0', '--env', 'A=b=c'], { BERTH_RUNTIME: 'process' })).toMatchObject({
    port: 0,
    runtime: 'process',
    environment: { A: 'b=c' },
  });
  expect(() => parseOptions(['--port', 'x'], {})).toThrow('--port takes a number');
  expect(() => parseOptions(['--account', '1'], {})).toThrow('12 digits');
  expect(() => parseOptions(['--colour'], {})).toThrow('--colour');
});
