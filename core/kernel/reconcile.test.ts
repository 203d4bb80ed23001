import { beforeEach, describe, expect, it, vi } from 'vitest';
import { bench, createToyWorld, type ToyMessage, type ToyWorld, toyDomain } from '../../test/support/toy.ts';
import { LostRace } from './errors.ts';
import { refKey } from './plan.ts';

const lay = (...jobs: string[]): ToyMessage => ({ type: 'lay', jobs });

let world: ToyWorld;
beforeEach(() => {
  world = createToyWorld();
});

describe('delivering a message', () => {
  it('stores what it comes to and leaves the effects to whoever looks', async () => {
    await world.engine('one').deliver(bench('a'), lay('saw', 'glue'), 'm1');
    const item = await world.item('a');
    expect(item.outbox.map(({ effect }) => effect.type)).toEqual(['ledger', 'work', 'work']);
    expect(item.lease).toBeUndefined();
    expect(world.worked).toEqual([]);
    expect(await world.store.due(world.now, 5)).toEqual([bench('a')]);
  });

  it('rings again for a known message whose effects still wait: whoever brought it first may have died', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    const before = await world.item('a');
    const rungBefore = world.alarms.length;
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    expect(await world.item('a')).toEqual(before);
    expect(world.alarms.slice(rungBefore)).toMatchObject([{ ref: bench('a') }]);
  });

  it('ignores a message that was absorbed before', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    const before = await world.item('a');
    await engine.deliver(bench('a'), lay('saw', 'another'), 'm1');
    await engine.wake([bench('a')]);
    expect(await world.item('a')).toEqual(before);
  });

  it('gives back nothing for a message that makes no aggregate', async () => {
    const members = {
      bench: {
        domain: { ...toyDomain, absorb: () => undefined },
        look: async () => 0,
        perform: async () => undefined,
      },
    };
    expect(await world.engine('one', { members }).deliver(bench('a'), lay('saw'), 'm1')).toBeUndefined();
    expect(await world.store.load(bench('a'))).toBeUndefined();
  });

  it('is refused, by an error that says so, while the outbox is full; looking still settles it', async () => {
    const engine = world.engine('one');
    for (let batch = 0; batch < 12; batch++)
      await engine.deliver(bench('a'), lay(`job-${batch}`), `m${batch}`);
    const full = await world.item('a');
    expect(full.outbox).toHaveLength(24);
    await expect(engine.deliver(bench('a'), lay('more'), 'm-more')).rejects.toMatchObject({
      kind: 'throttled',
    });
    expect(await world.item('a')).toEqual(full);
    await engine.wake([bench('a')]);
    await engine.deliver(bench('a'), lay('more'), 'm-more');
    await engine.wake([bench('a')]);
    expect(world.worked).toHaveLength(13);
  });

  it('gives an outbox that is full the time to empty, even where a look would decide more', async () => {
    const everLonger = {
      ...toyDomain,
      decide: (state: Parameters<typeof toyDomain.decide>[0]) => {
        const next = toyDomain.decide(state, 0, 0);
        const due = world.now >= 2_000_000 && !('alarm' in state.jobs);
        if (!due) return next;
        return {
          ...next,
          next: { ...next.next, jobs: { ...next.next.jobs, alarm: 'working' as const } },
          effects: [...next.effects, { type: 'work' as const, job: 'alarm' }],
        };
      },
    };
    const worked: unknown[] = [];
    const perform = async (effect: unknown) => void worked.push((effect as { job: string }).job);
    const members = { bench: { domain: everLonger, look: async () => 0, perform } };
    const engine = world.engine('one', { members });
    for (let batch = 0; batch < 12; batch++)
      await engine.deliver(bench('a'), lay(`job-${batch}`), `m${batch}`);
    world.now = 2_000_000;
    await engine.wake([bench('a')]);
    expect(worked).toHaveLength(13);
    expect(worked.at(-1)).toBe('alarm');
  });
});

