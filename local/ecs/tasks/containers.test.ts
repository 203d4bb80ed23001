import type { Task } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import type { Script } from '../../runtimes/scripted/script.ts';
import { type Bench, type BenchOptions, network, startBench, webDefinition } from '../testing.ts';
import type { Wire } from '../wire.ts';
import { parseEnvironmentFile } from './environment.ts';
import { mayRestart } from './restart.ts';

type Tasks = { tasks: Wire<Task>[] };

async function bench(
  script: (image: string, launch: number) => Script = () => ({}),
  options: BenchOptions = {},
): Promise<Bench> {
  const launches = new Map<string, number>();
  const started = await startBench({
    script({ image }) {
      const launch = (launches.get(image) ?? 0) + 1;
      launches.set(image, launch);
      return script(image, launch);
    },
    ...options,
  });
  started.call('CreateCluster');
  return started;
}

function run(b: Bench, definition = webDefinition(), change = {}): Wire<Task> {
  b.call('RegisterTaskDefinition', definition);
  const request = { taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network, ...change };
  return b.call<Tasks>('RunTask', request).tasks[0]!;
}

const seen = (b: Bench, { taskArn }: Wire<Task>) =>
  b.call<Tasks>('DescribeTasks', { tasks: [taskArn] }).tasks[0]!;
const versionsOf = (b: Bench, { taskArn }: Wire<Task>) =>
  b.events.flatMap(({ detail }) => (detail.taskArn === taskArn ? [detail.version] : []));

