import { type Ref, refKey } from '../../../core/kernel/plan.ts';
import type { Item, Page } from '../../../core/kernel/ports.ts';
import type { Random } from '../random.ts';
import type { Weather } from '../weather.ts';

/** The last write of an aggregate, and what it replaced. */
export interface Written {
  readonly key: string;
  readonly at: number;
  readonly before: Item | undefined;
}

export const written = (item: Item, before: Item | undefined, at: number): Written => ({
  key: refKey(item.ref),
  at,
  before,
});

const maxLagMs = 5_000;

export type LaggingIndex = ReturnType<typeof laggingIndex>;

/** The indexes of the table follow what is written a moment later: now and then they show what was replaced. */
export function laggingIndex(clock: { now(): number }, weather: Weather, random: Random) {
  const last = new Map<string, Written>();
  const strike = () => {
    if (!weather.has('an index lags') || !weather.strikes('an index lags')) return undefined;
    const since = clock.now() - random.between(50, maxLagMs);
    return (key: string) => {
      const found = last.get(key);
      return found && found.at > since ? found : undefined;
    };
  };
  return {
    wrote: (one: Written): void => void last.set(one.key, one),
    due(now: number, answer: readonly Ref[]): readonly Ref[] {
      const unseen = strike();
      if (!unseen) return answer;
      const was = [...last.values()]
        .filter(({ key, before }) => unseen(key) && (before?.wakeAt ?? Number.POSITIVE_INFINITY) <= now)
        .flatMap(({ before }) => before?.ref ?? []);
      return [...answer.filter((ref) => !unseen(refKey(ref))), ...was];
    },
    list(answer: Page): Page {
      const unseen = strike();
      if (!unseen) return answer;
      const entries = answer.entries.flatMap((entry) => {
        const one = unseen(entry.key.partition);
        return one && entry.key.sort === 'state'
          ? one.before
            ? [{ ...entry, body: one.before.state }]
            : []
          : [entry];
      });
      return { ...answer, entries };
    },
  };
}
