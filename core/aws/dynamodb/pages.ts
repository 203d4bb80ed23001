import { type DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Instant, Ref } from '../../kernel/plan.ts';
import type { Entry, Page, StoreQuery } from '../../kernel/ports.ts';
import { tableSchema } from '../../kernel/table.ts';
import { checkKey, checkLimit } from './bounds.ts';
import {
  type Attributes,
  decodeEntry,
  dueAtOf,
  dueShards,
  keyOf,
  number,
  refOf,
  string,
  stringOf,
} from './encoding.ts';
import { decodeToken, encodeToken, type Position } from './tokens.ts';

const { hash, range, indexes } = tableSchema;

export interface Table {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/**
 * One page. It has fewer entries than its limit only where nothing is left; the page after one that ended
 * exactly at the end is empty.
 */
export async function queryPage(table: Table, query: StoreQuery): Promise<Page> {
  checkLimit(query.limit);
  let position = decodeToken(query);
  const entries: Entry[] = [];
  do {
    const { Items, LastEvaluatedKey } = await table.client.send(
      new QueryCommand({
        ...queryInput(table.table, query),
        Limit: query.limit - entries.length,
        ...(position && { ExclusiveStartKey: startKey(query, position) }),
      }),
    );
    entries.push(...(Items ?? []).map(decodeEntry));
    position = LastEvaluatedKey && positionOf(LastEvaluatedKey);
  } while (position && entries.length < query.limit);
  return { entries, ...(position && { next: encodeToken(query, position) }) };
}

/** What is due, most overdue first: each shard is in order, so the first of them all are among their firsts. */
export async function queryDue(table: Table, now: Instant, limit: number): Promise<readonly Ref[]> {
  checkLimit(limit);
  const shards = await Promise.all(dueShards.map((shard) => dueOfShard(table, shard, now, limit)));
  return shards
    .flat()
    .sort((one, other) => dueAtOf(one) - dueAtOf(other))
    .slice(0, limit)
    .map(refOf);
}

async function dueOfShard(
  { client, table }: Table,
  shard: string,
  now: Instant,
  limit: number,
): Promise<Attributes[]> {
  const { due } = indexes;
  const { Items } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'due' satisfies keyof typeof indexes,
      KeyConditionExpression: `${due.hash.name} = :shard AND ${due.range.name} <= :now`,
      ExpressionAttributeValues: { ':shard': string(shard), ':now': number(Math.floor(now)) },
      Limit: limit,
    }),
  );
  return Items ?? [];
}

function queryInput(table: string, query: StoreQuery): QueryCommandInput {
  const shared = { TableName: table, ScanIndexForward: query.descending !== true };
  if ('list' in query) {
    checkKey(query.list, 'any');
    return {
      ...shared,
      IndexName: 'list' satisfies keyof typeof indexes,
      KeyConditionExpression: `${indexes.list.hash.name} = :list`,
      ExpressionAttributeValues: { ':list': string(query.list) },
    };
  }
  checkKey(query.partition, query.sortPrefix || 'any');
  const isWhole = query.sortPrefix === '';
  return {
    ...shared,
    ConsistentRead: true,
    KeyConditionExpression: `${hash.name} = :partition${isWhole ? '' : ` AND begins_with(${range.name}, :prefix)`}`,
    ExpressionAttributeValues: {
      ':partition': string(query.partition),
      ...(!isWhole && { ':prefix': string(query.sortPrefix) }),
    },
  };
}

function startKey(query: StoreQuery, position: Position): Attributes {
  if (!('list' in query)) return keyOf(position);
  const { list } = indexes;
  return {
    ...keyOf(position),
    [list.hash.name]: string(query.list),
    ...(position.order !== undefined && { [list.range.name]: string(position.order) }),
  };
}

function positionOf(key: Attributes): Position {
  const place = { partition: stringOf(key, hash.name), sort: stringOf(key, range.name) };
  const order = key[indexes.list.range.name]?.S;
  return { ...place, ...(order !== undefined && { order }) };
}
