import type { Clock, Timer } from '../../support/clock.ts';

/** How often in a row one thing is looked at while each look changes something; then others get their turn. */
export const turnCeiling = 20;

/** Calls `look` with the keys that were woken, once for all wakes of one turn of the event loop; begins paused. */
export class Wakes {
  readonly #clock: Clock;
  readonly #look: (key: string) => void;
  readonly #woken = new Set<string>();
  readonly #timers = new Map<string, Timer>();
  #isPaused = true;

  constructor(clock: Clock, look: (key: string) => void) {
    this.#clock = clock;
    this.#look = look;
  }

  resume(): void {
    this.#isPaused = false;
  }

  /** Forgets every moment; wakes change nothing until `resume`. */
  pause(): void {
    this.#isPaused = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** Looks before this turn of the event loop ends. */
  now(key: string): void {
    if (this.#woken.has(key)) return;
    this.#woken.add(key);
    queueMicrotask(() => {
      this.#woken.delete(key);
      if (!this.#isPaused) this.#look(key);
    });
  }

  /** Looks at that moment, epoch milliseconds, in place of the one that was set before; undefined for none. */
  at(key: string, atMs: number | undefined): void {
    this.#timers.get(key)?.cancel();
    this.#timers.delete(key);
    if (atMs === undefined) return;
    const timer = this.#clock.after(atMs - this.#clock.now(), () => {
      this.#timers.delete(key);
      this.now(key);
    });
    this.#timers.set(key, timer);
  }
}

/** The first of the moments that are known. */
export function earliest(moments: readonly (number | undefined)[]): number | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
