import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** Names and values in turn, as Node's `rawHeaders`; repeated names stay repeated, case stays as it came. */
export type RawHeaders = string[];

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Never dropped, even when a sender's `Connection` names them: a message without them would be another one. */
const framing = new Set(['host', 'content-length']);

/** Headers of a message that may pass on: without those that only concern one connection. */
export function endToEnd(message: IncomingMessage): RawHeaders {
  const named = (message.headers.connection ?? '').toLowerCase().split(',');
  const dropped = new Set([...hopByHop, ...named.map((name) => name.trim())]);
  return without(message.rawHeaders, (name) => dropped.has(name) && !framing.has(name));
}

/** What a target is sent: the client's headers and, as ALB adds them, who asked and how. */
export function requestHeaders(request: IncomingMessage, listenerPort: number, traceId: string): RawHeaders {
  // The client was told to continue already, when it asked whether to.
  const rewritten = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'expect']);
  const headers = without(endToEnd(request), (name) => rewritten.has(name));
  const client = (request.socket as Socket).remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown';
  const before = request.headers['x-forwarded-for'];
  headers.push('X-Forwarded-For', before ? `${before}, ${client}` : client);
  headers.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Port', `${listenerPort}`);
  if (!request.headers['x-amzn-trace-id']) headers.push('X-Amzn-Trace-Id', `Root=${traceId}`);
  if (request.headers['transfer-encoding']) headers.push('Transfer-Encoding', 'chunked');
  return headers;
}

function without(raw: readonly string[], dropped: (lowerCaseName: string) => boolean): RawHeaders {
  const kept: RawHeaders = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name, value] = [raw[index] as string, raw[index + 1] as string];
    if (!dropped(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