describe('whoever leaves deciding to others', () => {
  const receivers = { bench: toyDomain };
  const taking = () => world.engine('api', { members: {}, receivers });

  it('stores what a message comes to, due at once, and rings; the decision tells of it in one line', async () => {
    const before = world.alarms.length;
    const item = await taking().deliver(bench('a'), lay('saw'), 'm1');
    expect(item).toMatchObject({ state: { jobs: { saw: 'waiting' } }, outbox: [], wakeAt: world.now });
    await taking().deliver(bench('a'), lay('glue'), 'm2');
    expect(world.alarms.slice(before)).toEqual(
      Array.from({ length: 2 }, () => ({ ref: bench('a'), at: world.now })),
    );
    expect(await world.store.due(world.now, 5)).toEqual([bench('a')]);
    expect(world.looks).toBe(0);
    expect(await world.history('a')).toEqual([]);
    await world.engine('wake').wake([bench('a')]);
    expect((await world.bench('a')).jobs).toEqual({ saw: 'done', glue: 'done' });
    const [first, ...others] = await world.history('a');
    expect(first).toMatchObject({ inputs: ['lay', 'lay'], effects: ['work', 'work'] });
    expect(first?.from).toBeUndefined();
    for (const [place, line] of others.entries())
      expect(line.from).toBe(place === 0 ? first?.to : others[place - 1]?.to);
    expect(await world.item('a')).not.toHaveProperty('heard');
  });

  it('absorbs a message once, and rings again for a known one that nobody has decided upon', async () => {
    await taking().deliver(bench('a'), lay('saw'), 'm1');
    const before = await world.item('a');
    world.alarms.length = 0;
    await taking().deliver(bench('a'), lay('saw', 'glue'), 'm1');
    expect(await world.item('a')).toEqual(before);
    expect(world.alarms).toHaveLength(1);
    await world.engine('wake').wake([bench('a')]);
    world.alarms.length = 0;
    await taking().deliver(bench('a'), lay('saw', 'glue'), 'm1');
    expect(world.alarms).toEqual([]);
  });

  it('lets whoever settles the outbox meanwhile go on', async () => {
    let isTold = false;
    const settler = world.engine('wake', {
      async perform() {
        if (!isTold) await taking().deliver(bench('a'), lay('glue'), 'm2');
        isTold = true;
      },
    });
    await settler.deliver(bench('a'), lay('saw'), 'm1');
    await settler.wake([bench('a')]);
    expect((await world.bench('a')).jobs).toEqual({ saw: 'done', glue: 'done' });
    expect(world.worked.map(({ job }) => job)).toEqual(['saw', 'glue']);
  });

  it('rings for those of others that it is asked to look at, or sends something to', async () => {
    const sending = world.engine('wake', {
      members: {
        desk: { domain: { ...toyDomain, kind: 'desk' }, look: async () => 0, perform: async () => 0 },
      },
      receivers,
    });
    const desk = { kind: 'desk', id: 'd' };
    await sending.deliver(desk, { type: 'hand', job: 'saw', to: bench('a') }, 'm1');
    world.alarms.length = 0;
    await sending.wake([desk, bench('b')]);
    expect(world.alarms.map(({ ref }) => refKey(ref)).sort()).toEqual(['bench#a', 'bench#b']);
    expect(await world.item('a')).toMatchObject({ state: { jobs: { saw: 'waiting' } }, outbox: [] });
    expect(await world.item('a')).not.toHaveProperty('lease');
  });

  it('does not take for sent what its receiver has not been told of: whoever dies in between sends it again', async () => {
    const told = Promise.withResolvers<void>();
    const sending = world.engine('wake', {
      members: {
        desk: { domain: { ...toyDomain, kind: 'desk' }, look: async () => 0, perform: async () => 0 },
      },
      receivers,
      alarms: { ring: (ref) => (ref.kind === 'bench' ? told.promise : Promise.resolve()) },
    });
    const desk = { kind: 'desk', id: 'd' };
    const types = async () => (await world.store.load(desk))?.outbox.map(({ effect }) => effect.type);
    await sending.deliver(desk, { type: 'hand', job: 'saw', to: bench('a') }, 'm1');
    const woken = sending.wake([desk]);
    await vi.waitFor(async () => expect(await world.item('a')).toBeDefined());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await types()).toContain('send');
    told.resolve();
    await woken;
    expect(await types()).toEqual([]);
  });
});

