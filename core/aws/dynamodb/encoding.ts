import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { BerthError } from '../../kernel/errors.ts';
import type { Ref } from '../../kernel/plan.ts';
import { refKey } from '../../kernel/plan.ts';
import type { Entry, Item, RecordKey, StoredRecord } from '../../kernel/ports.ts';
import { tableSchema } from '../../kernel/table.ts';
import { checkKey, checkList, checkNumber, checkSize } from './bounds.ts';

export type Attributes = Record<string, AttributeValue>;

const pk = tableSchema.hash.name;
const sk = tableSchema.range.name;
const { due, list } = tableSchema.indexes;

/** Where an aggregate lies in its partition; no record may lie there. */
export const stateSort = 'state';
export const revisionAttribute = 'rev';
export const versionAttribute = 'version';

/** One index partition takes 1000 writes a second, so what is due is spread over a few. */
export const dueShards = ['due#0', 'due#1', 'due#2', 'due#3'] as const;

export const string = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });

export const keyOf = ({ partition, sort }: RecordKey): Attributes => ({
  [pk]: string(partition),
  [sk]: string(sort),
});

export const aggregateKey = (ref: Ref): RecordKey => ({ partition: refKey(ref), sort: stateSort });

/**
 * An aggregate as attributes. Its body is one JSON string, so the order of its keys survives, which is how
 * the kernel sees that nothing changed.
 * @throws BerthError `invalid-request` for a key, `too-large` for a body that DynamoDB would refuse.
 */
export function encodeAggregate(item: Item): Attributes {
  const { ref, revision, state, outbox, inbox, lease, heard } = item;
  if (ref.kind.includes('#')) throw new BerthError('invalid-request', `a kind has no '#': ${ref.kind}`);
  const key = aggregateKey(ref);
  const dueAt = item.wakeAt === undefined ? undefined : Math.ceil(item.wakeAt);
  checkNumber('wakeAt', dueAt);
  return {
    ...encode(key, { state, outbox, inbox, lease, heard }, item.list),
    [revisionAttribute]: number(revision),
    ...(dueAt !== undefined && {
      [due.hash.name]: string(shardOf(key.partition)),
      [due.range.name]: number(dueAt),
    }),
  };
}

export function decodeAggregate(attributes: Attributes): Item {
  const { state, outbox, inbox, lease, heard } = bodyOf(attributes) as Pick<
    Item,
    'state' | 'outbox' | 'inbox' | 'lease' | 'heard'
  >;
  const wakeAt = numberOf(attributes, due.range.name);
  const place = listOf(attributes);
  return {
    ref: refOf(attributes),
    revision: numberOf(attributes, revisionAttribute) ?? 0,
    state,
    outbox,
    inbox,
    ...(wakeAt !== undefined && { wakeAt }),
    ...(lease && { lease }),
    ...(heard && { heard }),
    ...(place && { list: place }),
  };
}

/**
 * A record as attributes.
 * @throws BerthError as `encodeAggregate` does, and `invalid-request` where an aggregate lies.
 */
export function encodeRecord(record: StoredRecord): Attributes {
  if (record.sort === stateSort)
    throw new BerthError(
      'invalid-request',
      `'${stateSort}' is where an aggregate lies; give the record another sort`,
    );
  checkNumber(versionAttribute, record.version);
  return {
    ...encode(record, record.body, record.list),
    ...(record.version !== undefined && { [versionAttribute]: number(record.version) }),
    ...(record.expiresAt !== undefined && { [tableSchema.ttl]: number(Math.ceil(record.expiresAt / 1000)) }),
  };
}

export function decodeRecord(attributes: Attributes): StoredRecord {
  const { key, body } = decodeEntry(attributes);
  const version = numberOf(attributes, versionAttribute);
  const ttl = numberOf(attributes, tableSchema.ttl);
  const place = listOf(attributes);
  return {
    ...key,
    body,
    ...(version !== undefined && { version }),
    ...(place && { list: place }),
    ...(ttl !== undefined && { expiresAt: ttl * 1000 }),
  };
}

/** A record's body, or an aggregate's state. */
export function decodeEntry(attributes: Attributes): Entry {
  const body = bodyOf(attributes);
  const isAggregate = revisionAttribute in attributes;
  return {
    key: { partition: stringOf(attributes, pk), sort: stringOf(attributes, sk) },
    body: isAggregate ? (body as Pick<Item, 'state'>).state : body,
  };
}

export function refOf(attributes: Attributes): Ref {
  const key = stringOf(attributes, pk);
  const end = key.indexOf('#');
  return { kind: key.slice(0, end), id: key.slice(end + 1) };
}

export const dueAtOf = (attributes: Attributes): number => numberOf(attributes, due.range.name) ?? 0;

export function stringOf(attributes: Attributes, name: string): string {
  const value = attributes[name]?.S;
  if (value === undefined) throw new Error(`an item of the table has no text '${name}'`);
  return value;
}

/** Whether what is stored is what was to be stored. */
export const isSame = (stored: Attributes | undefined, item: Attributes): boolean =>
  stored?.body?.S === item.body?.S &&
  stored?.[revisionAttribute]?.N === item[revisionAttribute]?.N &&
  stored?.[versionAttribute]?.N === item[versionAttribute]?.N;

function encode(key: RecordKey, body: unknown, place: Item['list']): Attributes {
  checkKey(key.partition, key.sort);
  checkList(place);
  const json = JSON.stringify(body ?? null);
  checkSize(key.partition, key.sort, json);
  return {
    ...keyOf(key),
    body: string(json),
    ...(place && { [list.hash.name]: string(place.name), [list.range.name]: string(place.order) }),
  };
}

const bodyOf = (attributes: Attributes): unknown => JSON.parse(stringOf(attributes, 'body'));

function listOf(attributes: Attributes): Item['list'] {
  if (!(list.hash.name in attributes)) return undefined;
  return { name: stringOf(attributes, list.hash.name), order: stringOf(attributes, list.range.name) };
}

function numberOf(attributes: Attributes, name: string): number | undefined {
  const value = attributes[name]?.N;
  return value === undefined ? undefined : Number(value);
}

function shardOf(partition: string): string {
  const place = createHash('sha256').update(partition).digest().readUInt16BE(0) % dueShards.length;
  return dueShards[place] ?? dueShards[0];
}
