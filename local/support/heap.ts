/** A binary heap: the first by `before` comes out first. */
export interface Heap<T> {
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
  clear(): void;
  /** Drops all for which `keep` is false. */
  retain(keep: (item: T) => boolean): void;
  readonly size: number;
}

export function createHeap<T>(before: (one: T, other: T) => boolean): Heap<T> {
  let items: T[] = [];
  const push = (item: T) => {
    let index = items.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = item;
  };
  return {
    push,
    peek: () => items[0],
    pop() {
      const first = items[0];
      const last = items.pop();
      if (last !== undefined && items.length > 0) sink(items, last, before);
      return first;
    },
    clear() {
      items = [];
    },
    retain(keep) {
      const kept = items.filter(keep);
      items = [];
      for (const item of kept) push(item);
    },
    get size() {
      return items.length;
    },
  };
}

/** Puts `item` where the first was, and down to where it belongs. */
function sink<T>(items: T[], item: T, before: (one: T, other: T) => boolean): void {
  let index = 0;
  for (;;) {
    const left = index * 2 + 1;
    if (left >= items.length) break;
    const right = left + 1;
    const child = right < items.length && before(items[right]!, items[left]!) ? right : left;
    if (!before(items[child]!, item)) break;
    items[index] = items[child]!;
    index = child;
  }
  items[index] = item;
}
