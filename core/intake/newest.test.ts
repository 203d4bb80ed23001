import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import type { StoredRecord } from '../kernel/ports.ts';
import { newestOfEach } from './newest.ts';

const task = (id: string, version: number): StoredRecord => ({
  partition: `task#${id}`,
  sort: 'record',
  version,
  body: { id, version },
});

/** A store that remembers what was written into it. */
function watched() {
  const store = createMemoryStore();
  const puts: StoredRecord[] = [];
  const put: typeof store.put = (record, condition) => {
    puts.push(record);
    return store.put(record, condition);
  };
  return { store, puts, batch: newestOfEach({ put }) };
}

describe('of one batch', () => {
  it('only the newest state of each thing is written, and all of them fare as it does', async () => {
    const { puts, batch } = watched();
    const told = [task('a', 1), task('b', 7), task('a', 3), task('a', 2)];
    const outcomes = await Promise.all(told.map((record) => batch.put(record, 'newer')));
    expect(outcomes).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(puts).toEqual([task('a', 3), task('b', 7)]);
    expect(await batch.put(task('a', 2), 'newer')).toBe('stale');
  });

  it('a write that fails fails for all that it stands for, and for nobody else', async () => {
    const batch = newestOfEach({
      put: async ({ partition }) => {
        if (partition === 'task#a') throw new Error('not now');
        return 'stored';
      },
    });
    const told = [task('a', 1), task('b', 1), task('a', 2)];
    const outcomes = await Promise.allSettled(told.map((record) => batch.put(record, 'newer')));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
  });

  it('what has to be absent is written as it comes', async () => {
    const { puts, batch } = watched();
    const one = { partition: 'event#1', sort: 'record', body: {} };
    const told = [one, one].map((record) => batch.put(record, 'absent'));
    expect(await Promise.all(told)).toEqual(['stored', 'stale']);
    expect(puts).toHaveLength(2);
  });
});

it('leaves the same records as writing each, whatever comes in which batch', async () => {
  const record = fc.record({ id: fc.constantFrom('a', 'b', 'c'), version: fc.integer({ min: 1, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(record, { maxLength: 10 }), { maxLength: 6 }), async (batches) => {
      const plain = createMemoryStore();
      const { store, puts, batch } = watched();
      for (const events of batches) {
        const told = events.map(({ id, version }) => task(id, version));
        await Promise.all(told.map((one) => batch.put(one, 'newer')));
        for (const one of told) await plain.put(one, 'newer');
      }
      for (const id of ['a', 'b', 'c']) {
        const key = { partition: `task#${id}`, sort: 'record' };
        expect(await store.get(key)).toEqual(await plain.get(key));
      }
      const things = batches.map((events) => new Set(events.map(({ id }) => id)).size);
      expect(puts).toHaveLength(things.reduce((sum, each) => sum + each, 0));
    }),
  );
});
