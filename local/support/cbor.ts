import { cbor } from '@smithy/core/cbor';
import { encodeCbor } from './cbor-encode.ts';
import { AwsError } from './service.ts';
import type { Answer } from './wire.ts';

/** Smithy's RPC v2 protocol over CBOR, which newer SDKs choose where a service speaks several. */

const contentType = 'application/cbor';
const epochSecondsTag = 1;

/** The service and the operation that a request's path names: `/service/<prefix>/operation/<action>`. */
export function cborPathOf(url: string): { readonly prefix: string; readonly action: string } | undefined {
  const [, prefix, action] = /^(?:\/[^?]*)?\/service\/([^/?]+)\/operation\/([^/?]+)$/.exec(url) ?? [];
  return prefix === undefined || action === undefined ? undefined : { prefix, action };
}

/** The input in `body`; moments become epoch seconds, as in JSON. */
export function cborInput(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = plain(cbor.deserialize(body));
  } catch {
    throw new AwsError('SerializationException', 'The body is not whole, valid CBOR.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'The body must be a CBOR map.');
  }
  return value as Record<string, unknown>;
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (isTag(value)) return value.tag === epochSecondsTag ? plain(value.value) : undefined;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

/** The decoder marks tags by a symbol, so that a map with such members is none. */
function isTag(value: object): value is { readonly tag: number; readonly value: unknown } {
  return 'tag' in value && Object.getOwnPropertySymbols(value).length > 0;
}

export function cborAnswer(output: unknown, requestId: string): Answer {
  return { status: 200, headers: headersOf(requestId), body: encodeCbor(output ?? {}) };
}

/** `queryCode` is the code that the service had when it still spoke the query protocol. */
export function cborError(error: AwsError, namespace: string, requestId: string, queryCode?: string): Answer {
  const fault = error.status < 500 ? 'Sender' : 'Receiver';
  return {
    status: error.status,
    headers: {
      ...headersOf(requestId),
      ...(queryCode ? { 'x-amzn-query-error': `${queryCode};${fault}` } : {}),
    },
    body: encodeCbor({ ...error.fields, __type: `${namespace}#${error.code}`, message: error.message }),
  };
}

const headersOf = (requestId: string) => ({
  'content-type': contentType,
  'smithy-protocol': 'rpc-v2-cbor',
  'x-amzn-requestid': requestId,
});
