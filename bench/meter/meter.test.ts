import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tableSchema } from '../../core/kernel/table.ts';
import { tableDefinition } from '../../test/support/table-definition.ts';
import { openTables, type Tables } from './table.ts';
import { type Row, usageOf } from './tally.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await openTables({ things: { keys: tableSchema, definition: tableDefinition('things') } });
});
afterAll(() => tables.close());

const TableName = 'things';
const key = (sort: string) => ({ pk: { S: 'task#1' }, sk: { S: sort } });
const put = (version: string, sort = 'record') =>
  tables.client.send(
    new PutItemCommand({
      TableName,
      Item: { ...key(sort), version: { N: version } },
      ConditionExpression: 'attribute_not_exists(pk) OR version < :v',
      ExpressionAttributeValues: { ':v': { N: version } },
    }),
  );

const short = (rows: readonly Row[]) =>
  rows.map(({ operation, subject, requests, refused, readUnits, writeUnits }) =>
    [operation, subject, requests, refused, readUnits, writeUnits].join(' '),
  );

it('counts what arrives, by operation and what it is about, with conditions that did not hold', async () => {
  await tables.take();
  await put('1');
  await put('2');
  await expect(put('2')).rejects.toBeInstanceOf(ConditionalCheckFailedException);
  await put('1', 'ledger#0001');
  await tables.client.send(new GetItemCommand({ TableName, Key: key('record'), ConsistentRead: true }));
  await tables.client.send(
    new QueryCommand({
      TableName,
      IndexName: 'list',
      KeyConditionExpression: 'listPk = :l',
      ExpressionAttributeValues: { ':l': { S: 'none' } },
    }),
  );
  const { rows, grown } = await tables.take();
  expect(short(rows)).toEqual([
    'PutItem task/record 3 1 0 3',
    'PutItem task/ledger 1 0 0 1',
    'GetItem task/record 1 0 1 0',
    'Query list of things 1 0 0.5 0',
  ]);
  expect(usageOf(rows)).toEqual({ reads: 2, writes: 4, refused: 1, readUnits: 1.5, writeUnits: 4 });
  // pk, sk, version and their values; 100 bytes beside each.
  const [record, ledger] = [2 + 6 + 2 + 6 + 7 + 2, 2 + 6 + 2 + 11 + 7 + 2];
  expect(grown).toEqual({ tableBytes: record + 100 + ledger + 100, indexBytes: 0 });
  expect((await tables.take()).rows).toEqual([]);
});

it('keeps what is sent to a queue, under the name of whose key it is', async () => {
  await tables.take();
  const credentials = { accessKeyId: 'BENCH-ecs-events', secretAccessKey: 'local' };
  const sqs = new SQSClient({ endpoint: tables.url, region: 'us-east-1', credentials });
  const QueueUrl = `${tables.url}/000000000000/wake`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'look' }));
  sqs.destroy();
  const { rows, sent } = await tables.take();
  expect(rows.map(({ caller, service, subject }) => [caller, service, subject])).toEqual([
    ['ecs-events', 'sqs', 'wake'],
  ]);
  expect(sent).toEqual(['look']);
});

it('does not answer figures when something went by that it cannot price', async () => {
  await tables.client.send(new DeleteItemCommand({ TableName, Key: key('record') }));
  await expect(tables.take()).rejects.toThrow('no price for DeleteItem of things');
});
