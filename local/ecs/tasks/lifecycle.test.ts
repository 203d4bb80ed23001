import type { Task } from '@aws-sdk/client-ecs';
import { describe, expect, it, vi } from 'vitest';
import type { Script } from '../../runtimes/scripted/runtime.ts';
import { type Bench, network, startBench, webDefinition } from '../testing.ts';
import type { Wire } from '../wire.ts';

type Tasks = { tasks: Wire<Task>[]; failures: { arn: string; reason: string }[] };

async function bench(script: Script | ((image: string) => Script) = {}): Promise<Bench> {
  const started = await startBench({
    script: ({ image }) => (typeof script === 'function' ? script(image) : script),
  });
  started.call('CreateCluster');
  return started;
}

function run(bench: Bench, definition = webDefinition(), change = {}): Wire<Task> {
  bench.call('RegisterTaskDefinition', definition);
  const request = { taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network, ...change };
  return bench.call<Tasks>('RunTask', request).tasks[0]!;
}

function describeTask(bench: Bench, { taskArn }: Wire<Task>): Wire<Task> {
  return bench.call<Tasks>('DescribeTasks', { tasks: [taskArn] }).tasks[0]!;
}

/** Each event of the task as `version:lastStatus>desiredStatus`. */
function story(bench: Bench, { taskArn }: Wire<Task>): string[] {
  return bench.events
    .filter((event) => event.detail.taskArn === taskArn)
    .map(({ detail }) => `${detail.version}:${detail.lastStatus}>${detail.desiredStatus}`);
}

describe('a task', () => {
  it('goes through every state, each version told once and without gaps', async () => {
    const b = await bench({ stopMs: 100 });
    const task = run(b);
    expect(task).toMatchObject({ lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING', version: 1 });
    await b.clock.advance(10);
    expect(describeTask(b, task).lastStatus).toBe('RUNNING');
    b.call('StopTask', { task: task.taskArn, reason: 'enough' });
    await b.clock.advance(200);
    expect(describeTask(b, task)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'enough',
      containers: [{ name: 'app', lastStatus: 'STOPPED', exitCode: 143 }],
    });
    const told = story(b, task);
    expect(told.map((entry) => Number(entry.split(':')[0]))).toEqual(told.map((_, index) => index + 1));
    expect([...new Set(told.map((entry) => entry.split(/[:>]/)[1]))]).toEqual([
      'PROVISIONING',
      'PENDING',
      'ACTIVATING',
      'RUNNING',
      'DEACTIVATING',
      'STOPPING',
      'DEPROVISIONING',
      'STOPPED',
    ]);
  });

  it('tells of itself as EventBridge does: ISO times, an eni, no health, no tags', async () => {
    const b = await bench();
    run(b, webDefinition(), { tags: [{ key: 'team', value: 'shop' }] });
    await b.clock.advance(10);
    const event = b.events.findLast((entry) => entry['detail-type'] === 'ECS Task State Change')!;
    expect(event).toMatchObject({ version: '0', source: 'aws.ecs', resources: [event.detail.taskArn] });
    expect(event.detail).toMatchObject({
      lastStatus: 'RUNNING',
      group: 'family:web',
      launchType: 'FARGATE',
      attachments: [{ type: 'eni', status: 'ATTACHED' }],
      createdAt: expect.stringMatching(/^2026-11-20T/),
    });
    expect(JSON.stringify(event.detail)).not.toMatch(/healthStatus|tags/);
  });

  it('stops with the exit code of its essential container', async () => {
    const b = await bench({ exitAfterMs: 500, exitCode: 3 });
    const task = run(b);
    await b.clock.advance(1000);
    expect(describeTask(b, task)).toMatchObject({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ exitCode: 3 }],
    });
  });

  it('that cannot start says why', async () => {
    const b = await bench({ startError: 'CannotPullContainerError: pull access denied for shop' });
    const task = run(b);
    await b.clock.advance(10);
    expect(describeTask(b, task)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotPullContainerError: pull access denied for shop',
    });
  });

  it('with a secret that does not exist never starts', async () => {
    const b = await bench();
    const secrets = [{ name: 'DATABASE_URL', valueFrom: 'shop/database-url' }];
    const task = run(b, webDefinition({}, { secrets }));
    await b.clock.advance(10);
    expect(describeTask(b, task).stoppedReason).toMatch(/^ResourceInitializationError: .*shop\/database-url/);
    expect(b.runtime.launches).toHaveLength(0);
  });

  it('that ignores SIGTERM is killed after its stopTimeout', async () => {
    const b = await bench({ stopMs: 'never' });
    const task = run(b, webDefinition({}, { stopTimeout: 20 }));
    await b.clock.advance(10);
    b.call('StopTask', { task: task.taskArn });
    await b.clock.advance(19_000);
    expect(describeTask(b, task).lastStatus).toBe('STOPPING');
    await b.clock.advance(1_100);
    expect(describeTask(b, task)).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 137 }] });
  });

  it('is visible for an hour after it stopped, then MISSING', async () => {
    const b = await bench({ exitAfterMs: 0 });
    const task = run(b);
    await b.clock.advance(3_599_000);
    expect(describeTask(b, task).lastStatus).toBe('STOPPED');
    await b.clock.advance(2_000);
    const { failures } = b.call<Tasks>('DescribeTasks', { tasks: [task.taskArn] });
    expect(failures).toEqual([{ arn: task.taskArn, reason: 'MISSING' }]);
  });

  it('gets definition, overrides and secrets as environment, overrides last', async () => {
    const b = await startBench({ secrets: { 'shop/key': 'secret' } });
    b.call('CreateCluster');
    const environment = [
      { name: 'COLOUR', value: 'red' },
      { name: 'SIZE', value: 'small' },
    ];
    const secrets = [{ name: 'KEY', valueFrom: 'shop/key' }];
    const overrides = {
      containerOverrides: [
        { name: 'app', command: ['go'], environment: [{ name: 'COLOUR', value: 'blue' }] },
      ],
    };
    run(b, webDefinition({}, { environment, secrets }), { overrides });
    await b.clock.advance(10);
    expect(b.runtime.launches[0]).toMatchObject({
      command: ['go'],
      environment: { COLOUR: 'blue', SIZE: 'small', KEY: 'secret' },
    });
  });
});

