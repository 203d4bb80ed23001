import { BerthError, type FieldError } from '../kernel/errors.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { type Parsed, parse, quoted } from './parse.ts';
import type { Route } from './route.ts';
import type { Match } from './router.ts';
import type { RawBody, RouteInput, RouteName } from './routes.ts';

/** A request as it came in, with its body as bytes. */
export interface RawRequest {
  readonly query: string;
  readonly contentType: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly body: Uint8Array;
  /** By lower-case name; for routes that take the body as it came. */
  readonly headers?: ReadonlyMap<string, string>;
}

export const maxBodyBytes = 1024 * 1024;
/** A push of many commits is large; a function takes 6 MB in all. */
const maxRawBytes = 5 * 1024 * 1024;
const maxQueryLength = 8192;
const maxValues = 10_000;

/** What an operation gets of a request: everything parsed. Throws a `BerthError` that names each bad field. */
export function readRequest<Name extends RouteName>(
  match: Match & { name: Name },
  raw: RawRequest,
): RouteInput<Name> {
  const { route } = match;
  const params = parse(route.params, match.params, '/params');
  const query = parse(route.query, queryOf(raw.query), '/query');
  const written = route.body ? jsonOf(raw) : undefined;
  const body = bodyOf(route, raw, written);
  const key = route.idempotent ? keyOf(raw.idempotencyKey) : nothing;
  const errors = [params, query, body, key].flatMap((part) => (part.ok ? [] : part.errors));
  if (!params.ok || !query.ok || !body.ok || !key.ok) throw refusal(errors);
  return {
    params: params.value,
    query: query.value,
    body: body.value,
    ...(written !== undefined && { written }),
    ...(key.value !== undefined && { idempotencyKey: key.value }),
  } as RouteInput<Name>;
}

const nothing = { ok: true, value: undefined } as const;

function bodyOf(route: Route, raw: RawRequest, written: unknown): Parsed<object | undefined> {
  if (route.raw) return { ok: true, value: rawBodyOf(raw) };
  return route.body ? parse(route.body, written) : nothing;
}

function rawBodyOf({ body, headers = new Map() }: RawRequest): RawBody {
  if (body.byteLength > maxRawBytes) throw new BerthError('too-large', 'the body may have at most 5 MiB');
  return { bytes: body, headers };
}

const refusal = (errors: readonly FieldError[]) =>
  new BerthError(
    'invalid-request',
    errors.map(({ path, detail }) => `${path || 'the body'} ${detail}`).join('; '),
    errors,
  );

const keyOf = (value: string | undefined): Parsed<string | undefined> =>
  value === undefined ? nothing : parse(idempotencyKey, value, '/headers/idempotency-key');

/** A parameter that comes twice is refused, so that nobody reads another one of the two than Berth. */
function queryOf(text: string): Record<string, string> {
  if (text.length > maxQueryLength) throw new BerthError('too-large', 'the query may have at most 8 KiB');
  const entries = [...new URLSearchParams(text)];
  const names = entries.map(([name]) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw refusal([{ path: '/query', detail: `has ${quoted(twice)} more than once` }]);
  return Object.fromEntries(entries);
}

/**
 * A body has to call itself JSON even where it says nothing: a page in a browser could otherwise send it to
 * this machine without being asked for permission.
 */
function jsonOf({ contentType, body }: RawRequest): unknown {
  if (body.byteLength > maxBodyBytes) throw new BerthError('too-large', 'the body may have at most 1 MiB');
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(contentType?.trim() ?? ''))
    throw new BerthError(
      'unsupported-media-type',
      'send the header "content-type: application/json" and a JSON object, {} if there is nothing to say',
    );
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return JSON.parse(text, reviver());
  } catch (error) {
    if (error instanceof BerthError) throw error;
    const why =
      error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message.slice(0, 200);
    throw new BerthError('invalid-request', `the body is not valid JSON: ${why}`);
  }
}

/** Refuses what no honest body holds: a prototype, and more values than could be looked at in good time. */
function reviver() {
  let values = 0;
  return (key: string, value: unknown): unknown => {
    if (key === '__proto__')
      throw new BerthError('invalid-request', 'the key "__proto__" is not allowed anywhere');
    if (++values > maxValues)
      throw new BerthError('too-large', `the body may hold at most ${maxValues} values`);
    return value;
  };
}
