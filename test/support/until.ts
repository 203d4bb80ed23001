import { setTimeout as sleep } from 'node:timers/promises';

const lookEveryMs = 50;

/** Looks until there is something that is neither undefined nor false; throws, saying what was waited for. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  patienceMs = 30_000,
): Promise<Found> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > giveUpAt) throw new Error(`waited ${patienceMs / 1000} s in vain for: ${what}`);
    await sleep(lookEveryMs);
  }
}
