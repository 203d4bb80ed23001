import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { RoutedListener } from '../messages.ts';

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

/** Replaced by ours; and the client was told to continue already, when it asked whether to (`expect`). */
const rewritten = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'expect']);

/** Headers of a message that may pass on: without those that only concern one connection. */
export function endToEnd({ rawHeaders }: IncomingMessage): RawHeaders {
  const named = namedByConnection(rawHeaders);
  return without(rawHeaders, (name) => hopByHop.has(name) || (named.includes(name) && !framing.has(name)));
}

/** What `Connection` names besides its own words; read without `message.headers`, which parses all of them. */
function namedByConnection(raw: readonly string[]): readonly string[] {
  const named: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    if (!/^connection$/i.test(raw[index] as string)) continue;
    const value = raw[index + 1] as string;
    if (!/^(keep-alive|close|upgrade)$/i.test(value)) {
      named.push(
        ...value
          .toLowerCase()
          .split(',')
          .map((name) => name.trim()),
      );
    }
  }
  return named;
}

/** What a target is sent: the client's headers and, as ALB adds them, who asked and how. */
export function requestHeaders(
  request: IncomingMessage,
  { port, forwardedFor }: Pick<RoutedListener, 'port' | 'forwardedFor'>,
  traceId: string,
): RawHeaders {
  const headers = without(endToEnd(request), (name) => rewritten.has(name));
  const client = (request.socket as Socket).remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown';
  const before = request.headers['x-forwarded-for'];
  if (forwardedFor === 'append') headers.push('X-Forwarded-For', before ? `${before}, ${client}` : client);
  else if (forwardedFor === 'preserve' && before) headers.push('X-Forwarded-For', `${before}`);
  headers.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Port', `${port}`);
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
