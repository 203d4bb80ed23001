import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoStore } from '../../core/aws/dynamodb/store.ts';
import type { Item, Store } from '../../core/kernel/ports.ts';
import { startDynalite } from '../support/dynalite.ts';
import { createTable, localClient } from '../support/dynamodb-client.ts';
import type { LocalDynamoDb } from '../support/dynamodb-local.ts';
import { type FlakyProxy, type Mishap, startFlakyProxy } from '../support/flaky-proxy.ts';

const item: Item = { ref: { kind: 'service', id: 'a' }, revision: 1, state: 'one', outbox: [], inbox: [] };
const record = { partition: 'p', sort: 's', body: 'mine', version: 3 };
const throttle: Mishap = { type: 'refused', status: 400, code: 'ProvisionedThroughputExceededException' };

describe('the store on DynamoDB, where the network or DynamoDB fails', () => {
  let database: LocalDynamoDb;
  let proxy: FlakyProxy;
  let store: Store;
  let impatient: Store;

  beforeAll(async () => {
    database = await startDynalite();
    proxy = await startFlakyProxy(database.endpoint);
  });
  afterAll(async () => {
    await proxy?.stop();
    await database?.stop();
  });
  beforeEach(async () => {
    const table = await createTable(database.client);
    store = createDynamoStore({ client: localClient(proxy.endpoint), table });
    impatient = createDynamoStore({ client: localClient(proxy.endpoint, { maxAttempts: 1 }), table });
  });

  it('has committed when the write took effect and only its answer was lost', async () => {
    proxy.plan({ type: 'answer-lost' });
    expect(await store.commit(item, 0)).toBe('committed');
    expect(await store.load(item.ref)).toEqual(item);
  });

  it('has stored a newer record whose answer was lost, so nobody takes it for old news', async () => {
    proxy.plan({ type: 'answer-lost' });
    expect(await store.put(record, 'newer')).toBe('stored');
    expect(await store.put(record, 'newer')).toBe('stale');
  });

  it('has lost when a repeated write finds another’s', async () => {
    await store.commit({ ...item, state: 'another' }, 0);
    proxy.plan({ type: 'answer-lost' });
    expect(await store.commit(item, 0)).toBe('lost');
    await store.put({ ...record, body: 'theirs' }, 'newer');
    proxy.plan({ type: 'answer-lost' });
    expect(await store.put(record, 'newer')).toBe('stale');
  });

  it('tells throttling and outage by their own errors, and never as a lost race', async () => {
    proxy.plan(throttle);
    await expect(impatient.commit(item, 0)).rejects.toMatchObject({ kind: 'throttled' });
    proxy.plan({ type: 'refused', status: 500, code: 'InternalServerError' });
    await expect(impatient.load(item.ref)).rejects.toMatchObject({ kind: 'unavailable' });
    proxy.plan({ type: 'answer-lost' });
    await expect(impatient.put(record, 'absent')).rejects.toMatchObject({ kind: 'unavailable' });
    proxy.plan(throttle);
    await expect(impatient.query({ list: 'l', limit: 5 })).rejects.toMatchObject({ kind: 'throttled' });
    proxy.plan(throttle);
    await expect(impatient.due(1, 5)).rejects.toMatchObject({ kind: 'throttled' });
  });

  it('is unavailable where nothing listens', async () => {
    const client = localClient('http://127.0.0.1:1', { maxAttempts: 1 });
    const nowhere = createDynamoStore({ client, table: 'any' });
    await expect(nowhere.load(item.ref)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('leaves faults of ours as they are: a table that is not there', async () => {
    const wrong = createDynamoStore({ client: database.client, table: 'no-such-table' });
    await expect(wrong.load(item.ref)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(wrong.commit(item, 0)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