describe('the containers of a task', () => {
  const migrate = { name: 'migrate', image: 'migrate:1', essential: false };

  it('start when what they depend on has succeeded', async () => {
    const b = await bench((image) => (image === 'migrate:1' ? { exitAfterMs: 3000, exitCode: 0 } : {}));
    const app = {
      name: 'app',
      image: 'shop:1',
      dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }],
    };
    const task = run(b, webDefinition({ containerDefinitions: [app, migrate] }));
    await b.clock.advance(2000);
    expect(describeTask(b, task).lastStatus).toBe('PENDING');
    await b.clock.advance(2000);
    expect(describeTask(b, task).lastStatus).toBe('RUNNING');
  });

  it('do not start when it has failed: the task stops', async () => {
    const b = await bench((image) => (image === 'migrate:1' ? { exitAfterMs: 10, exitCode: 1 } : {}));
    const app = {
      name: 'app',
      image: 'shop:1',
      dependsOn: [{ containerName: 'migrate', condition: 'SUCCESS' }],
    };
    const task = run(b, webDefinition({ containerDefinitions: [app, migrate] }));
    await b.clock.advance(2000);
    expect(describeTask(b, task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    expect(b.runtime.launches.map(({ containerName }) => containerName)).toEqual(['migrate']);
  });

  it('are stopped in reverse order, and all of them when an essential one ends', async () => {
    const b = await bench((image) => (image === 'shop:1' ? { stopMs: 1000 } : {}));
    const proxy = { name: 'proxy', image: 'proxy:1' };
    const app = { name: 'app', image: 'shop:1', dependsOn: [{ containerName: 'proxy', condition: 'START' }] };
    const task = run(b, webDefinition({ containerDefinitions: [app, proxy] }));
    await b.clock.advance(100);
    b.call('StopTask', { task: task.taskArn });
    await b.clock.advance(500);
    expect(b.runtime.running().map((id) => id.split('-')[1])).toEqual(['proxy', 'app']);
    await b.clock.advance(1000);
    expect(b.runtime.running()).toEqual([]);
    expect(describeTask(b, task).lastStatus).toBe('STOPPED');
  });

  it('are HEALTHY when their check says so, and UNHEALTHY after its retries', async () => {
    const b = await bench({ healthyAfterMs: 3000, unhealthyAfterMs: 60_000 });
    const healthCheck = { command: ['CMD', 'true'], interval: 10, retries: 2 };
    const task = run(b, webDefinition({}, { healthCheck }));
    await b.clock.advance(2000);
    expect(describeTask(b, task).healthStatus).toBe('UNKNOWN');
    await b.clock.advance(3000);
    expect(describeTask(b, task).healthStatus).toBe('HEALTHY');
    await b.clock.advance(80_000);
    expect(describeTask(b, task)).toMatchObject({ healthStatus: 'UNHEALTHY', lastStatus: 'RUNNING' });
  });
});

