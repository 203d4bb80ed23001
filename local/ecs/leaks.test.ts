import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';
import { openJournal } from '../support/journal.ts';
import { type Bench, network, startBench, webDefinition } from './testing.ts';

const directory = mkdtempSync(join(tmpdir(), 'berth-leaks-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const hourMs = 3_600_000;

/** Runs `count` tasks to their ends, and lets the time pass in which they can still be seen. */
async function comeAndGo(b: Bench, count: number): Promise<void> {
  for (let done = 0; done < count; done += 10)
    b.call('RunTask', {
      taskDefinition: 'web',
      count: 10,
      launchType: 'FARGATE',
      networkConfiguration: network,
      clientToken: `${done}`,
    });
  await b.clock.advance(10_000);
  const { taskArns } = b.call<{ taskArns: string[] }>('ListTasks', { desiredStatus: 'STOPPED' });
  expect(taskArns).toHaveLength(100);
  b.call('DescribeTasks', { tasks: taskArns });
  // A token is remembered for a day.
  await b.clock.advance(25 * hourMs);
  b.events.length = 0;
}

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

it('keeps nothing of five thousand tasks that came and went', { timeout: 60_000 }, async () => {
  const journalFile = join(directory, 'journal');
  const b = await startBench({
    journalFile,
    script: () => ({ startDelayMs: 5, exitAfterMs: 500, exitCode: 0 }),
  });
  b.call('CreateCluster');
  b.call('RegisterTaskDefinition', webDefinition());
  await comeAndGo(b, 1000);
  const before = heapMb();
  for (let round = 0; round < 4; round++) await comeAndGo(b, 1000);
  expect(heapMb() - before).toBeLessThan(4);
  await b.engine.stop();
  b.journal.close();
  // Opened again, the file holds one line for each row that is left.
  openJournal(journalFile).close();
  const rows = readFileSync(journalFile, 'utf8').trim().split('\n');
  expect(rows.map((row) => (JSON.parse(row) as [[table: string]])[0][0]).sort()).toEqual([
    'ecs.clusters',
    'ecs.families',
    'ecs.taskDefinitions',
  ]);
});
