import { setTimeout as sleep } from 'node:timers/promises';

const soonestMs = 50;
const latestMs = 500;

/**
 * A look may cost more than what it waits for: what takes long is looked at less often, at every tenth of the time that
 * has passed.
 */
const pauseMs = (passedMs: number) => Math.min(Math.max(soonestMs, passedMs / 10), latestMs);

/** Looks until there is something that is neither undefined nor false; throws, saying what was waited for. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  patienceMs = 30_000,
): Promise<Found> {
  const begunAt = performance.now();
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    const passedMs = performance.now() - begunAt;
    if (passedMs > patienceMs) throw new Error(`waited ${patienceMs / 1000} s in vain for: ${what}`);
    await sleep(pauseMs(passedMs));
  }
}
