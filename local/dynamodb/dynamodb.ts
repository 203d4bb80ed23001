import type { IncomingMessage } from 'node:http';
import type { ApiCall } from '../iam/calls/call.ts';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import type { Answer } from '../support/wire.ts';
import type { DynamoDbRequest } from './exchange.ts';
import { openStore, type StoreThread } from './store-thread.ts';
import { createTable, type TableSchema } from './table.ts';

export interface DynamoDbOptions {
  /** Where the tables are kept; without it they live in memory. */
  readonly directory?: string;
  readonly tables: readonly { readonly name: string; readonly schema: TableSchema }[];
}

export interface DynamoDb {
  readonly route: Route;
  /** Loads it and makes the tables, if that has not been done; resolves when they are there. */
  ready(): Promise<void>;
  /** Drops and makes the tables again. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const target = 'DynamoDB_20120810.';
/** What BatchWriteItem takes at AWS. */
const limitBytes = 16 * 1024 * 1024;

/** DynamoDB by dynalite, in a thread that is started at the first need: it is not what one waits for at the start. */
export function createDynamoDb(options: DynamoDbOptions): DynamoDb {
  let store: StoreThread | undefined;
  const running = new Set<Promise<Answer>>();
  let closed = false;
  /** dynalite throws into the void when its store closes under a request: none is begun late or left behind. */
  const run = async (request: DynamoDbRequest, body: Buffer): Promise<Answer> => {
    if (closed) throw new AwsError('ServiceUnavailable', 'DynamoDB is shutting down.', 503);
    store ??= openStore(options.directory);
    const answer = store.run(request, body);
    running.add(answer);
    return answer.finally(() => running.delete(answer));
  };
  const call = (action: string, input: object) =>
    run(internalRequest(action), Buffer.from(JSON.stringify(input)));
  const prepare = async () => {
    for (const table of options.tables) await createTable(call, table.name, table.schema);
  };
  let preparing: Promise<void> | undefined;
  const ready = () => {
    preparing ??= prepare();
    return preparing;
  };
  return {
    ready,
    route: {
      limitBytes,
      matches: (request) => String(request.headers['x-amz-target'] ?? '').startsWith(target),
      call: dynamoDbCall,
      async answer(request, body) {
        await ready();
        return run(request, body);
      },
    },
    async reset() {
      await ready();
      for (const { name } of options.tables) await call('DeleteTable', { TableName: name });
      preparing = prepare();
      await preparing;
    },
    async close() {
      await preparing?.catch(() => undefined);
      closed = true;
      await Promise.allSettled(running);
      await store?.close();
    },
  };
}

/** Several ask what one request calls, and items are large. */
const calls = new WeakMap<object, ApiCall>();

function dynamoDbCall(request: Pick<IncomingMessage, 'headers'>, body: Buffer): ApiCall {
  const known = calls.get(request) ?? callIn(request, body);
  calls.set(request, known);
  return known;
}

/** What is called; dynalite finds by itself what is wrong with it. */
function callIn({ headers }: Pick<IncomingMessage, 'headers'>, body: Buffer): ApiCall {
  const action = String(headers['x-amz-target']).slice(target.length);
  try {
    const input: unknown = JSON.parse(body.toString());
    return { service: 'dynamodb', action, input: (input ?? {}) as ApiCall['input'] };
  } catch {
    return { service: 'dynamodb', action, input: {} };
  }
}

function internalRequest(action: string) {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${target}${action}` },
  };
}
