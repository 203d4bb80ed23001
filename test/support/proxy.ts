import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of a request: it passes, its answer is lost after it took effect, or it was answered already. */
export type Fate = 'passes' | 'answer-lost' | 'answered';

export interface HttpProxy {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Stands before an HTTP endpoint, on `port` (0 for any), and does to its requests what `fateOf` says. */
export async function startProxy(
  port: number,
  target: string,
  fateOf: (incoming: IncomingMessage, answer: ServerResponse) => Fate,
): Promise<HttpProxy> {
  const server = createServer((incoming, answer) => {
    const fate = fateOf(incoming, answer);
    if (fate === 'answered') return void incoming.resume();
    const { method, headers, url } = incoming;
    const outgoing = request(`${target}${url}`, { method, headers }, (answered) => {
      if (fate === 'answer-lost') return void answered.resume().on('end', () => incoming.socket.destroy());
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
