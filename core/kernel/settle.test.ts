import { beforeEach, describe, expect, it } from 'vitest';
import { gatedStore } from '../../test/support/memory-store.ts';
import { bench, createToyWorld, statusOf, type ToyMessage, type ToyWorld } from '../../test/support/toy.ts';
import { FinalFailure, LostRace } from './errors.ts';
import type { Alarms } from './ports.ts';

const lay = (...jobs: string[]): ToyMessage => ({ type: 'lay', jobs });
const never = () => new Promise<never>(() => {});
const jobOf = (effect: unknown) => (effect as { job: string }).job;

let world: ToyWorld;
beforeEach(() => {
  world = createToyWorld();
});

const jobs = () => world.worked.map(({ job }) => job);

/** A process that dies at a gate: nothing after it happens, and nobody is told. */
const dying = (owner: string, atPassage: string) =>
  world.engine(owner, {
    store: gatedStore(world.store, async (passage) => (passage === atPassage ? never() : undefined)),
  });

describe('an effect', () => {
  it('is performed only once it is stored as an intent, under the id that it keeps', async () => {
    const seen: unknown[] = [];
    const engine = world.engine('one', {
      async perform(effect, context) {
        const stored = await context.current();
        seen.push(
          stored?.outbox.some(({ id }) => id === context.id),
          context.ref,
          jobOf(effect),
        );
      },
    });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    expect(seen).toEqual([true, bench('a'), 'saw']);
    expect(world.worked[0]?.id).toBe('bench#a#1#1');
  });

  it('is performed in the order in which it was decided, across decisions', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), lay('1', '2'), 'm1');
    await engine.deliver(bench('a'), lay('3'), 'm2');
    await engine.wake([bench('a')]);
    expect(jobs()).toEqual(['1', '2', '3']);
    expect((await world.item('a')).outbox).toEqual([]);
    expect((await world.item('a')).lease).toBeUndefined();
  });

  it('hands its outcome to the aggregate once', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    await engine.wake([bench('a')]);
    expect((await world.bench('a')).outcomes).toEqual(['bench#a#1#1']);
  });

  it('carries a message to another aggregate, which is looked at in the same run, once', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), { type: 'hand', job: 'saw', to: bench('b') }, 'm1');
    await engine.wake([bench('a')]);
    expect((await world.bench('b')).jobs).toEqual({ saw: 'done' });
    expect((await world.item('b')).inbox).toEqual(['bench#a#1#1']);
  });
});

describe('an effect that fails', () => {
  it('is tried again, later each time, and holds up those behind it', async () => {
    let failures = 3;
    const engine = world.engine('one', {
      async perform(effect) {
        if (jobOf(effect) === '1' && failures-- > 0) throw new Error('not now');
      },
    });
    await engine.deliver(bench('a'), lay('1', '2'), 'm1');
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      await engine.wake([bench('a')]);
      expect(jobs()).toEqual([]);
      const [head] = (await world.item('a')).outbox;
      waits.push((head?.notBefore ?? 0) - world.now);
      expect(await world.store.due((head?.notBefore ?? 0) - 1, 1)).toEqual([]);
      expect(await world.store.due(head?.notBefore ?? 0, 1)).toEqual([bench('a')]);
      await engine.wake([bench('a')]);
      world.now = head?.notBefore ?? 0;
    }
    expect(waits).toEqual([500, 1_000, 2_000]);
    await engine.wake([bench('a')]);
    expect(world.worked.map(({ job, attempt, id }) => [job, attempt, id])).toEqual([
      ['1', 3, 'bench#a#1#1'],
      ['2', 0, 'bench#a#1#2'],
    ]);
  });

  it('is waited for without asking for looks all the while where another has it in hand', async () => {
    let isFirst = true;
    const one = world.engine('one', {
      perform: () => (isFirst ? Promise.reject(new Error('not now')) : never()),
    });
    await one.deliver(bench('a'), lay('saw'), 'm1');
    await one.wake([bench('a')]);
    isFirst = false;
    world.now = (await world.item('a')).outbox[0]?.notBefore ?? 0;
    void one.wake([bench('a')]);
    await expect.poll(async () => (await world.item('a')).lease).toBeDefined();
    const { lease } = await world.item('a');
    world.now += 1_000;
    world.alarms.length = 0;
    await world.engine('two').wake([bench('a')]);
    await world.engine('two').wake([bench('a')]);
    expect((await world.item('a')).wakeAt).toBe(lease?.until);
    const bell = Math.ceil((lease?.until ?? 0) / 1000) * 1000;
    expect(world.alarms.map(({ at }) => at)).toEqual([bell, bell]);
  });

  it('is waited for without asking for looks all the while, however long that is', async () => {
    const engine = world.engine('one', { perform: () => Promise.reject(new Error('not now')) });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    for (let round = 0; round < 9; round++) {
      await engine.wake([bench('a')]);
      world.now = (await world.item('a')).outbox[0]?.notBefore ?? 0;
    }
    await engine.wake([bench('a')]);
    const waiting = await world.item('a');
    expect(waiting.wakeAt).toBe(world.now + 30_000);
    world.alarms.length = 0;
    world.now += 20_000;
    await engine.wake([bench('a')]);
    await world.engine('two').wake([bench('a')]);
    expect(await world.item('a')).toEqual(waiting);
    expect(world.alarms).toEqual([]);
  });

  it('is an outcome at once where trying again is of no use', async () => {
    const engine = world.engine('one', {
      perform: () => Promise.reject(new FinalFailure('AccessDenied', 'the role may not')),
    });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    expect(await world.bench('a')).toMatchObject({ jobs: { saw: 'failed' }, failures: ['AccessDenied'] });
    expect((await world.item('a')).outbox).toEqual([]);
  });

  it('is an outcome in the end, with what it last failed with', async () => {
    const engine = world.engine('one', { perform: () => Promise.reject(new RangeError('still not')) });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    for (let round = 0; round < 60 && (await world.item('a')).outbox.length > 0; round++) {
      await engine.wake([bench('a')]);
      world.now = (await world.item('a')).wakeAt ?? world.now;
    }
    expect(await world.bench('a')).toMatchObject({ jobs: { saw: 'failed' }, failures: ['RangeError'] });
    expect(world.now).toBeGreaterThan(1_000_000 + 10 * 60_000);
  });

  it('is not given up for a first failure, however long nobody was there to try', async () => {
    let failures = 1;
    const engine = world.engine('one', {
      perform: () => (failures-- > 0 ? Promise.reject(new Error('not now')) : Promise.resolve()),
    });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    world.now += 25 * 3600_000;
    await engine.wake([bench('a')]);
    world.now = (await world.item('a')).wakeAt ?? world.now;
    await engine.wake([bench('a')]);
    expect(await world.bench('a')).toMatchObject({ jobs: { saw: 'done' }, failures: [] });
  });
});

