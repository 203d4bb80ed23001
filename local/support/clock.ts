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

export const realClock: Clock = {
  now: () => Date.now(),
  after(delayMs, action) {
    const handle = setTimeout(action, Math.max(0, delayMs));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

interface Pending {
  readonly at: number;
  readonly sequence: number;
  readonly action: () => void;
}

/** A clock that stands still until it is told to advance; timers fire in order of their moment. */
export class VirtualClock implements Clock {
  #now: number;
  #sequence = 0;
  #timers: Pending[] = [];

  constructor(startMs = 0) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, delayMs), sequence: this.#sequence++, action };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Advances by `durationMs`, firing what falls due; lets promises settle between two timers. */
  async advance(durationMs: number): Promise<void> {
    const until = this.#now + durationMs;
    for (;;) {
      await settleMicrotasks();
      const next = this.#next();
      if (!next || next.at > until) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((other) => other !== next);
      next.action();
    }
    this.#now = until;
    await settleMicrotasks();
  }

  #next(): Pending | undefined {
    return this.#timers.reduce<Pending | undefined>((first, timer) => {
      if (!first) return timer;
      return timer.at < first.at || (timer.at === first.at && timer.sequence < first.sequence)
        ? timer
        : first;
    }, undefined);
  }
}

function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
