import type { Instant, Reason, Ref } from './plan.ts';

/** What the kernel needs from outside. Adapters live in `core/aws`; tests bring their own. */
export interface Store {
  load(ref: Ref): Promise<Item | undefined>;
  /** Writes `item` if the stored revision is still `expectedRevision` (0: nothing stored). */
  commit(item: Item, expectedRevision: number): Promise<'committed' | 'lost'>;
  /** What is due at `now`, most overdue first. */
  due(now: Instant, limit: number): Promise<readonly Ref[]>;
  /** Writes a record; `stale` when the condition does not hold: it is there already, or newer. */
  put(record: StoredRecord, condition: PutCondition): Promise<'stored' | 'stale'>;
  get(key: RecordKey): Promise<StoredRecord | undefined>;
  /** The records under one partition, or the aggregates and records of one list. */
  query(query: StoreQuery): Promise<Page>;
}

/** An aggregate as it is stored. */
export interface Item {
  readonly ref: Ref;
  readonly revision: number;
  readonly state: unknown;
  readonly outbox: readonly Intent[];
  /** Ids of the messages absorbed last, newest last: a repeated one changes nothing. */
  readonly inbox: readonly string[];
  readonly wakeAt?: Instant;
  /** Who settles the outbox, and until when nobody else does. */
  readonly lease?: { readonly owner: string; readonly until: Instant };
  readonly list?: { readonly name: string; readonly order: string };
  /** What changed the state since it was decided upon last: the next decision's line of history tells of it. */
  readonly heard?: Heard;
}

export interface Heard {
  /** The status before; undefined where there was nothing. */
  readonly from?: string | undefined;
  /** As in `LedgerEntry`. */
  readonly inputs: readonly string[];
}

/** An effect that was decided and not yet known to be done. */
export interface Intent {
  /** Deterministic: aggregate, revision, place. */
  readonly id: string;
  readonly effect: { readonly type: string };
  readonly attempts: number;
  readonly decidedAt: Instant;
  readonly notBefore?: Instant;
}

export interface RecordKey {
  readonly partition: string;
  readonly sort: string;
}

export interface StoredRecord extends RecordKey {
  readonly body: unknown;
  /** For `newer` writes. */
  readonly version?: number;
  readonly list?: { readonly name: string; readonly order: string };
  /** When it may be forgotten. */
  readonly expiresAt?: Instant;
}

export type PutCondition = 'absent' | 'newer';

export type StoreQuery = {
  readonly limit: number;
  readonly descending?: boolean;
  /** An opaque token of an earlier page of the same query. */
  readonly after?: string;
} & ({ readonly partition: string; readonly sortPrefix: string } | { readonly list: string });

export interface Page {
  readonly entries: readonly Entry[];
  readonly next?: string;
}

/** A record's body or an aggregate's state. */
export interface Entry {
  readonly key: RecordKey;
  readonly body: unknown;
}

export interface Clock {
  now(): Instant;
}

/** Asks for a look at an aggregate soon; a hint that may be lost, for the sweep finds what is due. */
export interface Alarms {
  ring(ref: Ref, at: Instant): Promise<void>;
}

export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** One line of history; its place is (aggregate, revision), so each transition is written once. */
export interface LedgerEntry {
  readonly ref: Ref;
  readonly revision: number;
  readonly at: Instant;
  readonly from: string | undefined;
  readonly to: string;
  readonly reasons: readonly Reason[];
  /** What was decided to be done, without its payload. */
  readonly effects: readonly string[];
  /** What made Berth look, where it was a message. */
  readonly inputs: readonly string[];
}