describe('a lease', () => {
  it('of a clock that is far ahead is not what everybody who looks meanwhile rings for', async () => {
    await world.engine('api').deliver(bench('a'), lay('saw'), 'm1');
    world.now += 300_000;
    void dying('ahead', 'before put').wake([bench('a')]);
    await expect.poll(async () => (await world.item('a')).lease?.owner).toBe('ahead/1');
    const { lease } = await world.item('a');
    world.now -= 300_000;
    world.alarms.length = 0;
    await world.engine('two').wake([bench('a')]);
    expect(world.alarms).toEqual([]);
    expect(await world.store.due(lease?.until ?? 0, 1)).toEqual([bench('a')]);
    world.now = (lease?.until ?? 0) - 5_000;
    await world.engine('two').wake([bench('a')]);
    expect(world.alarms).toEqual([{ ref: bench('a'), at: lease?.until }]);
  });

  it('keeps an outbox from others while its owner settles it', async () => {
    const dead = dying('dead', 'before put');
    await world.engine('api').deliver(bench('a'), lay('saw'), 'm1');
    void dead.wake([bench('a')]);
    await expect.poll(async () => (await world.item('a')).lease?.owner).toBe('dead/1');
    const held = await world.item('a');
    await world.engine('two').wake([bench('a')]);
    await world.engine('two').deliver(bench('a'), lay('glue'), 'm2');
    await world.engine('two').wake([bench('a')]);
    expect(world.worked).toEqual([]);
    expect((await world.item('a')).lease).toEqual(held.lease);
    expect(world.alarms).toContainEqual({ ref: bench('a'), at: held.lease?.until });
  });

  it.each(['after commit', 'before put', 'after put'])(
    'runs out on a process that died %s, and another goes on',
    async (passage) => {
      await world.engine('api').deliver(bench('a'), lay('saw', 'glue'), 'm1');
      void dying('dead', passage).wake([bench('a')]);
      await expect.poll(async () => (await world.item('a')).lease?.owner).toBe('dead/1');
      const { lease } = await world.item('a');
      world.now = (lease?.until ?? 0) - 1;
      expect(await world.store.due(world.now, 1)).toEqual([]);
      world.now += 1;
      expect(await world.store.due(world.now, 1)).toEqual([bench('a')]);
      await world.engine('two').wake([bench('a')]);
      expect(jobs()).toEqual(['saw', 'glue']);
      expect(await world.bench('a')).toMatchObject({ jobs: { saw: 'done', glue: 'done' } });
      expect(await world.history('a')).toHaveLength(2);
    },
  );

  it('is not dropped by one by whose clock the effect still has to wait', async () => {
    let attempts = 0;
    const work = Promise.withResolvers<void>();
    const engine = world.engine('one', {
      perform: () => (++attempts === 1 ? Promise.reject(new Error('not now')) : work.promise),
    });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    world.now += 500;
    const second = engine.wake([bench('a')]);
    await expect.poll(() => attempts).toBe(2);
    const behind = { clock: { now: () => world.now - 400 } };
    await world.engine('behind', behind).deliver(bench('a'), lay('glue'), 'm2');
    expect((await world.item('a')).lease?.owner).toBe('one/2');
    work.resolve();
    await second;
    expect(jobs()).toEqual(['saw', 'glue']);
  });

  it('is taken anew before the next effect when effects took long', async () => {
    const leases: (number | undefined)[] = [];
    const engine = world.engine('one', {
      async perform(_, context) {
        leases.push((await context.current())?.lease?.until);
        world.now += 6_000;
      },
    });
    await engine.deliver(bench('a'), lay('1', '2', '3'), 'm1');
    await engine.wake([bench('a')]);
    expect(jobs()).toEqual(['1', '2', '3']);
    expect(leases).toEqual([1_010_000, 1_010_000, 1_022_000]);
  });

  it('that another took meanwhile leaves an outcome absorbed once', async () => {
    const other = world.engine('other');
    let overtaken = false;
    const slow = world.engine('slow', {
      async perform() {
        if (overtaken) return;
        overtaken = true;
        world.now += 60_000;
        await other.wake([bench('a')]);
      },
    });
    await slow.deliver(bench('a'), lay('saw'), 'm1');
    await slow.wake([bench('a')]);
    expect(world.worked.map(({ owner }) => owner)).toEqual(['other', 'slow']);
    expect((await world.bench('a')).outcomes).toEqual(['bench#a#1#1']);
    expect((await world.item('a')).outbox).toEqual([]);
  });
});