describe('RunTask with a clientToken', () => {
  it('answers the same request with the same tasks and another with a conflict', async () => {
    const b = await bench();
    const first = run(b, webDefinition(), { clientToken: 'once', count: 2 });
    const again = run(b, webDefinition({ family: 'other' }), { clientToken: 'once', count: 2 });
    expect(again.taskArn).toBe(first.taskArn);
    const refused = b.refusal('RunTask', { taskDefinition: 'web', clientToken: 'once', count: 1 });
    expect(refused).toMatch(/^ConflictException: /);
    await b.clock.advance(10);
    expect(b.runtime.launches).toHaveLength(2);
  });

  it('runs anew an hour after its tasks have stopped', async () => {
    const b = await bench({ exitAfterMs: 100 });
    const first = run(b, webDefinition(), { clientToken: 'once' });
    await b.clock.advance(1000);
    expect(run(b, webDefinition({ family: 'x' }), { clientToken: 'once' })).toEqual({
      taskArn: first.taskArn,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
    });
    await b.clock.advance(3_600_000);
    expect(run(b, webDefinition({ family: 'x' }), { clientToken: 'once' }).taskArn).not.toBe(first.taskArn);
  });
});

describe('after a restart', () => {
  it('what runs is adopted, what is gone has stopped, what never began is launched', async () => {
    const b = await bench();
    const kept = run(b);
    const lost = run(b);
    await b.clock.advance(10);
    const begun = run(b);
    await b.engine.stop();
    b.runtime.kill(`${lost.taskArn?.split('/').at(-1)}-app`, 9);
    await b.restart();
    await b.clock.advance(10);
    expect(describeTask(b, kept).lastStatus).toBe('RUNNING');
    expect(describeTask(b, lost)).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 9 }] });
    expect(describeTask(b, begun).lastStatus).toBe('RUNNING');
    expect(b.runtime.launches).toHaveLength(3);
    for (const task of [kept, lost, begun]) {
      const versions = story(b, task).map((entry) => Number(entry.split(':')[0]));
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }
  });
});

describe('a restart while the runtime does not answer', () => {
  it('fails, and takes nothing that runs for ended', async () => {
    const b = await bench();
    const task = run(b);
    await b.clock.advance(10);
    const before = story(b, task);
    vi.spyOn(b.runtime, 'adopt').mockRejectedValue(new Error('no engine answers'));
    await expect(b.restart()).rejects.toThrow('no engine answers');
    vi.restoreAllMocks();
    await b.restart();
    expect(describeTask(b, task).lastStatus).toBe('RUNNING');
    expect(story(b, task)).toEqual(before);
  });
});

describe('a reset', () => {
  it('kills what runs and what is just being started, and forgets everything', async () => {
    const b = await bench({ startDelayMs: 100, stopMs: 'never' });
    run(b);
    await b.clock.advance(500);
    const starting = run(b);
    await b.clock.advance(50);
    await b.engine.reset();
    await b.clock.advance(500);
    expect(b.runtime.started).toHaveLength(2);
    expect(b.runtime.running()).toEqual([]);
    expect(b.refusal('DescribeTasks', { tasks: [starting.taskArn] })).toMatch(/^ClusterNotFoundException/);
    b.call('CreateCluster');
    const fresh = run(b);
    await b.clock.advance(500);
    expect(describeTask(b, fresh).lastStatus).toBe('RUNNING');
  });
});
