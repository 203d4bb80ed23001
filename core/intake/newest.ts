import type { Store, StoredRecord } from '../kernel/ports.ts';

type Records = Pick<Store, 'put'>;
type Outcome = ReturnType<Records['put']>;

interface Waiting {
  newest: StoredRecord;
  readonly written: Outcome;
}

/**
 * A store for the events of one batch: of several states of one thing that are told at once only the newest is written,
 * for it would replace the others. All of them fare as that write does.
 */
export function newestOfEach(store: Records): Records {
  const waiting = new Map<string, Waiting>();
  const write = async (key: string): Outcome => {
    // Everybody who tells of it in the same turn has done so by then.
    await undefined;
    const { newest } = waiting.get(key)!;
    waiting.delete(key);
    return store.put(newest, 'newer');
  };
  return {
    put(record, condition) {
      if (condition !== 'newer') return store.put(record, condition);
      const key = JSON.stringify([record.partition, record.sort]);
      const known = waiting.get(key);
      if (!known) {
        const one = { newest: record, written: write(key) };
        waiting.set(key, one);
        return one.written;
      }
      if ((record.version ?? 0) > (known.newest.version ?? 0)) known.newest = record;
      return known.written;
    },
  };
}
