import { createHash } from 'node:crypto';
import { BerthError } from '../../kernel/errors.ts';
import type { RecordKey, StoreQuery } from '../../kernel/ports.ts';
import { isKeyPart, maxPartitionBytes, maxSortBytes } from './bounds.ts';

/** Where a page ended. `order` is there for lists: the place in the list. */
export interface Position extends RecordKey {
  readonly order?: string;
}

/** What the token says: the query that it belongs to, and the place. */
type Token = readonly [query: string, partition: string, sort: string, order: string | null];

export function encodeToken(query: StoreQuery, { partition, sort, order }: Position): string {
  const token: Token = [fingerprint(query), partition, sort, order ?? null];
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/**
 * The place at which a query goes on. A forged token names at most another place in the same query.
 * @throws BerthError `invalid-request` for what is no token, or the token of another query.
 */
export function decodeToken(query: StoreQuery): Position | undefined {
  if (query.after === undefined) return undefined;
  const [owner, partition, sort, order] = parse(query.after);
  if (owner !== fingerprint(query)) refuse('belongs to another query');
  if ('list' in query) return { partition, sort, order: order ?? refuse('names no place in a list') };
  if (partition !== query.partition || !sort.startsWith(query.sortPrefix))
    refuse('lies outside of the query');
  return { partition, sort };
}

function parse(text: string): Token {
  let token: unknown;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return refuse('is not one');
  }
  return isToken(token) ? token : refuse('is not one');
}

const isToken = (value: unknown): value is Token =>
  Array.isArray(value) &&
  value.length === 4 &&
  typeof value[0] === 'string' &&
  isKeyPart(value[1], maxPartitionBytes) &&
  isKeyPart(value[2], maxSortBytes) &&
  (value[3] === null || isKeyPart(value[3], maxSortBytes));

function refuse(why: string): never {
  throw new BerthError(
    'invalid-request',
    `the page token ${why}; use the one that the page before gave, or none to start again`,
  );
}

function fingerprint(query: StoreQuery): string {
  const asked = 'list' in query ? ['list', query.list] : ['partition', query.partition, query.sortPrefix];
  const text = JSON.stringify([...asked, query.descending === true]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
