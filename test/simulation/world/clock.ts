import type { Clock, Timer } from '../../../local/support/clock.ts';

/** A moment at which something happens; of two at the same moment the one that was asked for first. */
interface Moment {
  readonly at: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/** True time of a run: it stands still until it is advanced. As `VirtualClock`, for many thousand timers. */
export class WorldClock implements Clock {
  #now: number;
  #order = 0;
  /** A binary heap; what was cancelled stays until it comes up. */
  readonly #moments: Moment[] = [];

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Timer {
    const moment: Moment = { at: this.#now + Math.max(0, delayMs), order: this.#order++, action };
    push(this.#moments, moment);
    return {
      cancel: () => {
        moment.action = undefined;
      },
    };
  }

  /** Advances by `durationMs`; between two moments everything that follows from the first happens. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    await promisesSettled();
    for (let first = this.#moments[0]; first && first.at <= until; first = this.#moments[0]) {
      pop(this.#moments);
      if (!first.action) continue;
      this.#now = first.at;
      first.action();
      await promisesSettled();
    }
    this.#now = until;
  }
}

/** The queue of ticks is not looked at before that of promises is empty. Nothing here waits for anything else. */
const promisesSettled = () => new Promise<void>((resolve) => process.nextTick(resolve));

const isBefore = (one: Moment, other: Moment) =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

function push(heap: Moment[], moment: Moment): void {
  let place = heap.push(moment) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent]!;
    if (isBefore(above, moment)) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = moment;
}

function pop(heap: Moment[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = place * 2 + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
    if (isBefore(last, heap[child]!)) break;
    heap[place] = heap[child]!;
    place = child;
  }
  heap[place] = last;
}
