import { keyedPage } from '../support/pages.ts';
import { invalid } from './errors.ts';

export interface Page<Item> {
  readonly items: Item[];
  readonly nextToken?: string;
}

const invalidToken = () =>
  invalid('Invalid token: nextToken must come from the previous answer to the same request.');

/** One page of `items`, which must be in a stable order; `limit` is the most that a page may hold. */
export function page<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  request: { query: unknown; nextToken: string | undefined; maxResults: number | undefined; limit?: number },
): Page<Item> {
  const { query, nextToken, limit = 100 } = request;
  const size = request.maxResults ?? limit;
  if (size < 1 || size > limit) throw invalid(`maxResults must be between 1 and ${limit}.`);
  const { items: given, token } = keyedPage(items, keyOf, {
    query,
    token: nextToken,
    size,
    invalid: invalidToken,
  });
  return { items: given, ...(token === undefined ? {} : { nextToken: token }) };
}
