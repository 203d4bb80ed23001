interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string | undefined;
}

const maximumPages = 100;

/** The items of all pages, at most `limit`. */
export async function collect<Item>(
  fetchPage: (after: string | undefined) => Promise<Page<Item>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  for (let page = 0; page < maximumPages && items.length < limit; page++) {
    const answer = await fetchPage(after);
    items.push(...answer.items);
    if (answer.next === undefined) break;
    after = answer.next;
  }
  return items.slice(0, limit);
}
