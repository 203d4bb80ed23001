import { refKey } from './plan.ts';
import type { Alarms, Clock } from './ports.ts';

/** A bell that is about to ring may come a little early by somebody's clock; another is cheap by then. */
const soonMs = 2_000;
const manyBells = 200;

/**
 * Rings once for one moment, however many look at an aggregate until then: what waits is the same. It remembers as
 * long as the process lives, and only what was heard.
 */
export function ringOnce(alarms: Alarms, clock: Clock): Alarms {
  const rung = new Map<string, { readonly at: number; readonly heard: Promise<void> }>();
  const forget = (now: number) => {
    for (const [bell, { at }] of rung) if (at <= now) rung.delete(bell);
  };
  return {
    async ring(ref, at) {
      const now = clock.now();
      if (at <= now + soonMs) return alarms.ring(ref, at);
      const bell = `${refKey(ref)} ${at}`;
      const known = rung.get(bell);
      if (known) return known.heard;
      if (rung.size >= manyBells) forget(now);
      const heard = alarms.ring(ref, at);
      rung.set(bell, { at, heard });
      try {
        await heard;
      } catch (error) {
        rung.delete(bell);
        throw error;
      }
    },
  };
}
