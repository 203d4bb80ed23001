import type { Clock, Timer } from './clock.ts';

/** Moments by key; `due` is called with each key once, when its moment has come. One timer serves them all. */
export interface Agenda {
  /** Sets or moves the moment of `key`, epoch milliseconds; a moment in the past is due at once. */
  set(key: string, atMs: number): void;
  delete(key: string): void;
  has(key: string): boolean;
  clear(): void;
  readonly size: number;
}

interface Entry {
  readonly atMs: number;
  readonly key: string;
}

/** A timer of Node's cannot wait longer than 2^31 ms. */
const longestWaitMs = 2_000_000_000;

export function createAgenda(clock: Clock, due: (key: string) => void): Agenda {
  const moments = new Map<string, Entry>();
  /** A binary heap; entries that `moments` no longer holds are stale and are dropped when they come up. */
  const heap: Entry[] = [];
  let timer: { readonly atMs: number; readonly handle: Timer } | undefined;

  const dropStale = () => {
    while (heap[0] && moments.get(heap[0].key) !== heap[0]) pop(heap);
    return heap[0];
  };
  const arm = () => {
    const first = dropStale();
    if (timer && timer.atMs === first?.atMs) return;
    timer?.handle.cancel();
    timer = undefined;
    if (!first) return;
    const waitMs = Math.min(longestWaitMs, Math.max(0, first.atMs - clock.now()));
    timer = { atMs: first.atMs, handle: clock.after(waitMs, fire) };
  };
  const fire = () => {
    timer = undefined;
    const now = clock.now();
    for (let first = dropStale(); first && first.atMs <= now; first = dropStale()) {
      moments.delete(first.key);
      due(first.key);
    }
    arm();
  };

  return {
    set(key, atMs) {
      const entry = { atMs, key };
      moments.set(key, entry);
      push(heap, entry);
      arm();
    },
    delete(key) {
      if (moments.delete(key)) arm();
    },
    has: (key) => moments.has(key),
    clear() {
      moments.clear();
      arm();
    },
    get size() {
      return moments.size;
    },
  };
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (heap[parent]!.atMs <= entry.atMs) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = index * 2 + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && heap[right]!.atMs < heap[left]!.atMs ? right : left;
    if (heap[child]!.atMs >= last.atMs) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
}
