import { checkKey, checkLimit } from '../../core/aws/dynamodb/bounds.ts';
import { encodeAggregate, encodeRecord, stateSort } from '../../core/aws/dynamodb/encoding.ts';
import { decodeToken, encodeToken, type Position } from '../../core/aws/dynamodb/tokens.ts';
import { BerthError } from '../../core/kernel/errors.ts';
import { refKey } from '../../core/kernel/plan.ts';
import type { Entry, Item, Store, StoredRecord, StoreQuery } from '../../core/kernel/ports.ts';
import { kept } from './kept.ts';

type Stored =
  | { readonly type: 'aggregate'; readonly item: Item }
  | { readonly type: 'record'; readonly record: StoredRecord };

/**
 * A store without a table, for tests: it keeps to the same contract as the one on DynamoDB. Where it does not weigh
 * what it is given, it takes what is too large for a table as well, and is quicker.
 */
export function createMemoryStore({ isWeighed } = { isWeighed: true }): Store {
  const table = new MemoryTable(isWeighed);
  return {
    load: async (ref) => table.load(ref),
    commit: async (item, expectedRevision) => table.commit(item, expectedRevision),
    due: async (now, limit) => table.due(now, limit),
    put: async (record, condition) => table.put(record, condition),
    get: async (key) => table.get(key),
    query: async (query) => table.query(query),
  };
}

/** What a gate is passed for: an operation of the store, before it takes effect and before it is answered. */
export type Passage = `${'before' | 'after'} ${keyof Store}`;

/** The same store, but every operation passes a gate: a gate may wait, throw, or never open again. */
export function gatedStore(store: Store, pass: (passage: Passage) => Promise<void>): Store {
  const gated =
    <Operation extends keyof Store>(operation: Operation) =>
    async (...args: Parameters<Store[Operation]>): Promise<Awaited<ReturnType<Store[Operation]>>> => {
      await pass(`before ${operation}`);
      const act = store[operation] as (...args: Parameters<Store[Operation]>) => ReturnType<Store[Operation]>;
      const answer = await act(...args);
      await pass(`after ${operation}`);
      return answer;
    };
  return {
    load: gated('load'),
    commit: gated('commit'),
    due: gated('due'),
    put: gated('put'),
    get: gated('get'),
    query: gated('query'),
  };
}

class MemoryTable {
  readonly #things = new Map<string, Stored>();
  readonly #isWeighed: boolean;

  constructor(isWeighed: boolean) {
    this.#isWeighed = isWeighed;
  }

  load(ref: Item['ref']): Item | undefined {
    checkKey(refKey(ref), stateSort);
    return this.#aggregate(ref);
  }

  #aggregate(ref: Item['ref']): Item | undefined {
    const found = this.#things.get(place(refKey(ref), stateSort));
    return found?.type === 'aggregate' ? found.item : undefined;
  }

  commit(item: Item, expectedRevision: number): 'committed' | 'lost' {
    if (this.#isWeighed) encodeAggregate(item);
    if ((this.#aggregate(item.ref)?.revision ?? 0) !== expectedRevision) return 'lost';
    this.#things.set(place(refKey(item.ref), stateSort), { type: 'aggregate', item: kept(item) });
    return 'committed';
  }

  due(now: number, limit: number): Item['ref'][] {
    checkLimit(limit);
    return [...this.#things.values()]
      .flatMap((thing) => (thing.type === 'aggregate' ? [thing.item] : []))
      .filter(({ wakeAt }) => wakeAt !== undefined && wakeAt <= now)
      .sort((one, other) => (one.wakeAt ?? 0) - (other.wakeAt ?? 0))
      .slice(0, limit)
      .map(({ ref }) => ref);
  }

  put(record: StoredRecord, condition: 'absent' | 'newer'): 'stored' | 'stale' {
    if (this.#isWeighed) encodeRecord(record);
    const there = this.get(record);
    if (condition === 'newer' && record.version === undefined)
      throw new BerthError('invalid-request', 'a record needs a version to be newer by');
    const isNewer =
      condition === 'newer' &&
      there?.version !== undefined &&
      there.version < (record.version ?? Number.NEGATIVE_INFINITY);
    if (there && !isNewer) return 'stale';
    const { expiresAt } = record;
    const rounded = expiresAt === undefined ? {} : { expiresAt: Math.ceil(expiresAt / 1000) * 1000 };
    this.#things.set(place(record.partition, record.sort), {
      type: 'record',
      record: kept({ ...record, body: record.body ?? null, ...rounded }),
    });
    return 'stored';
  }

  get({ partition, sort }: { partition: string; sort: string }): StoredRecord | undefined {
    checkKey(partition, sort);
    const found = this.#things.get(place(partition, sort));
    return found?.type === 'record' ? found.record : undefined;
  }

  query(query: StoreQuery) {
    checkLimit(query.limit);
    const after = decodeToken(query);
    const direction = query.descending ? -1 : 1;
    const rest = [...this.#things.values()]
      .map(candidate)
      .filter((one) => asked(query, one))
      .map(({ entry, position }) => ({ entry, position: positionIn(query, position) }))
      .sort((one, other) => direction * compare(one.position, other.position))
      .filter((one) => !after || direction * compare(one.position, after) > 0);
    const page = rest.slice(0, query.limit);
    const last = page.length < query.limit ? undefined : page.at(-1);
    return {
      entries: page.map(({ entry }) => entry),
      ...(last && { next: encodeToken(query, last.position) }),
    };
  }
}

interface Candidate {
  readonly entry: Entry;
  readonly list: string | undefined;
  readonly position: Position;
}

function candidate(thing: Stored): Candidate {
  const [key, body, list] =
    thing.type === 'aggregate'
      ? [{ partition: refKey(thing.item.ref), sort: stateSort }, thing.item.state, thing.item.list]
      : [
          { partition: thing.record.partition, sort: thing.record.sort },
          thing.record.body,
          thing.record.list,
        ];
  return {
    entry: { key, body },
    list: list?.name,
    position: { ...key, ...(list && { order: list.order }) },
  };
}

const asked = (query: StoreQuery, { list, position }: Candidate) =>
  'list' in query
    ? list === query.list
    : position.partition === query.partition && position.sort.startsWith(query.sortPrefix);

/** Only in a list does the place in the list decide. */
function positionIn(query: StoreQuery, { partition, sort, order }: Position): Position {
  return 'list' in query && order !== undefined ? { partition, sort, order } : { partition, sort };
}

function compare(one: Position, other: Position): number {
  return (
    compareUtf8(one.order ?? '', other.order ?? '') ||
    compareUtf8(one.partition, other.partition) ||
    compareUtf8(one.sort, other.sort)
  );
}

/** DynamoDB orders text by its UTF-8 bytes, which is not how JavaScript compares strings. */
const compareUtf8 = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));

const place = (partition: string, sort: string) => `${partition.length} ${partition} ${sort}`;
