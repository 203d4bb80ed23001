import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { afterEach, describe, expect, it } from 'vitest';
import { type ActivityAnswer, type ActivityEntry, activitySince } from './activity.ts';
import { createCallLog } from './introspection/calls.ts';
import { createEventLog } from './introspection/events.ts';
import { type LocalAws, startLocalAws } from './local-aws.ts';
import { defaultOptions } from './options.ts';
import { VirtualClock } from './support/clock.ts';
import { clientOptions, credentialsOf, testTopology, until } from './testing.ts';

describe('GET /_local/activity', () => {
  let local: LocalAws | undefined;
  const clients: ECSClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await local?.stop({ stopTasks: true });
  });

  const start = async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'local-'));
    local = await startLocalAws({
      ...{ ...defaultOptions, dataDirectory, port: 0, apiPort: 0, runtime: 'process' },
      // Who asks where it may deploy to finds such a place: the cluster `local`.
      topology: testTopology({
        functions: { worker: { permissions, environment: { ENVIRONMENTS: 'environments' } } },
      }),
      log: () => {},
    });
    return local.endpoint;
  };
  const client = (url: string, credentials: { accessKeyId: string; secretAccessKey: string }) => {
    const made = new ECSClient({ ...clientOptions(url), credentials });
    clients.push(made);
    return made;
  };
  const answerOf = (url: string, query = '') => fetch(`${url}/_local/activity${query}`);
  const activity = async (url: string, query = '') =>
    (await (await answerOf(url, query)).json()) as ActivityAnswer;

  it('tells which functions called ECS, and which events it published, in their order', async () => {
    const url = await start();
    const credentials = await credentialsOf(url, 'worker');
    const worker = client(url, credentials);
    await worker.send(new RegisterTaskDefinitionCommand(sleeper));
    const { tasks } = await worker.send(runTask);
    const taskArn = tasks![0]!.taskArn!;
    const running = (entry: ActivityEntry) => entry.kind === 'event' && entry.tells === 'RUNNING';
    await until(async () => (await activity(url)).entries.some(running));
    const { nowMs } = await activity(url);
    await until(() => Date.now() > nowMs);
    await client(url, { accessKeyId: 'a-person', secretAccessKey: 'x' }).send(
      new ListTasksCommand({ cluster: 'local' }),
    );
    await worker.send(new DescribeTasksCommand({ cluster: 'local', tasks: [taskArn] }));

    const { entries, complete } = await activity(url);
    expect(complete).toBe(true);
    const call = { kind: 'call', function: 'worker', accessKeyId: credentials.accessKeyId };
    const about = { kind: 'event', detailType: 'ECS Task State Change', resource: taskArn };
    expect(entries.slice(0, 3)).toMatchObject([
      { ...call, action: 'RegisterTaskDefinition' },
      { ...call, action: 'RunTask' },
      {
        ...about,
        group: 'family:sleeper',
        tells: 'PROVISIONING',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    ]);
    expect(entries.at(-1)).toMatchObject({ ...call, action: 'DescribeTasks' });
    expect(entries.filter(running)).toHaveLength(1);
    expect(entries.map(({ atMs }) => atMs)).toEqual(entries.map(({ atMs }) => atMs).sort((a, b) => a - b));

    const later = await activity(url, `?sinceMs=${nowMs + 1}`);
    expect(later.entries).toEqual(entries.filter(({ atMs }) => atMs > nowMs));
    expect(later.entries.at(-1)).toMatchObject({ action: 'DescribeTasks' });

    await local!.reset();
    const calls = (await activity(url)).entries.filter(({ kind }) => kind === 'call');
    expect(calls).toEqual([]);
  });

  it('refuses what is no moment, and other methods', async () => {
    const url = await start();
    for (const sinceMs of ['', 'yesterday', '-1', '1e3', '9'.repeat(30)]) {
      const answer = await answerOf(url, `?sinceMs=${sinceMs}`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        __type: 'ValidationException',
        message: expect.stringContaining('epoch milliseconds'),
      });
    }
    expect((await fetch(`${url}/_local/activity`, { method: 'POST' })).status).toBe(405);
  });
});

describe('what is kept', () => {
  const call = (action: string) => ({ service: 'ecs', action, accessKeyId: 'key-of-worker', input: {} });
  const actions = ({ entries }: ActivityAnswer) =>
    entries.map((entry) => entry.kind === 'call' && entry.action);
  const keep = (clock: VirtualClock, capacity: number) => {
    let sequence = 0;
    const nextSequence = () => ++sequence;
    const functionOf = (key: string) => (key === 'key-of-worker' ? 'worker' : undefined);
    const calls = createCallLog({ clock, capacity, functionOf, nextSequence });
    const events = createEventLog({ clock, nextSequence });
    const called = (one: Omit<ReturnType<typeof call>, 'accessKeyId'> & { accessKeyId?: string }) =>
      calls.record({ accessKeyId: undefined, ...one }, () => ({}));
    return { called, calls, since: (sinceMs: number) => activitySince({ clock, calls, events }, sinceMs) };
  };

  it('is bounded, and says what is no longer complete', async () => {
    const clock = new VirtualClock(100);
    const kept = keep(clock, 3);
    for (const action of ['a', 'b', 'c']) {
      kept.called(call(action));
      await clock.advance(10);
    }
    expect(kept.since(0)).toMatchObject({ nowMs: 130, complete: true });
    expect(actions(kept.since(0))).toEqual(['a', 'b', 'c']);
    for (const action of ['d', 'e']) {
      kept.called(call(action));
      await clock.advance(10);
    }
    expect(actions(kept.since(0))).toEqual(['c', 'd', 'e']);
    expect(kept.since(110).complete).toBe(false);
    expect(kept.since(111).complete).toBe(true);
    expect(actions(kept.since(125))).toEqual(['d', 'e']);
    kept.calls.clear();
    expect(kept.since(0)).toMatchObject({ complete: true, entries: [] });
  });

  it('is what functions call of ECS, and no name is longer than that of an action', () => {
    const kept = keep(new VirtualClock(), 10);
    kept.called({ ...call('SendMessage'), service: 'sqs' });
    kept.called({ ...call('ListTasks'), accessKeyId: 'a-person' });
    kept.called({ service: 'ecs', action: 'ListTasks', input: {} });
    kept.called(call('x'.repeat(1000)));
    kept.called(call('ListTasks'));
    expect(actions(kept.since(0))).toEqual(['x'.repeat(64), 'ListTasks']);
  });
});

const permissions = [
  {
    actions: ['ecs:RegisterTaskDefinition', 'ecs:RunTask', 'ecs:DescribeTasks'],
    resources: ['*'],
    because: 'a test',
  },
];
const sleeper = {
  family: 'sleeper',
  networkMode: 'awsvpc' as const,
  requiresCompatibilities: ['FARGATE' as const],
  cpu: '256',
  memory: '512',
  containerDefinitions: [{ name: 'main', image: 'x', command: ['/bin/sleep', '1000'] }],
};
const runTask = new RunTaskCommand({
  cluster: 'local',
  launchType: 'FARGATE',
  taskDefinition: 'sleeper',
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-local'] } },
});
