import type { LogEventView } from '../../core/contract/views.ts';

/** Lines may be kept in another order than they were written; a look this far back finds the late ones. */
const lookBackMs = 5_000;
const mostRemembered = 50_000;

/** Which of the lines of overlapping looks are new. */
export interface Tail {
  /** The lines not seen before, in their order. */
  fresh(events: readonly LogEventView[]): LogEventView[];
  /** From where the next look has to begin, ISO 8601; undefined before the first line. */
  since(): string | undefined;
}

export function createTail(): Tail {
  const seen = new Map<string, number>();
  let newestMs: number | undefined;
  const forget = () => {
    const before = (newestMs ?? 0) - 2 * lookBackMs;
    for (const [id, atMs] of seen) if (atMs < before || seen.size > mostRemembered) seen.delete(id);
  };
  return {
    fresh(events) {
      const found = events.filter(({ id }) => !seen.has(id));
      for (const { id, at } of found) {
        const atMs = Date.parse(at);
        seen.set(id, atMs);
        newestMs = Math.max(newestMs ?? atMs, atMs);
      }
      forget();
      return found;
    },
    since: () => (newestMs === undefined ? undefined : new Date(newestMs - lookBackMs).toISOString()),
  };
}
