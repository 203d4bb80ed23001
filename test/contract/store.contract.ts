import { expect, it } from 'vitest';
import type { Ref } from '../../core/kernel/plan.ts';
import type { Item, Page, Store, StoredRecord, StoreQuery } from '../../core/kernel/ports.ts';

/** What every store keeps to. `open` gives an empty one. */
export function describeStore(open: () => Promise<Store>): void {
  describeAggregates(open);
  describeDue(open);
  describeRecords(open);
  describeQueries(open);
  describeBounds(open);
}

const ref = (id: string, kind = 'service'): Ref => ({ kind, id });

const item = (id: string, over: Partial<Item> = {}): Item => ({
  ref: ref(id),
  revision: 1,
  state: { name: id },
  outbox: [],
  inbox: [],
  ...over,
});

const record = (sort: string, over: Partial<StoredRecord> = {}): StoredRecord => ({
  partition: 'cluster#local',
  sort,
  body: { sort },
  ...over,
});

/** Everything that a query gives, page by page. */
async function all(store: Store, query: StoreQuery): Promise<Page['entries']> {
  const entries = [];
  let after: string | undefined;
  do {
    const page = await store.query({ ...query, ...(after !== undefined && { after }) });
    expect(page.entries.length).toBeLessThanOrEqual(query.limit);
    entries.push(...page.entries);
    after = page.next;
  } while (after !== undefined);
  return entries;
}

