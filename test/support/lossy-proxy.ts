import { createServer, type IncomingMessage, request } from 'node:http';

export interface LossyProxy {
  /** Lets one request of this DynamoDB action take effect and loses its answer, once for every call of this. */
  loseAnswerTo(action: string): void;
  /** How many answers are still to be lost. */
  readonly planned: number;
  stop(): Promise<void>;
}

/** Stands before DynamoDB on a port, and loses answers to what it is told. */
export async function startLossyProxy(port: number, target: string): Promise<LossyProxy> {
  const planned: string[] = [];
  const isPlanned = ({ headers }: IncomingMessage) => {
    const place = planned.findIndex((action) => String(headers['x-amz-target']).endsWith(`.${action}`));
    if (place >= 0) planned.splice(place, 1);
    return place >= 0;
  };
  const server = createServer((incoming, answer) => {
    const isLost = isPlanned(incoming);
    const { method, headers, url } = incoming;
    const outgoing = request(`${target}${url}`, { method, headers }, (answered) => {
      if (isLost) {
        answered.resume().on('end', () => incoming.socket.destroy());
        return;
      }
      answer.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(answer);
    });
    outgoing.on('error', () => incoming.socket.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    loseAnswerTo: (action) => void planned.push(action),
    get planned() {
      return planned.length;
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
