import { createHash } from 'node:crypto';

export interface Page<Item> {
  readonly items: Item[];
  /** Asks for the next page; undefined on the last one. */
  readonly token?: string;
}

export interface PageRequest {
  /** Whatever else was asked: a token is good for the same question only. */
  readonly query: unknown;
  readonly token: string | undefined;
  readonly size: number;
  /** What is thrown for a token that no earlier answer to the same question gave. */
  invalid(): Error;
}

/**
 * One page of `items`, which must be in a stable order. The token names the last item given, and where it stood, so that
 * the next page continues rightly when items come and go.
 */
export function keyedPage<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { query, token, size, invalid }: PageRequest,
): Page<Item> {
  const digest = queryDigest(query);
  const after = token === undefined ? undefined : positionIn(token, digest);
  if (token !== undefined && !after) throw invalid();
  const from = after ? startAfter(items.map(keyOf), after) : 0;
  const given = items.slice(from, from + size);
  const last = given.at(-1);
  if (last === undefined || from + size >= items.length) return { items: given };
  const position = JSON.stringify([digest, keyOf(last), from + size]);
  return { items: given, token: Buffer.from(position).toString('base64url') };
}

/** Which question a token belongs to. */
export function queryDigest(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);
}

interface Position {
  readonly key: string;
  readonly index: number;
}

/** Where the last item given is gone, all behind it have moved up by one at least. */
function startAfter(keys: readonly string[], after: Position): number {
  const found = keys.indexOf(after.key);
  return found >= 0 ? found + 1 : Math.max(0, after.index - 1);
}

function positionIn(token: string, digest: string): Position | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(parts) || parts[0] !== digest) return undefined;
    const [, key, index] = parts as unknown[];
    if (typeof key !== 'string' || !Number.isSafeInteger(index)) return undefined;
    return { key, index: Math.max(0, index as number) };
  } catch {
    return undefined;
  }
}