describe('a lost race', () => {
  it('is decided anew upon what the winner stored', async () => {
    const winner = world.engine('winner');
    let races = 0;
    const loser = world.engine('loser', {
      async look() {
        if (races++ === 0) await winner.deliver(bench('a'), lay('theirs'), 'm-theirs');
      },
    });
    await loser.deliver(bench('a'), lay('ours'), 'm-ours');
    expect((await world.bench('a')).jobs).toEqual({ theirs: 'working', ours: 'working' });
    expect((await world.item('a')).inbox).toEqual(['m-theirs', 'm-ours']);
    await winner.wake([bench('a')]);
    expect(world.worked.map(({ job }) => job)).toEqual(['theirs', 'ours']);
  });

  it('is given up after a while, as an error that asks to look again', async () => {
    let message = 0;
    const busy = world.engine('busy');
    const unlucky = world.engine('unlucky', {
      look: async () => void (await busy.deliver(bench('a'), lay(`j${message++}`), `m${message}`)),
    });
    await expect(unlucky.deliver(bench('a'), lay('ours'), 'm-ours')).rejects.toBeInstanceOf(LostRace);
    expect((await world.bench('a')).jobs).not.toHaveProperty('ours');
  });
});

describe('looking', () => {
  it('writes nothing when nothing changed', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), { type: 'look-at', at: world.now + 60_000 }, 'm1');
    await engine.deliver(bench('a'), lay('saw'), 'm2');
    await engine.wake([bench('a')]);
    const before = await world.item('a');
    const looks = world.looks;
    await engine.wake([bench('a')]);
    await world.engine('other').wake([bench('a')]);
    expect(world.looks).toBe(looks + 2);
    expect(await world.item('a')).toEqual(before);
  });

  it('changes nothing where there is nothing', async () => {
    await world.engine('one').wake([bench('nobody')]);
    expect(await world.store.load(bench('nobody'))).toBeUndefined();
  });

  it('is due at the moment that the decision named, and rung for only when that is near', async () => {
    const engine = world.engine('one');
    const [near, far] = [world.now + 20_000, world.now + 3_600_000];
    await engine.deliver(bench('near'), { type: 'look-at', at: near }, 'm1');
    await engine.deliver(bench('far'), { type: 'look-at', at: far }, 'm2');
    await engine.wake([bench('near'), bench('far')]);
    expect(await world.store.due(near - 1, 5)).toEqual([]);
    expect(await world.store.due(near, 5)).toEqual([bench('near')]);
    expect(await world.store.due(far, 5)).toEqual([bench('near'), bench('far')]);
    const rungFor = (at: number) => world.alarms.filter((alarm) => alarm.at === at);
    expect(rungFor(near)).toEqual([{ ref: bench('near'), at: near }]);
    expect(rungFor(far)).toEqual([]);
  });

  it('goes on to those that follow, and comes to an end where they follow each other', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), { type: 'neighbour', ref: bench('b') }, 'm1');
    await engine.deliver(bench('b'), { type: 'neighbour', ref: bench('a') }, 'm2');
    await engine.wake([bench('a')]);
    expect(await world.history('b')).toHaveLength(1);
  });

  it('lets one that fails keep no other from its turn, and tells of it in the end', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    const broken = { kind: 'broken', id: 'x' };
    await expect(engine.wake([broken, bench('a')])).rejects.toThrow(/no domain/);
    expect(world.worked).toHaveLength(1);
    await expect(engine.wake([broken, bench('a'), { ...broken, id: 'y' }])).rejects.toBeInstanceOf(
      AggregateError,
    );
  });

  it('is no worse for a bell that fails', async () => {
    const alarms = { ring: async () => Promise.reject(new Error('the queue is away')) };
    const engine = world.engine('one', { alarms });
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    await engine.wake([bench('a')]);
    expect((await world.bench('a')).jobs).toEqual({ saw: 'done' });
  });

  it('asks for another turn for what does not fit into one', async () => {
    const engine = world.engine('one');
    const refs = Array.from({ length: 45 }, (_, place) => bench(`b${place}`));
    for (const ref of refs) await engine.deliver(ref, lay('saw'), `m-${ref.id}`);
    world.alarms.length = 0;
    await engine.wake(refs);
    const waiting = refs.filter((ref) => !world.worked.some(({ id }) => id.startsWith(`${refKey(ref)}#`)));
    expect(waiting).toHaveLength(5);
    for (const ref of waiting) expect(world.alarms).toContainEqual({ ref, at: world.now });
  });
});

describe('explaining', () => {
  it('says what would be decided, and changes nothing', async () => {
    const engine = world.engine('one');
    await engine.deliver(bench('a'), lay('saw'), 'm1');
    const before = await world.item('a');
    const plan = await engine.explain(bench('a'));
    expect(plan?.reasons).toEqual([{ code: 'toy', text: '0 jobs were waiting' }]);
    expect(await world.item('a')).toEqual(before);
    expect(await engine.explain(bench('nobody'))).toBeUndefined();
  });
});
