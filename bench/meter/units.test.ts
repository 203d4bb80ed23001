import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableSchema } from '../../core/kernel/table.ts';
import { startDynalite } from '../../test/support/dynalite.ts';
import { createTable } from '../../test/support/dynamodb-client.ts';
import type { LocalDynamoDb } from '../../test/support/dynamodb-local.ts';
import { marshalled } from '../reference/marshal.ts';
import { type Attributes, itemBytes, putUnits, readUnitsOf, refusedPutUnits, writeUnitsOf } from './units.ts';

let dynalite: LocalDynamoDb;
let table: string;
beforeAll(async () => {
  dynalite = await startDynalite();
  table = await createTable(dynalite.client);
});
afterAll(() => dynalite.stop());

const text = (length: number) => ({ S: 'x'.repeat(length) });
const item = (more: Attributes = {}): Attributes => ({ pk: { S: 'task#1' }, sk: { S: 'record' }, ...more });
const listed = (order: string, more: Attributes = {}) =>
  item({ listPk: { S: 'tasks' }, listSk: { S: order }, ...more });
/** Bytes of `item()`, and of a listed one with an order of one letter. */
const itemSize = 2 + 6 + 2 + 6;

it('counts the bytes of names and values', () => {
  expect(itemBytes(item())).toBe(itemSize);
  expect(itemBytes({ ä: { S: 'ö' } })).toBe(4);
  expect(itemBytes({ a: { N: '100' }, b: { N: '-12345' }, c: { BOOL: true } })).toBe(1 + 2 + 1 + 5 + 1 + 1);
  expect(itemBytes({ a: { M: { b: { S: 'c' } } }, d: { L: [{ S: 'e' }, { NULL: true }] } })).toBe(
    1 + (3 + 1 + 2) + 1 + (3 + 1 + 1 + 1 + 1),
  );
});

it('rounds writes up to 1 KB and reads to 4 KB; half for an eventually consistent one', () => {
  expect([0, 1, 1024, 1025].map(writeUnitsOf)).toEqual([1, 1, 1, 2]);
  expect([0, 4096, 4097].map((bytes) => readUnitsOf(bytes, true))).toEqual([1, 1, 2]);
  expect(readUnitsOf(4097, false)).toBe(1);
});

it.each([
  { bytes: 1024 - itemSize - 4, units: 1 },
  { bytes: 1024 - itemSize - 3, units: 2 },
  { bytes: 3000, units: 3 },
])('agrees with another work-alike about an item with $bytes more bytes', async ({ bytes, units }) => {
  const Item = item({ body: text(bytes) }) as never;
  const put = { TableName: table, Item, ReturnConsumedCapacity: 'TOTAL' } as const;
  const { ConsumedCapacity } = await dynalite.client.send(new PutItemCommand(put));
  expect(putUnits({ ...tableSchema, indexes: {} }, undefined, Item)).toBe(units);
  expect(ConsumedCapacity?.CapacityUnits).toBe(units);
  const get = {
    TableName: table,
    Key: item() as never,
    ConsistentRead: true,
    ReturnConsumedCapacity: 'TOTAL',
  } as const;
  const read = await dynalite.client.send(new GetItemCommand(get));
  expect(readUnitsOf(itemBytes(Item), true)).toBe(read.ConsumedCapacity?.CapacityUnits);
});

it('charges by the larger of the old item and the new one, also where the condition did not hold', () => {
  expect(putUnits({ hash: { name: 'pk' } }, item({ body: text(3000) }), item())).toBe(3);
  expect(refusedPutUnits(item({ body: text(3000) }), item())).toBe(3);
  expect(refusedPutUnits(undefined, item({ body: text(1500) }))).toBe(2);
});

it('charges an index for what changes in it', () => {
  const units = (before: Attributes | undefined, after: Attributes) =>
    putUnits(tableSchema, before, after) - 1;
  expect(units(undefined, item())).toBe(0);
  expect(units(undefined, listed('a'))).toBe(1);
  expect(units(listed('a'), listed('a'))).toBe(0);
  expect(units(listed('a'), listed('a', { body: text(1) }))).toBe(1);
  expect(units(listed('a'), listed('b'))).toBe(2);
  expect(units(listed('a'), item())).toBe(1);
});

it('charges an index of keys only by its keys', () => {
  const due = (at: string, length: number) =>
    item({ duePk: { S: 'due#0' }, dueAt: { N: at }, body: text(length) });
  expect(putUnits(tableSchema, due('1', 100), due('1', 200))).toBe(1);
  expect(putUnits(tableSchema, due('1', 5000), due('2', 5000))).toBe(5 + 2);
});

it('writes nested values as DynamoDB has them', () => {
  expect(marshalled({ a: [1, 'b', { c: null }], d: true })).toEqual({
    M: { a: { L: [{ N: '1' }, { S: 'b' }, { M: { c: { NULL: true } } }] }, d: { BOOL: true } },
  });
});
