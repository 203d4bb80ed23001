import type { Task } from '@aws-sdk/client-ecs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Script } from '../../runtimes/scripted/script.ts';
import { type Bench, network, startBench, webDefinition } from '../testing.ts';
import type { Wire } from '../wire.ts';

const order = [
  'PROVISIONING',
  'PENDING',
  'ACTIVATING',
  'RUNNING',
  'DEACTIVATING',
  'STOPPING',
  'DEPROVISIONING',
  'STOPPED',
];

const delay = fc.constantFrom(0, 10, 1_000, 20_000);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const scripts: fc.Arbitrary<Script> = fc
  .record({
    startDelayMs: maybe(delay),
    startError: maybe(fc.constant('CannotStartContainerError: no')),
    exitAfterMs: maybe(delay),
    exitCode: fc.constantFrom(0, 1),
    stopMs: maybe(fc.oneof(delay, fc.constant('never' as const))),
  })
  .map((script) => Object.fromEntries(Object.entries(script).filter(([, value]) => value !== undefined)));

const conditions = fc.constantFrom('START', 'COMPLETE', 'SUCCESS');

async function begin(byImage: Readonly<Record<string, Script>>, condition: string): Promise<[Bench, string]> {
  const b = await startBench({ script: ({ image }) => byImage[image] ?? {} });
  b.call('CreateCluster');
  const containerDefinitions = [
    { name: 'app', image: 'app', dependsOn: [{ containerName: 'side', condition }] },
    { name: 'side', image: 'side', essential: false },
  ];
  b.call('RegisterTaskDefinition', webDefinition({ containerDefinitions }));
  const request = { taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network };
  const { tasks } = b.call<{ tasks: Wire<Task>[] }>('RunTask', request);
  return [b, tasks[0]?.taskArn ?? ''];
}

it('a task goes from state to state without going back, tells each version once, and ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      scripts,
      scripts,
      conditions,
      delay,
      fc.boolean(),
      async (app, side, condition, stopMs, restarts) => {
        const [b, task] = await begin({ app, side }, condition);
        await b.clock.advance(stopMs);
        if (restarts) await b.restart();
        b.call('StopTask', { task });
        // Both containers may have to be killed, one after the other, each after thirty seconds.
        await b.clock.advance(120_000);
        const told = b.events.filter(({ detail }) => detail.taskArn === task).map(({ detail }) => detail);
        expect(told.map(({ version }) => version)).toEqual(told.map((_, index) => index + 1));
        const states = told.map(({ lastStatus }) => order.indexOf(String(lastStatus)));
        expect(states).toEqual([...states].sort((one, other) => one - other));
        const last = told.at(-1);
        expect(last).toMatchObject({ lastStatus: 'STOPPED', desiredStatus: 'STOPPED' });
        expect(['EssentialContainerExited', 'TaskFailedToStart', 'UserInitiated']).toContain(last?.stopCode);
        expect(b.runtime.running()).toEqual([]);
        await b.engine.stop();
      },
    ),
    { numRuns: 100 },
  );
});
