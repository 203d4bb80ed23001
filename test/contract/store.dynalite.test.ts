import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoStore } from '../../core/aws/dynamodb/store.ts';
import { startDynalite } from '../support/dynalite.ts';
import { createTable } from '../support/dynamodb-client.ts';
import type { LocalDynamoDb } from '../support/dynamodb-local.ts';
import { describeStore } from './store.contract.ts';

describe('the store on dynalite', () => {
  let database: LocalDynamoDb;
  beforeAll(async () => {
    database = await startDynalite();
  });
  afterAll(() => database?.stop());
  describeStore(async () =>
    createDynamoStore({ client: database.client, table: await createTable(database.client) }),
  );
});
