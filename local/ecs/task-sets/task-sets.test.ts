import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Bench, type BenchOptions, network, startBench, webDefinition } from '../testing.ts';

async function withTaskSet(options: BenchOptions = {}): Promise<Bench> {
  const bench = await startBench(options);
  bench.call('CreateCluster');
  bench.call('RegisterTaskDefinition', webDefinition());
  bench.call('CreateService', {
    serviceName: 'web',
    desiredCount: 2,
    deploymentController: { type: 'EXTERNAL' },
  });
  bench.call('CreateTaskSet', {
    cluster: 'default',
    service: 'web',
    taskDefinition: 'web',
    launchType: 'FARGATE',
    networkConfiguration: network,
  });
  return bench;
}

const sets = (bench: Bench) =>
  bench.call<{ taskSets: object[] }>('DescribeTaskSets', { cluster: 'default', service: 'web' }).taskSets;

it('goes on after a kill as if nothing had been', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-task-sets-'));
  const bench = await withTaskSet({ journalFile: join(directory, 'journal') });
  bench.journal.flush();
  await bench.crash(1000);
  await bench.clock.advance(60_000);
  expect(sets(bench)).toMatchObject([{ runningCount: 2, stabilityStatus: 'STEADY_STATE' }]);
  await bench.engine.stop();
  bench.journal.close();
  rmSync(directory, { recursive: true, force: true });
});

it('starts tasks that never run ever more slowly', async () => {
  const bench = await withTaskSet({ script: () => ({ startError: 'CannotPullContainerError: gone' }) });
  await bench.clock.advance(3_600_000);
  const started = bench.events.filter(
    ({ detail }) => detail.lastStatus === 'PROVISIONING' && detail.version === 1,
  );
  expect(started.length).toBeGreaterThan(4);
  expect(started.length).toBeLessThan(60);
  expect(sets(bench)).toMatchObject([{ stabilityStatus: 'STABILIZING' }]);
  await bench.engine.stop();
});
