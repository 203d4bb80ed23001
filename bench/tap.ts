import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

/** A call of AWS's JSON protocol as it passed by. */
export interface TappedCall {
  readonly atMs: number;
  /** For example `DescribeServices`. */
  readonly action: string;
  /** The access key that signed it; each function has one of its own. */
  readonly accessKeyId: string | undefined;
}

export interface Tap {
  readonly port: number;
  /** The ECS calls so far, in the order of their arrival. */
  readonly calls: readonly TappedCall[];
  close(): Promise<void>;
}

const ecsPrefix = 'AmazonEC2ContainerServiceV20141113.';

/** Stands between the functions and Local AWS at `port`, and notes when they call ECS. */
export async function openTap(port: number): Promise<Tap> {
  const calls: TappedCall[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, response) => {
    const target = incoming.headers['x-amz-target'];
    if (typeof target === 'string' && target.startsWith(ecsPrefix)) {
      calls.push({ atMs: Date.now(), action: target.slice(ecsPrefix.length), accessKeyId: signer(incoming) });
    }
    pass(incoming, response, port, agent);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const signer = ({ headers }: IncomingMessage) => headers.authorization?.match(/Credential=([^/,]+)/)?.[1];

function pass(incoming: IncomingMessage, response: ServerResponse, port: number, agent: Agent): void {
  const { method, url: path, headers } = incoming;
  const outgoing = request({ agent, host: '127.0.0.1', port, method, path, headers });
  outgoing.on('error', () => response.destroy());
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => {});
  });
  response.on('close', () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  incoming.pipe(outgoing);
}
