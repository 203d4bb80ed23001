import { beforeEach, describe, expect, it } from 'vitest';
import {
  account,
  cluster,
  daemonEvent,
  deploymentEvent,
  ecsEvent,
  hookEvent,
  instanceEvent,
  serviceAction,
  taskArn,
  taskDetail,
  taskEvent,
} from '../../test/fixtures/ecs-events.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import type { TaskRecord } from '../ecs/task.ts';
import { taskRecord } from '../ecs/task-record.ts';
import { groupOfJob, jobRef } from '../jobs/records.ts';
import type { Ref } from '../kernel/plan.ts';
import type { Store, StoredRecord } from '../kernel/ports.ts';
import { serviceRef } from '../services/records.ts';
import { Poison, type Territory } from './classify.ts';
import { takeIn } from './intake.ts';
import { listOfTasks, listOfUnrecognised } from './records.ts';

const territory: Territory = { account, environments: new Map([['local', 'local']]) };
const web = serviceRef('local/shop-web');
const log = { info() {}, warn() {}, error() {} };

let store: Store;
let puts: StoredRecord[];
let reads: number;

beforeEach(() => {
  const memory = createMemoryStore();
  puts = [];
  reads = 0;
  store = {
    ...memory,
    put: (record, condition) => {
      puts.push(record);
      return memory.put(record, condition);
    },
    get: (key) => {
      reads++;
      return memory.get(key);
    },
    load: (ref) => {
      reads++;
      return memory.load(ref);
    },
  };
});

/** Takes an event in, and answers whose it was. */
async function take(event: unknown): Promise<Ref | undefined> {
  const owners: Ref[] = [];
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  await takeIn(body, { store, clock: { now: () => 5 }, log, territory }, async (owner) => {
    owners.push(owner);
  });
  expect(owners.length).toBeLessThan(2);
  return owners[0];
}

const task = async (id: string) =>
  (await store.get({ partition: `task#${taskArn(id)}`, sort: 'record' }))?.body as TaskRecord;

describe('events with a version', () => {
  it('cost one conditional write and no read', async () => {
    expect(await take(taskEvent('a', 3))).toEqual(web);
    expect([puts.length, reads]).toEqual([1, 0]);
  });

  it('are a job’s by the group of its task, at the same cost, and stand in no service’s list', async () => {
    const group = groupOfJob('job_dep_1_before_migrate');
    expect(await take(taskEvent('a', 3, { group }))).toEqual(jobRef('job_dep_1_before_migrate'));
    expect([puts.length, reads]).toEqual([1, 0]);
    expect(puts[0]?.list).toBeUndefined();
    expect(await take(taskEvent('b', 1, { group: 'berth-job:no job' }))).toBeUndefined();
  });

  it('are a service’s where they are about what stands beside it', async () => {
    expect(await take(taskEvent('a', 3, { group: 'service:shop-web--canary' }))).toEqual(web);
  });

  it('leave the newest version, whatever comes after it', async () => {
    await take(
      taskEvent('a', 3, {
        lastStatus: 'STOPPED',
        stopCode: 'EssentialContainerExited',
        stoppedAt: '2026-11-22T10:01:00Z',
      }),
    );
    await take(taskEvent('a', 2));
    await take(taskEvent('a', 3, { lastStatus: 'RUNNING' }));
    expect(await task('a')).toMatchObject({
      version: 3,
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
    });
  });

  it('become the same record as DescribeTasks gives', async () => {
    await take(taskEvent('a', 3));
    const described = {
      ...taskDetail('a', 3),
      createdAt: new Date('2026-11-22T09:59:01.5Z'),
      startedAt: new Date('2026-11-22T09:59:09.123Z'),
    };
    expect(JSON.stringify(await task('a'))).toBe(JSON.stringify(taskRecord(described)));
  });

  it('keep no value of an environment override', async () => {
    await take(taskEvent('a', 3));
    expect(JSON.stringify(puts)).not.toContain('canary-secret-value');
  });

  it('record instances too', async () => {
    await take(instanceEvent(14801));
    expect(puts).toMatchObject([{ version: 14801, body: { status: 'ACTIVE' } }]);
  });

  it('are found in their service', async () => {
    await take(taskEvent('a', 1));
    await take(taskEvent('b', 1));
    const page = await store.query({ list: listOfTasks('local', 'shop-web'), limit: 10 });
    expect(page.entries).toHaveLength(2);
  });
});

describe('events without a version', () => {
  it.each([
    ['service action', serviceAction('SERVICE_STEADY_STATE')],
    ['service action without a reason', serviceAction('SERVICE_TASK_START_IMPAIRED')],
    ['deployment, which carries no cluster', deploymentEvent('SERVICE_DEPLOYMENT_COMPLETED', 'completed')],
    ['hook', hookEvent()],
  ])('%s wakes its owner and writes nothing', async (_, event) => {
    expect(await take(event)).toEqual(web);
    expect(puts).toEqual([]);
  });
});

describe('what is not understood', () => {
  it.each([
    ['an unknown detail-type', ecsEvent('ECS Something New', { clusterArn: cluster })],
    ['a daemon', daemonEvent()],
    ['a task event without a version', taskEvent('a', 1, { version: undefined })],
  ])('%s is kept and counted', async (_, event) => {
    expect(await take(event)).toBeUndefined();
    await take(event);
    expect((await store.query({ list: listOfUnrecognised, limit: 10 })).entries).toHaveLength(1);
  });

  it('is kept without the values of environment overrides', async () => {
    await take(ecsEvent('ECS Something New', taskDetail('a', 1)));
    expect(JSON.stringify(puts)).not.toContain('canary-secret-value');
  });

  it.each([
    ['not JSON', '{"id":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['no detail', JSON.stringify({ ...taskEvent('a', 1), detail: undefined })],
    ['a forged source', JSON.stringify({ ...taskEvent('a', 1), source: 'my.ecs' })],
    ['a version of 2^53', JSON.stringify(taskEvent('a', 2 ** 53))],
    ['a version of 0', JSON.stringify(taskEvent('a', 0))],
    ['a version that is a text', JSON.stringify(taskEvent('a', 1, { version: '1' }))],
    ['no status', JSON.stringify(taskEvent('a', 1, { lastStatus: null }))],
    ['a service event that names no service', JSON.stringify({ ...serviceAction('X'), resources: [] })],
  ])('%s is poison and changes nothing', async (_, body) => {
    await expect(take(body)).rejects.toThrow(Poison);
    expect(puts).toEqual([]);
  });

  it.each([
    ['another account', { ...taskEvent('a', 1), account: '111122223333' }],
    ['another cluster', taskEvent('a', 1, { clusterArn: `arn:aws:ecs:us-east-1:${account}:cluster/other` })],
    [
      'our cluster in another account',
      taskEvent('a', 1, { clusterArn: 'arn:aws:ecs:us-east-1:111122223333:cluster/local' }),
    ],
    [
      'a task of another cluster',
      taskEvent('a', 1, { taskArn: `arn:aws:ecs:us-east-1:${account}:task/other/a` }),
    ],
    [
      'a service elsewhere',
      { ...serviceAction('X'), resources: ['arn:aws:ecs:us-east-1:111122223333:service/local/shop-web'] },
    ],
  ])('%s is left alone', async (_, event) => {
    expect(await take(event)).toBeUndefined();
    expect(puts).toEqual([]);
  });
});