describe('a container with a restart policy', () => {
  const restartPolicy = { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [7] };
  const definition = webDefinition({}, { restartPolicy });

  it('is started again in its place; the task goes on and makes no version of it', async () => {
    const b = await bench((_, launch) => (launch === 1 ? { exitAfterMs: 61_000, exitCode: 1 } : {}));
    const task = run(b, definition);
    await b.clock.advance(60_000);
    const before = versionsOf(b, task);
    await b.clock.advance(5_000);
    expect(seen(b, task)).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' });
    expect(b.runtime.started).toHaveLength(2);
    expect(versionsOf(b, task)).toEqual(before);
  });

  it('is not when it ended before its period, or with a code that is ignored', async () => {
    const early = await bench(() => ({ exitAfterMs: 59_000, exitCode: 1 }));
    const first = run(early, definition);
    await early.clock.advance(60_000);
    expect(seen(early, first)).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ exitCode: 1 }],
    });
    const ignored = await bench(() => ({ exitAfterMs: 90_000, exitCode: 7 }));
    const second = run(ignored, definition);
    await ignored.clock.advance(100_000);
    expect(seen(ignored, second)).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 7 }] });
  });

  it('is started once in a period: a second end comes too soon', async () => {
    const b = await bench((_, launch) => ({ exitAfterMs: launch === 1 ? 61_000 : 30_000, exitCode: 2 }));
    const task = run(b, definition);
    await b.clock.advance(100_000);
    expect(seen(b, task)).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 2 }] });
    expect(b.runtime.started).toHaveLength(2);
  });

  it('that cannot be started again ends its task', async () => {
    const b = await bench((_, launch) =>
      launch === 1 ? { exitAfterMs: 61_000, exitCode: 1 } : { startError: 'CannotStartContainerError: gone' },
    );
    const task = run(b, definition);
    await b.clock.advance(70_000);
    expect(seen(b, task)).toMatchObject({
      stopCode: 'EssentialContainerExited',
      containers: [{ reason: 'CannotStartContainerError: gone' }],
    });
  });

  it('is checked anew', async () => {
    const b = await bench((_, launch) => ({
      ...(launch === 1 && { exitAfterMs: 61_000 }),
      healthyAfterMs: launch === 1 ? 0 : 10_000,
    }));
    const healthCheck = { command: ['CMD', 'true'], interval: 30 };
    const task = run(b, webDefinition({}, { restartPolicy, healthCheck }));
    await b.clock.advance(60_000);
    expect(seen(b, task).healthStatus).toBe('HEALTHY');
    await b.clock.advance(5_000);
    expect(seen(b, task)).toMatchObject({ lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' });
    await b.clock.advance(10_000);
    expect(seen(b, task).healthStatus).toBe('HEALTHY');
  });

  it('is stopped with its task, also while it is being started again', async () => {
    const b = await bench((_, launch) =>
      launch === 1 ? { exitAfterMs: 61_000, exitCode: 1 } : { startDelayMs: 5_000 },
    );
    const task = run(b, definition);
    await b.clock.advance(61_500);
    b.call('StopTask', { task: task.taskArn });
    await b.clock.advance(10_000);
    expect(seen(b, task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated' });
    expect(b.runtime.running()).toEqual([]);
  });

  it('is started again by the next Local AWS when this one was killed meanwhile', async () => {
    const b = await bench((_, launch) =>
      launch === 1 ? { exitAfterMs: 61_000, exitCode: 1 } : { startDelayMs: launch === 2 ? 5_000 : 0 },
    );
    const task = run(b, definition);
    await b.clock.advance(61_500);
    await b.restart();
    await b.clock.advance(100);
    expect(seen(b, task).lastStatus).toBe('RUNNING');
    expect(b.runtime.running()).toHaveLength(1);
  });

  it.each([
    [{ enabled: false }, 400, 1, false],
    [{ enabled: true }, 299, 1, false],
    [{ enabled: true }, 300, 1, true],
    [{ enabled: true, ignoredExitCodes: [1] }, 300, 1, false],
    [{ enabled: true, ignoredExitCodes: [1] }, 300, undefined, true],
    [undefined, 1000, 1, false],
  ])('with %j after %i seconds and exit code %s: %s', (policy, seconds, exitCode, expected) => {
    expect(mayRestart(policy, { startedAt: 1000 }, exitCode, 1000 + seconds * 1000)).toBe(expected);
  });
});

describe('a container that waits for another', () => {
  const dependent = (condition: string, more = {}) =>
    webDefinition({
      containerDefinitions: [
        { name: 'app', image: 'shop:1', dependsOn: [{ containerName: 'first', condition }] },
        { name: 'first', image: 'first:1', essential: false, ...more },
      ],
    });
  const healthCheck = { command: ['CMD', 'true'], interval: 5, retries: 1 };

  it.each([
    ['START', {}, {}],
    ['COMPLETE', { exitAfterMs: 3_000, exitCode: 1 }, {}],
    ['SUCCESS', { exitAfterMs: 3_000, exitCode: 0 }, {}],
    ['HEALTHY', { healthyAfterMs: 3_000 }, { healthCheck }],
  ] as const)('starts when the condition %s holds', async (condition, script, more) => {
    const b = await bench((image) => (image === 'first:1' ? script : {}));
    const task = run(b, dependent(condition, more));
    await b.clock.advance(2_000);
    expect(seen(b, task).lastStatus).toBe(condition === 'START' ? 'RUNNING' : 'PENDING');
    await b.clock.advance(3_000);
    expect(seen(b, task).lastStatus).toBe('RUNNING');
    expect(b.runtime.launches.map(({ containerName }) => containerName)).toEqual(['first', 'app']);
  });

  it.each([
    ['SUCCESS', {}],
    ['COMPLETE', {}],
    ['HEALTHY', { healthCheck }],
  ])('for %s gives up after the startTimeout of that one, and its task stops', async (condition, more) => {
    const b = await bench((image) => (image === 'first:1' ? { healthyAfterMs: 10_000_000 } : {}));
    const task = run(b, dependent(condition, { ...more, startTimeout: 20 }));
    if (condition === 'HEALTHY') await b.clock.advance(4_000);
    else await b.clock.advance(19_000);
    expect(seen(b, task).lastStatus).toBe('PENDING');
    await b.clock.advance(20_000);
    expect(seen(b, task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    expect(b.runtime.running()).toEqual([]);
  });

  it('for one that fails says so as the agent does', async () => {
    const b = await bench((image) => (image === 'first:1' ? { exitAfterMs: 10, exitCode: 1 } : {}));
    const task = run(b, dependent('SUCCESS'));
    await b.clock.advance(100);
    const reason =
      'CannotStartContainerError: dependency graph: failed to resolve container ordering dependency ' +
      '[first(first:1) (STOPPED->RUNNING) - Exit: 1] for target [app(shop:1) (NONE->RUNNING)] ' +
      'as dependency did not exit successfully.';
    expect(seen(b, task)).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: reason,
      containers: [{ name: 'app', exitCode: 143, reason }, { exitCode: 1 }],
    });
  });

  it('and is not essential is given up alone: its task goes on without it', async () => {
    const b = await bench((image) =>
      image === 'broken:1' ? { startError: 'CannotStartContainerError: no' } : {},
    );
    const containerDefinitions = [
      { name: 'app', image: 'shop:1' },
      { name: 'broken', image: 'broken:1', essential: false },
      {
        name: 'idle',
        image: 'idle:1',
        essential: false,
        dependsOn: [{ containerName: 'broken', condition: 'START' }],
      },
    ];
    const task = run(b, webDefinition({ containerDefinitions }));
    await b.clock.advance(100);
    expect(seen(b, task)).toMatchObject({
      lastStatus: 'RUNNING',
      containers: [
        { lastStatus: 'RUNNING' },
        { lastStatus: 'STOPPED', reason: 'CannotStartContainerError: no' },
        {
          lastStatus: 'STOPPED',
          exitCode: 143,
          reason: expect.stringMatching(/dependency will never start$/),
        },
      ],
    });
  });

  it('for one that began and ended while Local AWS was down starts all the same', async () => {
    const b = await bench((image) =>
      image === 'first:1' ? { startDelayMs: 1_000, exitAfterMs: 10, exitCode: 0 } : {},
    );
    const task = run(b, dependent('SUCCESS'));
    await b.clock.advance(500);
    await b.engine.stop();
    await b.clock.advance(5_000);
    await b.restart();
    await b.clock.advance(100);
    expect(seen(b, task).lastStatus).toBe('RUNNING');
    expect(b.runtime.started.filter((id) => id.endsWith('-first'))).toHaveLength(1);
  });

  it('in a chain is stopped before those it waited for, without a dead-lock', async () => {
    const b = await bench(() => ({ stopMs: 1_000 }));
    const chain = ['a', 'b', 'c'].map((name, index, all) => ({
      name,
      image: `${name}:1`,
      ...(index > 0 && { dependsOn: [{ containerName: all[index - 1], condition: 'START' }] }),
    }));
    const task = run(b, webDefinition({ containerDefinitions: chain }));
    await b.clock.advance(100);
    b.call('StopTask', { task: task.taskArn });
    const names = () => b.runtime.running().map((id) => id.split('-')[1]);
    await b.clock.advance(1_100);
    expect(names()).toEqual(['a', 'b']);
    await b.clock.advance(1_000);
    expect(names()).toEqual(['a']);
    await b.clock.advance(1_000);
    expect(seen(b, task).lastStatus).toBe('STOPPED');
  });
});

describe('a container’s surroundings', () => {
  const file = (name: string) => ({ type: 's3', value: `arn:aws:s3:::config/${name}.env` });

  it('has variables of environment files, of which the first wins, below those of the definition', async () => {
    const objects = {
      [file('one').value]: '# colours\nCOLOUR=red\nSIZE=small\nSHAPE=round=yes\n\n',
      [file('two').value]: 'COLOUR=blue\r\nWEIGHT="heavy"\r\n',
    };
    const b = await bench(undefined, { objects });
    const environment = [{ name: 'SIZE', value: 'large' }];
    run(b, webDefinition({}, { environment, environmentFiles: [file('one'), file('two')] }));
    await b.clock.advance(10);
    expect(b.runtime.launches[0]?.environment).toMatchObject({
      COLOUR: 'red',
      SIZE: 'large',
      SHAPE: 'round=yes',
      WEIGHT: '"heavy"',
    });
  });

  it('without an environment file that it names is not to be had: the task says so', async () => {
    const b = await bench();
    const task = run(b, webDefinition({}, { environmentFiles: [file('none')] }));
    await b.clock.advance(10);
    expect(seen(b, task)).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: expect.stringMatching(
        /^ResourceInitializationError: failed to download env files: .*none\.env/,
      ),
    });
  });

  it('has volumes, limits and the rest as the definition says', async () => {
    const b = await bench();
    run(
      b,
      webDefinition(
        { volumes: [{ name: 'scratch' }, { name: 'data', host: { sourcePath: '/srv/data' } }] },
        {
          mountPoints: [
            { sourceVolume: 'scratch', containerPath: '/scratch' },
            { sourceVolume: 'data', containerPath: '/data', readOnly: true },
          ],
          ulimits: [{ name: 'nofile', softLimit: 100, hardLimit: 200 }],
          readonlyRootFilesystem: true,
          user: '1000:1000',
          workingDirectory: '/srv',
          entryPoint: ['/bin/app'],
          command: ['serve'],
          linuxParameters: { initProcessEnabled: true, capabilities: { add: ['SYS_PTRACE'] } },
        },
      ),
    );
    await b.clock.advance(10);
    expect(b.runtime.launches[0]).toMatchObject({
      mounts: [
        { volume: 'scratch', containerPath: '/scratch', isReadOnly: false },
        { volume: 'data', hostPath: '/srv/data', containerPath: '/data', isReadOnly: true },
      ],
      ulimits: [{ name: 'nofile', soft: 100, hard: 200 }],
      isRootReadOnly: true,
      hasInit: true,
      capabilities: { add: ['SYS_PTRACE'], drop: [] },
      user: '1000:1000',
      workingDirectory: '/srv',
      entryPoint: ['/bin/app'],
      command: ['serve'],
    });
  });

  it.each([
    [
      { mountPoints: [{ sourceVolume: 'none', containerPath: '/x' }] },
      /^ClientException: Unknown volume 'none'/,
    ],
    [
      { restartPolicy: { enabled: true, restartAttemptPeriod: 59 } },
      /^ClientException: .*restartAttemptPeriod/,
    ],
    [{ environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::config/no' }] }, /^ClientException: .*\.env/],
    [{ ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }] }, /^ClientException: .*soft limit/],
    [{ startTimeout: 1 }, /^ClientException: .*startTimeout/],
  ])('is refused with %j', async (container, message) => {
    expect((await bench()).refusal('RegisterTaskDefinition', webDefinition({}, container))).toMatch(message);
  });

  it('keeps what stands after the first sign of equality', () => {
    expect(parseEnvironmentFile('A=b=c\n=d\nE\n F =g\n#H=i')).toEqual({ A: 'b=c', F: 'g' });
  });
});
