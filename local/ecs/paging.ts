import { createHash } from 'node:crypto';
import { invalid } from './errors.ts';

export interface Page<Item> {
  readonly items: Item[];
  readonly nextToken?: string;
}

/**
 * One page of `items`, which must be in a stable order. The token names the last item given and is bound to
 * the query, so that it continues rightly when items come and go, and is refused for another query.
 */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  request: { query: unknown; nextToken: string | undefined; maxResults: number | undefined; limit?: number },
): Page<Item> {
  const limit = request.limit ?? 100;
  const size = request.maxResults ?? limit;
  if (size < 1 || size > limit) throw invalid(`maxResults must be between 1 and ${limit}.`);
  const query = createHash('sha256').update(JSON.stringify(request.query)).digest('base64url').slice(0, 12);
  const after = request.nextToken === undefined ? undefined : readToken(request.nextToken, query);
  const from = after === undefined ? 0 : startAfter(items.map(keyOf), after);
  const given = items.slice(from, from + size);
  const last = given.at(-1);
  if (last === undefined || from + size >= items.length) return { items: given };
  return { items: given, nextToken: writeToken(query, keyOf(last), from + size) };
}

interface Position {
  readonly key: string;
  readonly index: number;
}

function startAfter(keys: readonly string[], after: Position): number {
  const found = keys.indexOf(after.key);
  return found >= 0 ? found + 1 : Math.min(after.index, keys.length);
}

function writeToken(query: string, key: string, index: number): string {
  return Buffer.from(JSON.stringify([query, key, index])).toString('base64url');
}

function readToken(token: string, query: string): Position {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (
      Array.isArray(parts) &&
      parts[0] === query &&
      typeof parts[1] === 'string' &&
      Number.isInteger(parts[2])
    ) {
      return { key: parts[1], index: Math.max(0, parts[2]) };
    }
  } catch {
    // Not one of our tokens: told to the caller below.
  }
  throw invalid('Invalid token: nextToken must come from the previous answer to the same request.');
}
