import { Agent, request } from '../../support/http.ts';
import { hostAccessKey } from '../settings.ts';

/**
 * Local AWS as the host calls it, JSON over connections that are kept. The SDK's client would take most of this
 * process's time, and what it checks is not in doubt here.
 */
export interface LocalClient {
  /** Calls an action of SQS. Throws when it is refused, or no whole answer comes. */
  sqs<Output>(action: string, input: object, signal?: AbortSignal): Promise<Output>;
  /** Calls `/_local/host`; the same, and throws after `patienceMs`. */
  host<Output>(method: 'GET' | 'POST' | 'DELETE', input: object, patienceMs: number): Promise<Output>;
  close(): void;
}

/** A message as SQS tells it; binary values are base64. */
export interface QueuedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, QueuedAttribute>>;
}

export interface QueuedAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

interface Order {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal?: AbortSignal | undefined;
}

export function createLocalClient(endpoint: string, instance: string): LocalClient {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(endpoint);
  // Nobody checks the signature; whose it is tells in whose hands a message is.
  const scope = `${hostAccessKey(instance)}/20000101/local/sqs/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const ask = <Output>({ method, path, headers, body, signal }: Order) =>
    new Promise<Output>((resolve, reject) => {
      const asked = request({
        ...{ agent, hostname, port, method, path },
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        ...(signal ? { signal } : {}),
      });
      asked.on('error', reject);
      asked.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('close', () => reject(new Error(`${path} answered half`)));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          try {
            if (response.statusCode !== 200) throw new Error(`Local AWS refused this host: ${text}`);
            resolve((text === '' ? {} : JSON.parse(text)) as Output);
          } catch (error) {
            reject(error as Error);
          }
        });
      });
      asked.end(body);
    });
  return {
    sqs: (action, input, signal) =>
      ask({
        ...{ method: 'POST', path: '/', body: JSON.stringify(input), signal },
        headers: {
          authorization,
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': `AmazonSQS.${action}`,
        },
      }),
    host: (method, input, patienceMs) =>
      ask({
        ...{ method, path: '/_local/host', headers: {}, signal: AbortSignal.timeout(patienceMs) },
        body: method === 'GET' ? '' : JSON.stringify(input),
      }),
    close: () => agent.destroy(),
  };
}
