import type { Summary } from './summary.ts';

/** Seconds that a bucket spans. */
export type Resolution = 1 | 60;

/** How long buckets are kept. */
export const keptMs: Readonly<Record<Resolution, number>> = {
  1: 3 * 3600 * 1000,
  60: 15 * 24 * 3600 * 1000,
};

/** The values of one metric in one unit, in buckets by when they begin. */
export class Line {
  readonly #buckets: Readonly<Record<Resolution, Map<number, Summary>>> = { 1: new Map(), 60: new Map() };

  get size(): number {
    return this.#buckets[1].size + this.#buckets[60].size;
  }

  get(resolution: Resolution, startMs: number): Summary | undefined {
    return this.#buckets[resolution].get(startMs);
  }

  set(resolution: Resolution, startMs: number, summary: Summary): void {
    this.#buckets[resolution].set(startMs, summary);
  }

  /** Buckets that begin within the window: asked for one by one where the window is short. */
  *between(resolution: Resolution, fromMs: number, toMs: number): Generator<readonly [number, Summary]> {
    const buckets = this.#buckets[resolution];
    const widthMs = resolution * 1000;
    const first = Math.ceil(fromMs / widthMs) * widthMs;
    if ((toMs - first) / widthMs > buckets.size) {
      for (const [startMs, summary] of buckets)
        if (startMs >= fromMs && startMs < toMs) yield [startMs, summary];
      return;
    }
    for (let startMs = first; startMs < toMs; startMs += widthMs) {
      const summary = buckets.get(startMs);
      if (summary) yield [startMs, summary];
    }
  }

  /**
   * Lets go of what is too old, and says what that was. Buckets come nearly in the order of time: what lies behind
   * a younger one goes a little later.
   */
  expire(nowMs: number): (readonly [Resolution, number])[] {
    return this.#dropWhile((resolution, startMs) => startMs < nowMs - keptMs[resolution]);
  }

  /** Lets go of the older `share` of the buckets of each resolution. */
  drop(share: number): (readonly [Resolution, number])[] {
    const left = { 1: this.#buckets[1].size * share, 60: this.#buckets[60].size * share };
    return this.#dropWhile((resolution) => left[resolution]-- > 0);
  }

  #dropWhile(goes: (resolution: Resolution, startMs: number) => boolean): (readonly [Resolution, number])[] {
    const gone: (readonly [Resolution, number])[] = [];
    for (const resolution of [1, 60] as const) {
      for (const startMs of this.#buckets[resolution].keys()) {
        if (!goes(resolution, startMs)) break;
        this.#buckets[resolution].delete(startMs);
        gone.push([resolution, startMs]);
      }
    }
    return gone;
  }
}
