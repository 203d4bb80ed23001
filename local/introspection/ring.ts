/** The newest of many: once it is full, the newest takes the place of the oldest. */
export interface Ring<T> {
  add(item: T): void;
  /** Of those that are meant, the newest so many, the oldest first; without a limit all of them. */
  find(isMeant: (item: T) => boolean, limit?: number): readonly T[];
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
    find(isMeant, limit = capacity) {
      const oldest = written > capacity ? written % capacity : 0;
      return [...places.slice(oldest), ...places.slice(0, oldest)].filter(isMeant).slice(-limit);
    },
    lost: () => lost,
    clear() {
      places.length = 0;
      written = 0;
      lost = undefined;
    },
  };
}