describe('a lease that was lost', () => {
  it('keeps an effect from what cannot be taken back', async () => {
    const other = world.engine('other');
    const slow = world.engine('slow', {
      async perform(_, context) {
        world.now += 9_000;
        await expect(context.current()).rejects.toThrow(LostRace);
        world.now += 1_000;
        await other.wake([bench('a')]);
        await context.current();
      },
    });
    await slow.deliver(bench('a'), lay('saw'), 'm1');
    await slow.wake([bench('a')]);
    expect(world.worked.map(({ owner }) => owner)).toEqual(['other']);
    expect((await world.bench('a')).jobs).toEqual({ saw: 'done' });
  });

  it('is another wake’s even in the same process', async () => {
    const gate = Promise.withResolvers<void>();
    const engine = world.engine('one', { perform: () => gate.promise });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    const both = [engine.wake([bench('a')]), engine.wake([bench('a')])];
    await both[1];
    gate.resolve();
    await both[0];
    expect(jobs()).toEqual(['saw']);
  });

  it('leaves it to its new owner when to try again', async () => {
    let second: Promise<void> | undefined;
    const work = Promise.withResolvers<void>();
    const other = world.engine('other', { perform: () => work.promise });
    const slow = world.engine('slow', {
      async perform() {
        world.now += 60_000;
        second = other.wake([bench('a')]);
        await expect.poll(async () => (await world.item('a')).lease?.owner).toBe('other/1');
        throw new Error('not now');
      },
    });
    await slow.deliver(bench('a'), lay('saw'), 'm1');
    await slow.wake([bench('a')]);
    const item = await world.item('a');
    expect(item.lease?.owner).toBe('other/1');
    expect(item.outbox.map(({ attempts, notBefore }) => [attempts, notBefore])).toEqual([[0, undefined]]);
    work.resolve();
    await second;
    expect((await world.bench('a')).jobs).toEqual({ saw: 'done' });
  });
});

describe('the ledger', () => {
  it('has one line for each transition, and each goes on where the one before ended', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    await engine.wake([bench('a')]);
    const lines = await world.history('a');
    expect(lines.map(({ effects, inputs }) => [inputs, effects])).toEqual([
      [['lay'], ['work']],
      [['work done'], []],
    ]);
    expect(lines[0]?.from).toBeUndefined();
    expect(lines[1]?.from).toBe(lines[0]?.to);
    expect(lines[1]?.to).toBe(statusOf(await world.bench('a')));
    expect(lines.every(({ reasons }) => reasons.length > 0)).toBe(true);
  });

  it('is written before what was decided is done, and again after an outage', async () => {
    let isAway = true;
    const store = gatedStore(world.store, async (passage) => {
      if (isAway && passage === 'before put') throw new Error('the store is away');
    });
    const alarms: Alarms = { ring: async () => {} };
    const engine = world.engine('one', { store, alarms });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    expect([jobs(), await world.history('a')]).toEqual([[], []]);
    isAway = false;
    world.now += 30_000;
    await engine.wake([bench('a')]);
    expect(jobs()).toEqual(['saw']);
    expect(await world.history('a')).toHaveLength(2);
  });
});
