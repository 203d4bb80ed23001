import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Answer } from '../support/wire.ts';

export type DynamoDbRequest = Pick<IncomingMessage, 'headers' | 'method'>;

type Listener = (request: unknown, response: unknown) => void;

/**
 * One request through dynalite's own listener. It never sees the real connection: it throws out of an event
 * handler when one breaks, which would take the process down, and knows neither of time-outs nor of `flush`.
 */
export function exchange(listener: Listener, request: DynamoDbRequest, body: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
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
      if (body.length > 0) incoming.emit('data', Buffer.from(body));
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
