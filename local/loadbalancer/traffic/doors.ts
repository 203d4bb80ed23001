import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer, ServerResponse } from '../../support/http.ts';
import type { RoutedListener } from '../messages.ts';
import { keptBody } from './body.ts';
import { type Forwarder, replyError } from './forward.ts';
import { requestHeaders } from './headers.ts';

export interface DoorOptions {
  readonly host: string;
  readonly idleTimeoutMs: number;
  readonly forwarder: Forwarder;
  /** The listener as it is now: its action may change while the door is open. */
  readonly listener: () => RoutedListener | undefined;
  readonly traceId: () => string;
}

/** The open port of one listener. */
export interface Door {
  readonly port: number;
  /** Takes no new connection; requests in flight may finish within `graceMs`. */
  close(graceMs: number): Promise<void>;
}

const mostConnections = 10_000;
const headersTimeoutMs = 60_000;
const ignored = () => {};

/** Opens `port` (0 picks a free one); rejects with the system's error, for example `EADDRINUSE`. */
export function openDoor(port: number, options: DoorOptions): Promise<Door> {
  const tunnels = new Set<Duplex>();
  const server = createServer({
    // Clients may be as slow as they like; what bounds a request is silence on the target's side.
    requestTimeout: 0,
    headersTimeout: headersTimeoutMs,
    keepAliveTimeout: options.idleTimeoutMs + 5_000,
    maxHeaderSize: 64 * 1024,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  });
  server.maxConnections = mostConnections;
  server.on('request', (request, response) => void serve(options, request, response));
  server.on('upgrade', (request, socket, head) => {
    tunnels.add(socket.on('close', () => tunnels.delete(socket)));
    void serveUpgrade(options, request, socket, head);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: options.host, backlog: 1024 }, () => {
      server.off('error', reject);
      const address = server.address();
      const open = typeof address === 'object' && address ? address.port : port;
      resolve({ port: open, close: (graceMs) => closeServer(server, tunnels, graceMs) });
    });
  });
}

async function serve(
  options: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Whoever writes to a client that has gone away notices by its `close`.
  response.on('error', ignored);
  try {
    await answer(options, request, response, undefined);
  } catch {
    // Only the client's own going away while it sends its body, or a header that no request can carry.
    replyError(response, 502);
  }
}

async function serveUpgrade(options: DoorOptions, request: IncomingMessage, socket: Duplex, head: Buffer) {
  const response = new ServerResponse(request);
  socket.on('error', () => socket.destroy());
  response.on('error', ignored);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => socket.end());
  try {
    await answer(options, request, response, { socket, head });
  } catch {
    socket.destroy();
  }
}

async function answer(
  options: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
  tunnel: { socket: Duplex; head: Buffer } | undefined,
): Promise<void> {
  const body = tunnel ? Buffer.alloc(0) : await keptBody(request);
  // Looked up after the body arrived: the action and the targets must be those of this moment.
  const listener = options.listener();
  if (!listener) return replyError(response, 503);
  const headers = requestHeaders(request, listener, options.traceId());
  if (tunnel) headers.push('Connection', 'Upgrade', 'Upgrade', request.headers.upgrade ?? 'websocket');
  const idleTimeoutMs = listener.idleTimeoutMs ?? options.idleTimeoutMs;
  await options.forwarder.answer(listener, { request, response, headers, body, tunnel, idleTimeoutMs });
}

function closeServer(server: Server, tunnels: ReadonlySet<Duplex>, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.closeAllConnections();
      for (const tunnel of tunnels) tunnel.destroy();
    }, graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
