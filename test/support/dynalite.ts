import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { localClient } from './dynamodb-client.ts';
import type { LocalDynamoDb } from './dynamodb-local.ts';

/** dynalite has no types of its own; this is what is used of it. */
type Dynalite = (options: { createTableMs: number }) => Server;

/** DynamoDB in this process and in memory. */
export async function startDynalite(): Promise<LocalDynamoDb> {
  const server = (createRequire(import.meta.url)('dynalite') as Dynalite)({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = localClient(endpoint);
  return {
    client,
    endpoint,
    async stop() {
      client.destroy();
      await promisify((done: () => void) => server.close(done))();
    },
  };
}