function describeAggregates(open: () => Promise<Store>): void {
  it('gives back what was committed, to the last field', async () => {
    const store = await open();
    const full = item('shop/web', {
      state: { z: 1, a: { deep: ['é', '漢字', '🚢', '\u0000', '"\\', '\ud800'] }, none: null, no: false },
      outbox: [
        {
          id: 'service#shop/web#1#0',
          effect: { type: 'call' },
          attempts: 2,
          decidedAt: 1_000,
          notBefore: 2_000,
        },
      ],
      inbox: ['m-1', 'm-2'],
      wakeAt: 1_763_850_000_123,
      lease: { owner: 'me', until: 3_000 },
      heard: { from: 'idle', inputs: ['scale'] },
      list: { name: 'services', order: 'shop/web' },
    });
    expect(await store.commit(full, 0)).toBe('committed');
    expect(await store.load(full.ref)).toEqual(full);
    expect(JSON.stringify((await store.load(full.ref))?.state)).toBe(JSON.stringify(full.state));
  });

  it('knows nothing of what was never committed', async () => {
    const store = await open();
    expect(await store.load(ref('nobody'))).toBeUndefined();
    expect(await store.due(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
  });

  it('commits only upon the revision that was seen', async () => {
    const store = await open();
    expect(await store.commit(item('a', { revision: 4 }), 3)).toBe('lost');
    expect(await store.load(ref('a'))).toBeUndefined();
    expect(await store.commit(item('a'), 0)).toBe('committed');
    expect(await store.commit(item('a', { state: 'again' }), 0)).toBe('lost');
    expect(await store.commit(item('a', { revision: 2, state: 'two' }), 1)).toBe('committed');
    expect(await store.commit(item('a', { revision: 2, state: 'late' }), 1)).toBe('lost');
    expect((await store.load(ref('a')))?.state).toBe('two');
  });

  it('lets exactly one of many commits at the same revision win', async () => {
    const store = await open();
    for (const revision of [1, 2, 3]) {
      const rivals = Array.from({ length: 12 }, (_, rival) => item('raced', { revision, state: { rival } }));
      const outcomes = await Promise.all(rivals.map((rival) => store.commit(rival, revision - 1)));
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      const winner = rivals[outcomes.indexOf('committed')];
      expect(await store.load(ref('raced'))).toEqual(winner);
    }
  });

  it('keeps kinds and ids apart, whatever characters they have', async () => {
    const store = await open();
    const refs = [ref('a#b'), ref('a/b'), ref('b', 'job'), ref('b', 'service'), ref('🚢 漢字')];
    for (const [place, one] of refs.entries())
      await store.commit(item('', { ref: one, state: place, wakeAt: 1 }), 0);
    for (const [place, one] of refs.entries()) expect((await store.load(one))?.state).toBe(place);
    expect(new Set((await store.due(1, 10)).map((one) => JSON.stringify(one)))).toEqual(
      new Set(refs.map((one) => JSON.stringify(one))),
    );
  });
}

function describeDue(open: () => Promise<Store>): void {
  it('gives what is due, most overdue first, and not more than asked for', async () => {
    const store = await open();
    const moments = [50, 10, 90, 30, 70, 20, 100, 40, 80, 60, 110, 101];
    for (const wakeAt of moments) await store.commit(item(`at-${wakeAt}`, { wakeAt }), 0);
    await store.commit(item('asleep'), 0);
    const inOrder = moments.filter((at) => at <= 100).sort((one, other) => one - other);
    expect(await store.due(100, 50)).toEqual(inOrder.map((at) => ref(`at-${at}`)));
    expect(await store.due(100, 3)).toEqual([ref('at-10'), ref('at-20'), ref('at-30')]);
    expect(await store.due(9, 3)).toEqual([]);
  });

  it('is due at its last wake-up only, and no longer when that is taken away', async () => {
    const store = await open();
    await store.commit(item('a', { wakeAt: 10 }), 0);
    await store.commit(item('a', { revision: 2, wakeAt: 500 }), 1);
    expect(await store.due(100, 5)).toEqual([]);
    expect(await store.due(500, 5)).toEqual([ref('a')]);
    await store.commit(item('a', { revision: 3 }), 2);
    expect(await store.due(1_000, 5)).toEqual([]);
  });
}

function describeRecords(open: () => Promise<Store>): void {
  it('gives back a record, to the last field', async () => {
    const store = await open();
    const full = record('task#1', {
      version: 7,
      list: { name: 'tasks', order: '1' },
      expiresAt: 1_763_850_000_000,
    });
    expect(await store.put(full, 'absent')).toBe('stored');
    expect(await store.get(full)).toEqual(full);
    expect(await store.get(record('task#2'))).toBeUndefined();
  });

  it('stores an absent record once', async () => {
    const store = await open();
    expect(await store.put(record('a', { body: 'first' }), 'absent')).toBe('stored');
    expect(await store.put(record('a', { body: 'second' }), 'absent')).toBe('stale');
    expect((await store.get(record('a')))?.body).toBe('first');
  });

  it('stores a newer version, and neither an older nor the same one', async () => {
    const store = await open();
    const put = (version: number, body: string) => store.put(record('t', { version, body }), 'newer');
    expect(await put(9, 'nine')).toBe('stored');
    expect(await put(9, 'another nine')).toBe('stale');
    expect(await put(8, 'eight')).toBe('stale');
    expect((await store.get(record('t')))?.body).toBe('nine');
    expect(await put(10, 'ten')).toBe('stored');
    expect(await store.get(record('t'))).toEqual(record('t', { version: 10, body: 'ten' }));
  });

  it('ends with the newest version, however deliveries race', async () => {
    const store = await open();
    const versions = [3, 1, 5, 2, 4, 5, 1, 3];
    const outcomes = await Promise.all(
      versions.map((version) => store.put(record('t', { version, body: version }), 'newer')),
    );
    expect((await store.get(record('t')))?.body).toBe(5);
    const fives = outcomes.filter((outcome, place) => versions[place] === 5 && outcome === 'stored');
    expect(fives).toHaveLength(1);
  });

  it('never takes a record without a version for older, nor one to be newer by nothing', async () => {
    const store = await open();
    await store.put(record('a', { body: 'unversioned' }), 'absent');
    expect(await store.put(record('a', { version: 1 }), 'newer')).toBe('stale');
    await expect(store.put(record('a'), 'newer')).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  it('has no place for a record where an aggregate lies', async () => {
    const store = await open();
    await store.commit(item('a'), 0);
    const there = { partition: 'service#a', sort: 'state' };
    await expect(store.put({ ...there, body: 0 }, 'absent')).rejects.toMatchObject({
      kind: 'invalid-request',
    });
    expect(await store.get(there)).toBeUndefined();
    expect((await store.load(ref('a')))?.revision).toBe(1);
  });
}

function describeQueries(open: () => Promise<Store>): void {
  const bodies = (entries: Page['entries']) => entries.map(({ body }) => body);

  it('gives a partition by prefix, in the order of its keys’ bytes, either way', async () => {
    const store = await open();
    const sorts = ['t#a', 't#b', 't#é', 't#漢', 't#\uFFFD', 't#🚢'];
    for (const sort of [...sorts].reverse()) await store.put(record(sort, { body: sort }), 'absent');
    await store.put(record('u#a', { body: 'u#a' }), 'absent');
    await store.put(record('t#a', { partition: 'cluster#other' }), 'absent');
    for (const limit of [1, 2, 4, 6, 50]) {
      const query = { partition: 'cluster#local', sortPrefix: 't#', limit };
      expect(bodies(await all(store, query))).toEqual(sorts);
      expect(bodies(await all(store, { ...query, descending: true }))).toEqual([...sorts].reverse());
    }
    expect(await all(store, { partition: 'cluster#local', sortPrefix: '', limit: 3 })).toHaveLength(7);
    expect(await all(store, { partition: 'nothing', sortPrefix: 't#', limit: 3 })).toEqual([]);
  });

  it('gives the state of an aggregate beside the records of its partition', async () => {
    const store = await open();
    await store.commit(item('a', { state: { of: 'a' } }), 0);
    await store.put({ partition: 'service#a', sort: 'ledger#1', body: 'line' }, 'absent');
    const entries = await all(store, { partition: 'service#a', sortPrefix: '', limit: 5 });
    expect(entries).toEqual([
      { key: { partition: 'service#a', sort: 'ledger#1' }, body: 'line' },
      { key: { partition: 'service#a', sort: 'state' }, body: { of: 'a' } },
    ]);
  });

  it('gives a list in its order, aggregates and records alike, each once even at the same place', async () => {
    const store = await open();
    const list = (order: string) => ({ list: { name: 'things', order } });
    await store.commit(item('b', { state: 'b', ...list('2') }), 0);
    await store.put(record('a', { body: 'a', ...list('1') }), 'absent');
    for (const twin of ['x', 'y', 'z']) await store.put(record(twin, { body: twin, ...list('3') }), 'absent');
    await store.put(record('elsewhere', { list: { name: 'other', order: '1' } }), 'absent');
    await store.put(record('unlisted'), 'absent');
    for (const limit of [1, 2, 3, 5, 50]) {
      const up = bodies(await all(store, { list: 'things', limit }));
      expect(up.slice(0, 2)).toEqual(['a', 'b']);
      expect(up.slice(2).sort()).toEqual(['x', 'y', 'z']);
      const down = bodies(await all(store, { list: 'things', limit, descending: true }));
      expect(down.slice(3)).toEqual(['b', 'a']);
    }
  });

  it('moves an aggregate in its list, and takes it out', async () => {
    const store = await open();
    const query = { list: 'services', limit: 5 };
    await store.commit(item('a', { state: 1, list: { name: 'services', order: 'a' } }), 0);
    await store.commit(item('b', { state: 2, list: { name: 'services', order: 'b' } }), 0);
    await store.commit(item('a', { revision: 2, state: 3, list: { name: 'services', order: 'c' } }), 1);
    expect(bodies(await all(store, query))).toEqual([2, 3]);
    await store.commit(item('b', { revision: 2 }), 1);
    expect(bodies(await all(store, query))).toEqual([3]);
  });

  it('takes a page token only from the same query', async () => {
    const store = await open();
    for (const sort of ['t#1', 't#2', 't#3'])
      await store.put(record(sort, { list: { name: 'l', order: sort } }), 'absent');
    const query = { partition: 'cluster#local', sortPrefix: 't#', limit: 2 };
    const { next } = await store.query(query);
    expect(next).toBeDefined();
    const after = next ?? '';
    expect((await store.query({ ...query, after, limit: 5 })).entries).toHaveLength(1);
    const others: StoreQuery[] = [
      { ...query, partition: 'cluster#other', after },
      { ...query, sortPrefix: 't', after },
      { ...query, descending: true, after },
      { list: 'l', limit: 2, after },
      { ...query, after: 'gibberish' },
      { ...query, after: Buffer.from('["a","b","c",1]').toString('base64url') },
      { ...query, after: '' },
    ];
    for (const other of others)
      await expect(store.query(other)).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  it('fills a page across what one answer of the database may hold', async () => {
    const store = await open();
    const body = 'x'.repeat(300_000);
    for (const sort of ['1', '2', '3', '4', '5']) await store.put(record(sort, { body }), 'absent');
    const page = await store.query({ partition: 'cluster#local', sortPrefix: '', limit: 5 });
    expect(page.entries.map(({ key }) => key.sort)).toEqual(['1', '2', '3', '4', '5']);
  });
}

function describeBounds(open: () => Promise<Store>): void {
  it('keeps a large item, refuses a larger one, and leaves what was there', async () => {
    const store = await open();
    const large = item('a', { state: '漢'.repeat(120_000) });
    expect(await store.commit(large, 0)).toBe('committed');
    expect(await store.load(large.ref)).toEqual(large);
    const larger = item('a', { revision: 2, state: '漢'.repeat(130_000) });
    await expect(store.commit(larger, 1)).rejects.toMatchObject({ kind: 'too-large' });
    await expect(store.put(record('r', { body: 'x'.repeat(381_000) }), 'absent')).rejects.toMatchObject({
      kind: 'too-large',
    });
    expect((await store.load(large.ref))?.revision).toBe(1);
    expect(await store.get(record('r'))).toBeUndefined();
  });

  it('refuses keys, numbers and limits that no table takes, by a message that says so', async () => {
    const store = await open();
    const refused = [
      store.put(record(''), 'absent'),
      store.put(record('x'.repeat(1025)), 'absent'),
      store.put(record('\ud800'), 'absent'),
      store.put(record('x', { partition: 'p'.repeat(2049) }), 'absent'),
      store.put(record('x', { version: 2 ** 53 }), 'newer'),
      store.put(record('x', { version: 1.5 }), 'newer'),
      store.put(record('x', { list: { name: '', order: 'a' } }), 'absent'),
      store.commit(item('x', { wakeAt: Number.POSITIVE_INFINITY }), 0),
      store.commit(item('x', { ref: ref('x', 'a#b') }), 0),
      store.query({ list: 'x', limit: 0 }),
      store.query({ list: 'x', limit: 1001 }),
      store.due(1, 0),
    ];
    for (const one of await Promise.allSettled(refused))
      expect(one).toMatchObject({ status: 'rejected', reason: { kind: 'invalid-request' } });
  });
}
