import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Route } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import type { Answer } from '../support/wire.ts';
import { type Dynalite, loadDynalite } from './dynalite.ts';
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

/** DynamoDB by dynalite, which is loaded at the first need: it is not what one waits for at the start. */
export function createDynamoDb(options: DynamoDbOptions): DynamoDb {
  let loading: Promise<Dynalite> | undefined;
  const opened = () => {
    loading ??= loadDynalite(options.directory);
    return loading;
  };
  const running = new Set<Promise<Answer>>();
  let closed = false;
  /** dynalite throws into the void when its store closes under a request: none is begun late or left behind. */
  const run = async (request: ForDynalite, body: Buffer): Promise<Answer> => {
    const { listener } = await opened();
    if (closed) throw new AwsError('ServiceUnavailable', 'DynamoDB is shutting down.', 503);
    const answer = exchange(listener, request, body);
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
      await (await loading)?.close();
    },
  };
}

type Listener = (request: unknown, response: unknown) => void;
type ForDynalite = Pick<IncomingMessage, 'headers' | 'method' | 'url'>;

/**
 * One request through dynalite's own listener. It never sees the real connection: it throws out of an event
 * handler when one breaks, which would take the process down, and knows neither of time-outs nor of `flush`.
 */
function exchange(
  listener: Listener,
  request: Pick<IncomingMessage, 'headers' | 'method' | 'url'>,
  body: Buffer,
) {
  return new Promise<Answer>((resolve, reject) => {
    const incoming = Object.assign(new EventEmitter(), {
      headers: withSignature(request.headers),
      method: request.method,
      url: '/',
    });
    const headers: Record<string, string | number> = {};
    const outgoing = {
      statusCode: 200,
      setHeader(name: string, value: string | number) {
        headers[name.toLowerCase()] = value;
      },
      end(text = '') {
        const { 'content-length': _, 'transfer-encoding': __, ...rest } = headers;
        resolve({ status: outgoing.statusCode, headers: rest, body: text });
      },
    };
    try {
      listener(incoming, outgoing);
      if (body.length > 0) incoming.emit('data', body);
      incoming.emit('end');
    } catch (error) {
      reject(error as Error);
    }
  });
}

/** dynalite wants a signature of the right form and never checks it; other clients may leave it out. */
function withSignature(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const { origin: _, ...rest } = headers;
  return { ...unsigned, ...rest };
}

const unsigned = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20000101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-date': '20000101T000000Z',
};

function internalRequest(action: string) {
  return {
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `${target}${action}` },
  };
}
