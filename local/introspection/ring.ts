/** The newest of many: once it is full, the newest takes the place of the oldest. */
export interface Ring<T> {
  add(item: T): void;
  /** The oldest first. */
  all(): readonly T[];
  /** The one that was lost last, undefined while all are there. */
  lost(): T | undefined;
  clear(): void;
}

export function createRing<T>(capacity: number, forgotten: (item: T) => void = () => undefined): Ring<T> {
  const places: T[] = [];
  let written = 0;
  let lost: T | undefined;
  return {
    add(item) {
      const place = written++ % capacity;
      const before = places[place];
      if (before !== undefined) {
        lost = before;
        forgotten(before);
      }
      places[place] = item;
    },
    all() {
      const oldest = written % capacity;
      return written > capacity ? [...places.slice(oldest), ...places.slice(0, oldest)] : [...places];
    },
    lost: () => lost,
    clear() {
      places.length = 0;
      written = 0;
      lost = undefined;
    },
  };
}
