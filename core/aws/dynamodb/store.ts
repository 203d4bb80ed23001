import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { BerthError } from '../../kernel/errors.ts';
import type { PutCondition, RecordKey, Store, StoredRecord } from '../../kernel/ports.ts';
import { tableSchema } from '../../kernel/table.ts';
import { checkKey } from './bounds.ts';
import {
  type Attributes,
  aggregateKey,
  decodeAggregate,
  decodeRecord,
  encodeAggregate,
  encodeRecord,
  isSame,
  keyOf,
  number,
  revisionAttribute,
  stateSort,
  versionAttribute,
} from './encoding.ts';
import { asBerthError, isConditionFailure, wasRepeated } from './failures.ts';
import { queryDue, queryPage, type Table } from './pages.ts';

/**
 * The store on one DynamoDB table (`core/kernel/table.ts`). It needs GetItem, PutItem and Query, of the table and
 * its indexes, and nothing else: no transactions, no streams, no old values of failed conditions.
 *
 * A condition that does not hold is a value. Whatever cannot be done is thrown: `throttled` and `unavailable`
 * as BerthErrors, worth trying again; faults of ours as DynamoDB tells them.
 */
export function createDynamoStore(options: { client: DynamoDBClient; table: string }): Store {
  return {
    async load(ref) {
      const item = await read(options, aggregateKey(ref));
      return item && decodeAggregate(item);
    },
    async commit(item, expectedRevision) {
      const condition =
        expectedRevision === 0
          ? isAbsent
          : { expression: `${revisionAttribute} = :seen`, values: { ':seen': number(expectedRevision) } };
      return (await write(options, encodeAggregate(item), condition)) ? 'committed' : 'lost';
    },
    due: (now, limit) => translated(queryDue(options, now, limit)),
    async put(record, condition) {
      return (await write(options, encodeRecord(record), putCondition(record, condition)))
        ? 'stored'
        : 'stale';
    },
    async get(key) {
      if (key.sort === stateSort) return undefined;
      const item = await read(options, key);
      return item && decodeRecord(item);
    },
    query: (query) => translated(queryPage(options, query)),
  };
}

interface Condition {
  readonly expression: string;
  readonly values?: Attributes;
}

const isAbsent: Condition = { expression: `attribute_not_exists(${tableSchema.hash.name})` };

function putCondition(record: StoredRecord, condition: PutCondition): Condition {
  if (condition === 'absent') return isAbsent;
  if (record.version === undefined)
    throw new BerthError(
      'invalid-request',
      `${record.partition} ${record.sort} needs a version to be newer by`,
    );
  return {
    expression: `${isAbsent.expression} OR ${versionAttribute} < :version`,
    values: { ':version': number(record.version) },
  };
}

/** Whether the item is stored now: written, or found to have been written by us when the answer got lost. */
async function write({ client, table }: Table, item: Attributes, condition: Condition): Promise<boolean> {
  try {
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: item,
        ConditionExpression: condition.expression,
        ...(condition.values && { ExpressionAttributeValues: condition.values }),
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailure(error)) throw asBerthError(error);
    return wasRepeated(error) && isSame(await readRaw({ client, table }, keysOf(item)), item);
  }
}

function keysOf(item: Attributes): Attributes {
  const names: readonly string[] = [tableSchema.hash.name, tableSchema.range.name];
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

async function read(table: Table, key: RecordKey): Promise<Attributes | undefined> {
  checkKey(key.partition, key.sort);
  return readRaw(table, keyOf(key));
}

async function readRaw({ client, table }: Table, key: Attributes): Promise<Attributes | undefined> {
  const { Item } = await translated(
    client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true })),
  );
  return Item;
}

async function translated<Value>(answer: Promise<Value>): Promise<Value> {
  try {
    return await answer;
  } catch (error) {
    throw asBerthError(error);
  }
}
