import type { PageView } from '../contract/views.ts';
import type { Entry, Store, StoreQuery } from '../kernel/ports.ts';

/** At most so many reads of the store for one answer, however rare what is looked for. */
const maxReads = 10;

export interface Paging {
  readonly limit: number;
  readonly after?: string | undefined;
}

type List =
  | { readonly list: string; readonly descending?: boolean }
  | { readonly partition: string; readonly sortPrefix: string; readonly descending?: boolean };

/** One page of a list as it is shown. What `show` leaves out as undefined does not count. */
export async function pageOf<Item>(
  store: Store,
  list: List,
  { limit, after }: Paging,
  show: (body: unknown, entry: Entry) => Item | undefined,
): Promise<PageView<Item>> {
  const items: Item[] = [];
  let next = after;
  for (let read = 0; read < maxReads; read++) {
    const query: StoreQuery = {
      ...list,
      limit: limit - items.length,
      ...(next !== undefined && { after: next }),
    };
    const page = await store.query(query);
    for (const entry of page.entries) {
      const item = show(entry.body, entry);
      if (item !== undefined) items.push(item);
    }
    next = page.next;
    if (next === undefined || items.length >= limit) break;
  }
  return { items, ...(next !== undefined && { next }) };
}
