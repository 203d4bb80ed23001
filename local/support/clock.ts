import { createHeap } from './heap.ts';

/** Time as Local AWS sees it: real on a developer's machine, virtual in tests and simulations. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `action` once, `delayMs` from now; a real timer never keeps the process alive. */
  after(delayMs: number, action: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Node fires a timer at once that is to wait longer than 2^31 ms. */
const longestWaitMs = 2_000_000_000;

export const realClock: Clock = {
  now: () => Date.now(),
  after(delayMs, action) {
    let handle: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const next = leftMs > longestWaitMs ? () => wait(leftMs - longestWaitMs) : action;
      handle = setTimeout(next, Math.max(0, Math.min(leftMs, longestWaitMs)));
      handle.unref();
    };
    wait(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

interface Pending {
  readonly at: number;
  readonly sequence: number;
  /** Undefined once it is cancelled; such a one is dropped when it comes up. */
  action: (() => void) | undefined;
}

export interface VirtualClockOptions {
  /** Resolves when what a timer began has come to rest; promises get their turn by default. */
  settle?(): Promise<void>;
  /** Told of each moment that the clock comes to, before what falls due then is done. */
  moved?(nowMs: number): void;
}

const mostStale = 1000;

/** A clock that stands still until it is told to advance; timers fire in order of their moment. */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  #live = 0;
  readonly #options: VirtualClockOptions;
  readonly #timers = createHeap<Pending>((one, other) =>
    one.at === other.at ? one.sequence < other.sequence : one.at < other.at,
  );

  constructor(startMs = 0, options: VirtualClockOptions = {}) {
    this.#now = startMs;
    this.#options = options;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Timer {
    const timer: Pending = { at: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, action };
    this.#timers.push(timer);
    this.#live += 1;
    return { cancel: () => this.#drop(timer) };
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#live;
  }

  /** The moment of the next timer, undefined when there is none. */
  nextMs(): number | undefined {
    for (let first = this.#timers.peek(); first; first = this.#timers.peek()) {
      if (first.action) return first.at;
      this.#timers.pop();
    }
    return undefined;
  }

  /** Advances by `durationMs`, firing what falls due; lets promises settle between two timers. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    for (;;) {
      await this.#settle();
      const next = this.nextMs();
      if (next === undefined || next > until) break;
      this.#moveTo(next);
      this.#fire();
    }
    this.#moveTo(until);
    await this.#settle();
  }

  #fire(): void {
    const timer = this.#timers.pop();
    const action = timer?.action;
    if (!timer || !action) return;
    this.#drop(timer);
    action();
  }

  /** Someone else may have moved it further meanwhile: it never goes back. */
  #moveTo(atMs: number): void {
    if (atMs <= this.#now) return;
    this.#now = atMs;
    this.#options.moved?.(atMs);
  }

  #drop(timer: Pending): void {
    if (!timer.action) return;
    timer.action = undefined;
    this.#live -= 1;
    // What sets and cancels one timer for days ahead, again and again, must not fill the memory.
    if (this.#timers.size > 2 * this.#live + mostStale)
      this.#timers.retain(({ action }) => action !== undefined);
  }

  #settle(): Promise<void> {
    return this.#options.settle?.() ?? settleMicrotasks();
  }
}

/** Resolves when all promises that can go on have done so. */
export function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
