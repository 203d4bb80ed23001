import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { silentLog } from '../../test/support/toy.ts';
import { lookForLocks } from '../aws/locks.ts';
import { ledgerOf } from '../kernel/ledger.ts';
import type { LedgerEntry } from '../kernel/ports.ts';
import { createEngine } from '../kernel/reconcile.ts';
import { locks } from './decide.ts';
import { type LockMessage, type LockState, maxLocks } from './model.ts';
import { listOfLocks, lockRef } from './records.ts';

const start = 1_000_000;

/** Locks under the real loop, in a store in memory. */
function createWorld() {
  const store = createMemoryStore();
  const clock = { at: start, now: () => clock.at };
  const alarms = { ring: async () => {} };
  const members = { lock: { domain: locks, look: async () => ({}), perform: async () => undefined } };
  const engine = createEngine({ store, clock, alarms, members, log: silentLog, owner: 'one' });
  let told = 0;
  return {
    store,
    clock,
    async tell(target: string, message: LockMessage, id = `m${++told}`) {
      await engine.deliver(lockRef(target), message, id);
      await engine.wake([lockRef(target)]);
    },
    wake: (target: string) => engine.wake([lockRef(target)]),
    item: (target: string) => store.load(lockRef(target)),
    state: async (target: string) => (await store.load(lockRef(target)))?.state as LockState,
    async history(target: string) {
      const { entries } = await store.query({ ...ledgerOf(lockRef(target)), limit: 100 });
      return entries.map(({ body }) => (body as LedgerEntry).reasons.map(({ text }) => text));
    },
    seen: () => lookForLocks({ environment: 'prod', ecsName: 'shop-web' }, { store, clock }),
  };
}

const locking = (actor: string, over: Partial<Extract<LockMessage, { type: 'lock' }>['lock']> = {}) =>
  ({
    type: 'lock',
    environment: 'prod',
    lock: { id: `lock_${actor}`, actor, message: 'why', ...over },
  }) satisfies LockMessage;
const ofService = (message: Extract<LockMessage, { type: 'lock' }>): LockMessage => ({
  ...message,
  ecsName: 'shop-web',
});
const unlocking = (...ids: string[]): LockMessage => ({ type: 'unlock', locks: ids, actor: 'zoe' });

describe('locks', () => {
  it('of the environment and of the service are seen together, without others', async () => {
    const world = createWorld();
    await world.tell('prod', locking('ann'));
    await world.tell('prod/shop-web', ofService(locking('bob', { until: start + 10 })));
    await world.tell('prod/shop-job', { ...locking('cat'), ecsName: 'shop-job' });
    expect(await world.seen()).toEqual({
      locks: [
        { of: 'environment', actor: 'ann', message: 'why', since: start },
        { of: 'service', actor: 'bob', message: 'why', since: start, until: start + 10 },
      ],
    });
    world.clock.at += 10;
    expect((await world.seen()).locks).toMatchObject([{ actor: 'ann' }]);
  });

  it('stand side by side, one for each who locks, and each is taken away by its id', async () => {
    const world = createWorld();
    await world.tell('prod', locking('ann'));
    world.clock.at += 5;
    await world.tell('prod', locking('bob'));
    await world.tell('prod', locking('ann', { id: 'lock_new', message: 'still', until: start + 50 }));
    expect((await world.state('prod')).locks).toEqual([
      { id: 'lock_ann', actor: 'ann', message: 'still', since: start, until: start + 50 },
      { id: 'lock_bob', actor: 'bob', message: 'why', since: start + 5 },
    ]);
    await world.tell('prod', { ...unlocking('lock_ann', 'lock_none'), reason: 'done' } as LockMessage);
    expect((await world.state('prod')).locks).toMatchObject([{ id: 'lock_bob' }]);
  });

  it('are in the ledger, with who and why, made, renewed, taken away and over', async () => {
    const world = createWorld();
    await world.tell('prod', locking('ann'));
    await world.tell('prod', locking('ann', { message: 'more', until: start + 1000 }));
    await world.tell('prod', locking('bob'));
    await world.tell('prod', { ...unlocking('lock_bob'), reason: 'it is well again' } as LockMessage);
    world.clock.at += 1000;
    await world.wake('prod');
    await world.wake('prod');
    expect(await world.history('prod')).toEqual([
      ['prod is locked by ann', 'ann made lock_ann: why'],
      ['prod is locked by ann', 'ann renewed lock_ann until 1970-01-01T00:16:41.000Z: more'],
      ['prod is locked by ann, bob', 'bob made lock_bob: why'],
      ['prod is locked by ann', 'zoe took lock_bob of bob away: it is well again'],
      ['prod is not locked', 'lock_ann of ann is over'],
    ]);
  });

  it('are listed while one stands, and wake when one ends', async () => {
    const world = createWorld();
    const listed = async () => (await world.store.query({ list: listOfLocks('prod'), limit: 9 })).entries;
    await world.tell('prod/shop-web', ofService(locking('ann', { until: start + 70 })));
    await world.tell('prod', locking('bob'));
    expect((await listed()).map(({ body }) => (body as LockState).target)).toEqual(['prod', 'prod/shop-web']);
    expect((await world.item('prod/shop-web'))?.wakeAt).toBe(start + 70);
    expect(await world.store.due(start + 70, 9)).toEqual([lockRef('prod/shop-web')]);
    world.clock.at += 70;
    await world.wake('prod/shop-web');
    expect(await listed()).toHaveLength(1);
    expect(await world.item('prod/shop-web')).not.toHaveProperty('wakeAt');
  });

  it('that repeat change nothing, and neither does what is not there', async () => {
    const world = createWorld();
    await world.tell('prod', locking('ann'), 'm');
    const before = await world.item('prod');
    await world.tell('prod', locking('ann', { message: 'again' }), 'm');
    await world.tell('prod', unlocking('lock_none'), 'm2');
    expect((await world.item('prod'))?.state).toEqual(before?.state);
    await world.tell('elsewhere', unlocking('lock_ann'), 'm3');
    expect(await world.item('elsewhere')).toBeUndefined();
  });

  it('are bounded', async () => {
    const world = createWorld();
    for (let count = 0; count <= maxLocks; count++) await world.tell('prod', locking(`p${count}`));
    expect((await world.state('prod')).locks).toHaveLength(maxLocks);
  });
});

it('whoever locks is seen until he unlocks or his time is over, whatever others do', async () => {
  const people = ['ann', 'bob', 'cat'] as const;
  const step = fc.oneof(
    fc.record({
      do: fc.constant('lock' as const),
      who: fc.constantFrom(...people),
      for: fc.option(fc.nat(9)),
    }),
    fc.record({ do: fc.constant('unlock' as const), who: fc.constantFrom(...people) }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.nat(6) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = createWorld();
      const expected = new Map<string, number>();
      for (const one of steps) {
        const { now } = world.clock;
        if (one.do === 'pass') world.clock.at += one.ms;
        else if (one.do === 'lock') {
          const until = one.for === null ? undefined : now() + one.for;
          await world.tell('prod', locking(one.who, until === undefined ? {} : { until }));
          expected.set(one.who, until ?? Number.POSITIVE_INFINITY);
        } else {
          await world.tell('prod', unlocking(`lock_${one.who}`));
          expected.delete(one.who);
        }
        const standing = [...expected].filter(([, until]) => until > now()).map(([who]) => who);
        const seen = (await world.seen()).locks.map(({ actor }) => actor);
        expect(seen.sort()).toEqual(standing.sort());
      }
    }),
    { numRuns: 150 },
  );
});
