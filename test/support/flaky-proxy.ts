import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Mishap =
  /** The request takes effect and its answer never arrives. */
  | { readonly type: 'answer-lost' }
  /** An AWS error of this type is answered, and nothing takes effect. */
  | { readonly type: 'refused'; readonly status: number; readonly code: string };

export interface FlakyProxy {
  readonly endpoint: string;
  /** What happens to the next requests, one each; those after them pass. */
  plan(...mishaps: readonly Mishap[]): void;
  stop(): Promise<void>;
}

/** Stands before an HTTP endpoint and does to its requests what networks do. */
export async function startFlakyProxy(target: string): Promise<FlakyProxy> {
  const planned: Mishap[] = [];
  const server = createServer((incoming, answer) => {
    const mishap = planned.shift();
    if (mishap?.type === 'refused') {
      incoming.resume();
      answer.writeHead(mishap.status, { 'content-type': 'application/x-amz-json-1.0' });
      answer.end(
        JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${mishap.code}`, message: 'no' }),
      );
      return;
    }
    const { method, headers, url } = incoming;
    const outgoing = request(`${target}${url}`, { method, headers }, (answered) => {
      if (mishap?.type === 'answer-lost') {
        answered.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: (...mishaps) => void planned.push(...mishaps),
    stop: () => stop(server),
  };
}

function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}
