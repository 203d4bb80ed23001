import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { clientOptions, startTestCloud } from '../testing.ts';

const item = (pk: string, more: object = {}) => ({ pk: { S: pk }, sk: { S: 'state' }, ...more });

it('has the topology’s table with its indexes, answers the SDK, and empties on reset', async () => {
  const cloud = await startTestCloud();
  const client = new DynamoDBClient(clientOptions(cloud.url));
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'things' }));
  expect(Table!.TableStatus).toBe('ACTIVE');
  expect(Table!.GlobalSecondaryIndexes!.map((index) => index.IndexName).sort()).toEqual(['due', 'list']);
  const put = new PutItemCommand({
    TableName: 'things',
    Item: item('a', { duePk: { S: 'due' }, dueAt: { N: '5' } }),
    ConditionExpression: 'attribute_not_exists(pk)',
  });
  await client.send(put);
  await expect(client.send(put)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
  const due = await client.send(
    new QueryCommand({
      TableName: 'things',
      IndexName: 'due',
      KeyConditionExpression: 'duePk = :d AND dueAt <= :now',
      ExpressionAttributeValues: { ':d': { S: 'due' }, ':now': { N: '9' } },
    }),
  );
  expect(due.Items).toHaveLength(1);
  await cloud.dynamodb.reset();
  const { Item } = await client.send(new GetItemCommand({ TableName: 'things', Key: item('a') }));
  expect(Item).toBeUndefined();
  client.destroy();
  await cloud.close();
});

it('is not hurt by a client that goes away in the middle of a request', async () => {
  const cloud = await startTestCloud();
  await cloud.dynamodb.ready();
  await new Promise<void>((resolve) => {
    const call = request(cloud.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-length': 1000 },
    });
    call.on('error', () => resolve());
    call.write('{"TableName"', () => call.destroy());
  });
  const client = new DynamoDBClient(clientOptions(cloud.url));
  await client.send(new DescribeTableCommand({ TableName: 'things' }));
  client.destroy();
  await cloud.close();
  expect(cloud.logged).toEqual([]);
});

it('keeps what was acknowledged when its process is killed, and frees its lock', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  const program = `
    import { PutItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
    import { clientOptions, startTestCloud } from '${join(import.meta.dirname, '../testing.ts')}';
    const cloud = await startTestCloud({ tables: ${JSON.stringify(directory)} });
    const client = new DynamoDBClient(clientOptions(cloud.url));
    await client.send(new PutItemCommand({ TableName: 'things', Item: { pk: { S: 'kept' }, sk: { S: 'state' } } }));
    console.log('written');
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const cloud = await startTestCloud({ tables: directory });
  const client = new DynamoDBClient(clientOptions(cloud.url));
  const { Item } = await client.send(new GetItemCommand({ TableName: 'things', Key: item('kept') }));
  expect(Item).toEqual(item('kept'));
  client.destroy();
  await cloud.close();
});
