import { setTimeout as sleep } from 'node:timers/promises';

/** How soon it is worth asking again. */
export const retryAfterMs = 1000;
/** So many requests of one process wait at a time; whoever comes beyond is answered at once (ADR 14). */
const mostWaiting = 16;
const firstPauseMs = 250;
const longestPauseMs = 2000;

let waiting = 0;

/**
 * Looks until there is news, for so many seconds: at first after a quarter of a second, then less often, at most a
 * dozen times. The one operation that waits; everything else answers at once.
 */
export async function lookForNews<Found extends { readonly isNews: boolean }>(
  look: () => Promise<Found>,
  seconds: number,
): Promise<Found> {
  let found = await look();
  if (found.isNews || seconds === 0 || waiting >= mostWaiting) return found;
  const until = performance.now() + seconds * 1000;
  waiting += 1;
  try {
    for (let pauseMs = firstPauseMs; !found.isNews; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const leftMs = until - performance.now();
      if (leftMs <= 0) break;
      await sleep(Math.min(pauseMs, leftMs));
      found = await look();
    }
  } finally {
    waiting -= 1;
  }
  return found;
}
