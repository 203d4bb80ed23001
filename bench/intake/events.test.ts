import { expect, it } from 'vitest';
import { classify, parseEvent, type Territory } from '../../core/intake/classify.ts';
import { account, environmentName } from '../functions/environment.ts';
import { batchesOf } from './batches.ts';
import { type Lives, stages, taskEvents } from './events.ts';
import { costOf, speedOf } from './figures.ts';
import type { Round } from './round.ts';

const territory: Territory = { account, environments: new Map([[environmentName, environmentName]]) };
const classified = (lives: Lives) =>
  taskEvents(lives).map((event) => classify(parseEvent(JSON.stringify(event)), territory));

it('tells each task’s life in order, of tasks that Berth takes for those of its services', () => {
  const lives: Lives = { run: 'a', tasks: 4, services: ['web', 'worker'] };
  const found = classified(lives);
  const tasks = new Map<string, { readonly versions: number[]; readonly owner: string | undefined }>();
  for (const one of found) {
    if (one.is !== 'task') throw new Error(`taken for ${one.is}`);
    const { versions } = tasks.get(one.record.taskArn) ?? { versions: [] };
    tasks.set(one.record.taskArn, { versions: [...versions, one.record.version], owner: one.ecsName });
  }
  expect([...tasks.values()].map(({ owner }) => owner)).toEqual(['web', 'web', 'worker', 'worker']);
  for (const { versions } of tasks.values()) expect(versions).toEqual(stages.map((_, index) => index + 1));
});

it('has no task in two runs, and no service where none is given', () => {
  const arns = (run: string) => classified({ run, tasks: 2, services: [] }).map((one) => JSON.stringify(one));
  expect(arns('1').filter((one) => arns('2').includes(one))).toEqual([]);
  expect(arns('1').join()).not.toContain('ecsName');
});

it('makes events as large as those of ECS', () => {
  const [event] = taskEvents({ run: 'a', tasks: 1, services: ['web'] });
  const bytes = JSON.stringify(event).length;
  expect(bytes).toBeGreaterThan(3_000);
  expect(bytes).toBeLessThan(5_000);
});

it('fills batches, the last one with what is left', () => {
  const sizes = batchesOf(['a', 'b', 'c'], 2).map(
    (payload) => (JSON.parse(payload) as { Records: object[] }).Records.length,
  );
  expect(sizes).toEqual([2, 1]);
});

it('works out what one event takes, over all rounds, and the speed of the middle one', () => {
  const round = (wallMs: number, cpuMs: number): Round => ({
    events: 10,
    series: { cpuMs, wallMs, durationsMs: [wallMs] },
    usage: { reads: 0, writes: 10, refused: 1, readUnits: 0, writeUnits: 40 },
    grown: { tableBytes: 0, indexBytes: 0 },
    asked: 2,
  });
  const rounds = [round(100, 5), round(200, 6), round(1000, 50)];
  expect(costOf(rounds)).toEqual({
    writesPerEvent: 1,
    readsPerEvent: 0,
    refusedPerEvent: 0.1,
    writeUnitsPerEvent: 4,
    readUnitsPerEvent: 0,
    messagesPerEvent: 0.2,
  });
  expect(speedOf(rounds)).toEqual({ cpuMsPerEvent: 0.6, eventsPerSecond: 50, invocationMs: 200 });
});
