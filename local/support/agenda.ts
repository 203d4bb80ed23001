import type { Clock, Timer } from './clock.ts';
import { createHeap } from './heap.ts';

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

export function createAgenda(clock: Clock, due: (key: string) => void): Agenda {
  const moments = new Map<string, Entry>();
  /** Entries that `moments` no longer holds are stale and are dropped when they come up. */
  const heap = createHeap<Entry>((one, other) => one.atMs < other.atMs);
  let timer: { readonly atMs: number; readonly handle: Timer } | undefined;

  const dropStale = () => {
    let first = heap.peek();
    while (first && moments.get(first.key) !== first) {
      heap.pop();
      first = heap.peek();
    }
    return first;
  };
  const arm = () => {
    const first = dropStale();
    if (timer && timer.atMs === first?.atMs) return;
    timer?.handle.cancel();
    timer = undefined;
    if (!first) return;
    timer = { atMs: first.atMs, handle: clock.after(first.atMs - clock.now(), fire) };
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
      heap.push(entry);
      arm();
    },
    delete(key) {
      if (moments.delete(key)) arm();
    },
    has: (key) => moments.has(key),
    clear() {
      moments.clear();
      heap.clear();
      arm();
    },
    get size() {
      return moments.size;
    },
  };
}
