import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './problems.ts';

const firstPauseMs = 200;
const longestPauseMs = 1_000;

/**
 * Asks until there is an answer, for at most `patienceMs` while the API cannot be reached; then throws its last
 * error. Only for what may be asked twice: reading, and writing under an idempotency key.
 */
export async function patiently<Answer>(ask: () => Promise<Answer>, patienceMs: number): Promise<Answer> {
  const giveUpAt = performance.now() + patienceMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || performance.now() + pauseMs > giveUpAt) throw error;
      await sleep(pauseMs);
    }
  }
}
