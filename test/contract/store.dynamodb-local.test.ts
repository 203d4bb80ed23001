import { afterAll, beforeAll, describe } from 'vitest';
import { createDynamoStore } from '../../core/aws/dynamodb/store.ts';
import { createTable } from '../support/dynamodb-client.ts';
import { findDynamoDbLocal, type LocalDynamoDb, startDynamoDbLocal } from '../support/dynamodb-local.ts';
import { notTried } from '../support/not-tried.ts';
import { describeStore } from './store.contract.ts';

const found = await findDynamoDbLocal();
if ('missing' in found) notTried(`the store on DynamoDB Local is not tried here: ${found.missing}`);

describe.skipIf('missing' in found)('the store on DynamoDB Local', () => {
  let database: LocalDynamoDb;
  beforeAll(async () => {
    if ('home' in found) database = await startDynamoDbLocal(found.home);
  });
  afterAll(() => database?.stop());
  describeStore(async () =>
    createDynamoStore({ client: database.client, table: await createTable(database.client) }),
  );
});
