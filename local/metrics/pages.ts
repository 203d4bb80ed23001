import { queryDigest } from '../support/pages.ts';
import { AwsError } from '../support/service.ts';

export function tokenAt(position: number, digest: string): string {
  return Buffer.from(JSON.stringify([position, digest])).toString('base64url');
}

/** Where the page begins that `token` asks for; throws `InvalidNextToken`. */
export function positionOf(token: string | undefined, digest: string): number {
  if (token === undefined) return 0;
  try {
    const [position, of] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [unknown, unknown];
    if (of === digest && Number.isSafeInteger(position) && (position as number) >= 0)
      return position as number;
  } catch {
    // Not even of our making.
  }
  throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
}

/** A page of `all`, and the token of the next one. */
export function pageOf<T>(all: readonly T[], size: number, token: string | undefined, query: unknown) {
  const digest = queryDigest(query);
  const start = positionOf(token, digest);
  const end = start + size;
  return { page: all.slice(start, end), ...(end < all.length && { NextToken: tokenAt(end, digest) }) };
}
