import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { Agent, request as open } from '../../support/http.ts';
import { endToEnd, type RawHeaders } from './headers.ts';
import type { Upstream, Work } from './upstream.ts';

/** One request on its way to a target. */
export interface Order {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: RawHeaders;
  /** The whole body when it was small enough to keep for another try; undefined streams it. */
  readonly body: Buffer | undefined;
  /** Where bytes go both ways after the target switched protocols. */
  readonly tunnel: { readonly socket: Duplex; readonly head: Buffer } | undefined;
  /** Silence on the target's connection that ends the exchange. */
  readonly idleTimeoutMs: number;
}

const oneRequest = new Agent({ keepAlive: false });

/** How one try ended. */
export type Attempt =
  /** The target's answer went to the client, whole or cut off by either side. */
  | { readonly kind: 'answered'; readonly status: number; readonly latencyMs: number }
  /** There was no connection: the target knows nothing of the request. */
  | { readonly kind: 'unsent' }
  /** The connection ended after the request was sent and before an answer: the target may have acted. */
  | { readonly kind: 'lost'; readonly reusedConnection: boolean }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'client-gone' };

/**
 * Sends `order` to `upstream` and relays the answer. Settles when the exchange is over; never rejects.
 *
 * Nothing of the request leaves before there is a connection, so that a refused one leaves the body untouched.
 * With `fresh` a new connection is made for it; otherwise a kept-alive one may be used.
 */
export function exchange(
  upstream: Upstream,
  order: Order,
  fresh: boolean,
  begin: (work: Work) => () => void,
): Promise<Attempt> {
  return new Promise((resolve) => {
    const outgoing = open({
      host: upstream.target.address,
      port: upstream.target.port,
      method: order.request.method ?? 'GET',
      path: originForm(order.request.url ?? '/'),
      headers: order.headers,
      agent: fresh || order.tunnel ? oneRequest : upstream.keptAlive,
    });
    let connection: { destroy(): unknown } = outgoing;
    outgoing.once('upgrade', (_incoming, upstream) => {
      connection = upstream;
    });
    const end = begin({ abort: () => connection.destroy() });
    const settle = (attempt: Attempt) => {
      order.response.off('close', onClientGone);
      end();
      resolve(attempt);
    };
    const onClientGone = () => {
      outgoing.destroy();
      settle({ kind: 'client-gone' });
    };
    order.response.once('close', onClientGone);
    converse(outgoing, order, settle, () => order.response.off('close', onClientGone));
  });
}

/** Wires the events of one exchange; `answering` is called when the target's answer begins. */
function converse(
  outgoing: ClientRequest,
  order: Order,
  settle: (attempt: Attempt) => void,
  answering: () => void,
): void {
  let sentAtMs: number | undefined;
  const latencyMs = () => performance.now() - (sentAtMs ?? performance.now());
  onConnected(outgoing, () => {
    sentAtMs = performance.now();
    if (order.body?.length === 0) outgoing.end();
    else if (order.body) outgoing.end(order.body);
    else order.request.pipe(outgoing);
  });
  outgoing.setTimeout(order.idleTimeoutMs, () => {
    settle({ kind: 'timed-out' });
    outgoing.destroy(new Error('timed out'));
  });
  outgoing.on('error', () => {
    if (!order.body) order.request.unpipe(outgoing);
    settle(
      sentAtMs === undefined ? { kind: 'unsent' } : { kind: 'lost', reusedConnection: outgoing.reusedSocket },
    );
  });
  outgoing.on('response', (incoming) => {
    const answered: Attempt = {
      kind: 'answered',
      status: incoming.statusCode ?? 502,
      latencyMs: latencyMs(),
    };
    answering();
    relay(incoming, order.response, () => {
      // A target may answer without reading the whole body; the rest has nowhere to go.
      if (!order.body) order.request.unpipe(outgoing);
      if (!outgoing.writableFinished) outgoing.destroy();
      settle(answered);
    });
  });
  outgoing.on('upgrade', (incoming, upstream, head) => {
    answering();
    const status = incoming.statusCode ?? 101;
    const answered: Attempt = { kind: 'answered', status, latencyMs: latencyMs() };
    switchProtocols(incoming, upstream, head, order, () => settle(answered));
  });
}

function onConnected(outgoing: ClientRequest, act: () => void): void {
  outgoing.once('socket', (socket) => {
    if (socket.connecting) socket.once('connect', act);
    else act();
  });
}

/**
 * Plain pipes, for `pipeline` costs more than all the rest of a request: an `AbortController`, and an exception
 * that nobody reads, each time. `over` is called once the target has nothing more to say.
 */
function relay(incoming: IncomingMessage, response: ServerResponse, over: () => void): void {
  response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, endToEnd(incoming));
  sendHead(response);
  const onClientGone = () => incoming.destroy();
  response.once('close', onClientGone);
  incoming.on('error', () => {});
  incoming.once('close', () => {
    response.off('close', onClientGone);
    // What the target broke off must not look whole to the client.
    if (!incoming.readableEnded) response.destroy();
    over();
  });
  incoming.pipe(response);
}

/** The head goes out now, for an event stream may say nothing for long after it; with what came along with it. */
function sendHead(response: ServerResponse): void {
  const { socket } = response;
  socket?.cork();
  response.flushHeaders();
  setImmediate(() => socket?.uncork());
}

function switchProtocols(
  incoming: IncomingMessage,
  upstream: Duplex,
  head: Buffer,
  order: Order,
  over: () => void,
): void {
  if (!order.tunnel) {
    upstream.destroy();
    order.response.destroy();
    over();
    return;
  }
  const { socket, head: early } = order.tunnel;
  order.response.detachSocket(order.response.socket!);
  socket.write(answerHead(incoming));
  if (head.length > 0) socket.write(head);
  if (early.length > 0) upstream.write(early);
  (upstream as Socket).setTimeout(order.idleTimeoutMs, () => upstream.destroy());
  let open = 2;
  const closed = () => {
    open -= 1;
    if (open === 0) over();
  };
  pipeline(socket, upstream, closed);
  pipeline(upstream, socket, closed);
}

function answerHead(incoming: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${incoming.statusCode} ${incoming.statusMessage}`];
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    lines.push(`${incoming.rawHeaders[index]}: ${incoming.rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** `GET http://host/path` as `GET /path`, which every server understands. */
function originForm(url: string): string {
  return url.startsWith('/') || url === '*'
    ? url
    : url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/^(?!\/)/, '/');
}
