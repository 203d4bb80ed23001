import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Meter } from './meter.ts';

/** Answers a request; `gone` is aborted when whoever asked does not wait any more. */
export type Forward = (request: IncomingMessage, body: Buffer, gone: AbortSignal) => Promise<Forwarded>;

export interface Forwarded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body: string | Uint8Array;
}

export interface MeteredEndpoint {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** An endpoint on a port of the loopback address that passes requests on and shows the meter each with its answer. */
export async function openMeteredEndpoint(forward: Forward, meter: Meter): Promise<MeteredEndpoint> {
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    pass(request, response, forward, meter).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, close: () => closed(server) };
}

async function pass(request: IncomingMessage, response: ServerResponse, forward: Forward, meter: Meter) {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { status, headers, body: answer } = await forward(request, body, gone.signal);
  meter.saw({ headers: request.headers, body: body.toString(), status, answer: textOf(answer) });
  const { connection: _, 'transfer-encoding': __, 'keep-alive': ___, ...rest } = headers;
  response.writeHead(status, { ...rest, 'content-length': Buffer.byteLength(answer) });
  response.end(answer);
}

const textOf = (body: string | Uint8Array) =>
  typeof body === 'string' ? body : Buffer.from(body).toString();

async function closed(server: Server): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
