import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskRecord } from '../../core/ecs/task.ts';
import { taskRecord } from '../../core/ecs/task-record.ts';
import { catchUp } from '../../core/intake/catch-up.ts';
import { takeIn } from '../../core/intake/intake.ts';
import { listOfTasks } from '../../core/intake/records.ts';
import { startBench, webDefinition, webService } from '../../local/ecs/testing.ts';
import { createMemoryStore } from '../support/memory-store.ts';

/**
 * Order, repetition and loss of events change nothing in the end: after one reading of ECS, the records are those
 * of the run in order. The stream is what Local AWS's own engine sends in a deployment that crashes, is rolled
 * back, loses a task and is scaled in.
 */

const clock = { now: () => 0 };
const log = { info() {}, warn() {}, error() {} };
const owner = { environment: 'local', ecsName: 'web' };
const territory = { account: '000000000000', environments: new Map([['local', 'local']]) };

let stream: string[];
let present: TaskRecord[];

beforeAll(async () => {
  const bench = await startBench({
    script: ({ image }) => (image === 'shop:bad' ? { exitAfterMs: 200, exitCode: 1 } : { startDelayMs: 50 }),
  });
  bench.call('CreateCluster', { clusterName: 'local' });
  bench.call('RegisterTaskDefinition', webDefinition());
  const rollBack = { deploymentCircuitBreaker: { enable: true, rollback: true } };
  bench.call('CreateService', webService({ cluster: 'local', deploymentConfiguration: rollBack }));
  await bench.clock.advance(60_000);
  bench.call('RegisterTaskDefinition', webDefinition({}, { image: 'shop:bad' }));
  bench.call('UpdateService', { cluster: 'local', service: 'web', taskDefinition: 'web' });
  await bench.clock.advance(120_000);
  const [victim] = bench.runtime.running();
  bench.runtime.kill(victim as string);
  await bench.clock.advance(60_000);
  bench.call('UpdateService', { cluster: 'local', service: 'web', desiredCount: 1 });
  await bench.clock.advance(120_000);
  stream = bench.events.map((event) => JSON.stringify(event));
  const arns = (['RUNNING', 'STOPPED'] as const).flatMap(
    (desiredStatus) =>
      bench.call<{ taskArns: string[] }>('ListTasks', { cluster: 'local', serviceName: 'web', desiredStatus })
        .taskArns,
  );
  const { tasks } = bench.call<{ tasks: Record<string, unknown>[] }>('DescribeTasks', {
    cluster: 'local',
    tasks: arns,
  });
  present = tasks.map(taskRecord);
  await bench.engine.stop();
});

async function recordsAfter(events: readonly string[]): Promise<string[]> {
  const store = createMemoryStore();
  for (const event of events) await takeIn(event, { store, clock, log, territory }, () => {});
  await catchUp(owner, present, store);
  const page = await store.query({ list: listOfTasks(owner.environment, owner.ecsName), limit: 100 });
  return page.entries.map(({ body }) => JSON.stringify(body)).sort();
}

describe('the records of tasks', () => {
  it('come of a stream that is worth the name', () => {
    expect(stream.length).toBeGreaterThan(40);
    expect(present.length).toBeGreaterThan(5);
    expect(present.some(({ stopCode }) => stopCode === 'EssentialContainerExited')).toBe(true);
  });

  it('are the same from events alone as from ECS alone', async () => {
    const inOrder = await recordsAfter(stream);
    expect(await recordsAfter([])).toEqual(inOrder);
    const store = createMemoryStore();
    for (const event of stream) await takeIn(event, { store, clock, log, territory }, () => {});
    const page = await store.query({ list: listOfTasks('local', 'web'), limit: 100 });
    expect(page.entries.map(({ body }) => JSON.stringify(body)).sort()).toEqual(inOrder);
  });

  it('do not depend on order, repetition or loss', async () => {
    const inOrder = await recordsAfter(stream);
    const disturbed = fc
      .array(fc.record({ place: fc.nat(stream.length - 1), times: fc.integer({ min: 1, max: 3 }) }), {
        maxLength: 80,
      })
      .map((picks) =>
        picks.flatMap(({ place, times }) => Array<string>(times).fill(stream[place] as string)),
      );
    const shuffled = fc.shuffledSubarray(stream, { minLength: stream.length });
    await fc.assert(
      fc.asyncProperty(fc.oneof(disturbed, shuffled), async (events) => {
        expect(await recordsAfter(events)).toEqual(inOrder);
      }),
      { numRuns: 150 },
    );
  });
});
