import { encodeRecord } from '../../../core/aws/dynamodb/encoding.ts';
import { refKey } from '../../../core/kernel/plan.ts';
import type { Item, Store, StoredRecord } from '../../../core/kernel/ports.ts';
import { kept } from '../../support/kept.ts';
import type { Observation } from '../observation.ts';
import { type LaggingIndex, written } from './lagging-index.ts';

interface Watcher {
  readonly clock: { now(): number };
  readonly index: LaggingIndex;
  see(observation: Observation): void;
  note(line: string): void;
}

/** The store as each process has it: every write is told of at the moment at which it takes effect. */
export function watchedStore(store: Store, { clock, index, see, note }: Watcher): (by: string) => Store {
  const items = new Map<string, Item>();
  const records = new Map<string, StoredRecord>();
  return (by) => ({
    ...store,
    due: async (now, limit) => index.due(now, await store.due(now, limit)),
    query: async (query) => ('list' in query ? index.list(await store.query(query)) : store.query(query)),
    async commit(given, expectedRevision) {
      const item = kept(given);
      const answer = await store.commit(item, expectedRevision);
      if (answer === 'lost') return answer;
      const key = refKey(item.ref);
      const before = items.get(key);
      items.set(key, item);
      index.wrote(written(item, before, clock.now()));
      note(`${by} ${key} r${item.revision} ${inBrief(item)}`);
      see({ type: 'committed', now: clock.now(), item, before, by });
      return answer;
    },
    async put(given, condition) {
      // Only events that nobody knows may be large: all else Berth has made itself.
      if (given.partition.startsWith('event#')) encodeRecord(given);
      const record = kept(given);
      const answer = await store.put(record, condition);
      if (answer === 'stale') return answer;
      const key = `${record.partition} ${record.sort}`;
      const before = records.get(key);
      records.set(key, record);
      see({ type: 'recorded', now: clock.now(), record, before, by });
      return answer;
    },
  });
}

function inBrief({ state, outbox }: Item): string {
  const { at, generation } = state as { at?: { phase: string; verdict?: string }; generation?: number };
  const what = at ? `${at.phase}${at.phase === 'ended' ? ` ${at.verdict}` : ''}` : `generation ${generation}`;
  return outbox.length === 0 ? what : `${what} [${outbox.map(({ effect }) => effect.type).join(' ')}]`;
}
