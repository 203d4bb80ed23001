import type { Clock, Timer } from '../support/clock.ts';
import type { Delivery, Message } from './message.ts';

export interface ReceiveOptions {
  readonly max: number;
  readonly waitMs: number;
  /** Overrides the queue's own. */
  readonly visibilitySeconds?: number | undefined;
  readonly holder?: string | undefined;
}

export interface Received {
  readonly message: Message;
  readonly delivery: Delivery;
  readonly handle: string;
}

interface Poll {
  readonly options: ReceiveOptions;
  readonly timer: Timer;
  finish(received: readonly Received[]): void;
}

/** One queue's messages by what they wait for, and the long polls that wait for messages. */
export class Line {
  /** Ids of visible messages, the oldest first. */
  readonly ready = new Set<string>();
  readonly inFlight = new Set<string>();
  readonly delayed = new Set<string>();
  readonly #clock: Clock;
  readonly #take: (id: string, options: ReceiveOptions) => Received | undefined;
  readonly #polls = new Set<Poll>();
  #serving = false;

  /** `take` turns a visible message into a received one, or answers undefined where it is gone. */
  constructor(clock: Clock, take: (id: string, options: ReceiveOptions) => Received | undefined) {
    this.#clock = clock;
    this.#take = take;
  }

  add(id: string): void {
    this.ready.add(id);
    this.#serveSoon();
  }

  drop(id: string): void {
    this.ready.delete(id);
    this.inFlight.delete(id);
    this.delayed.delete(id);
  }

  receive(options: ReceiveOptions): Promise<readonly Received[]> {
    const received = this.#collect(options);
    if (received.length > 0 || options.waitMs === 0) return Promise.resolve(received);
    return new Promise((resolve) => {
      const poll: Poll = {
        options,
        timer: this.#clock.after(options.waitMs, () => poll.finish([])),
        finish: (answer) => {
          poll.timer.cancel();
          this.#polls.delete(poll);
          resolve(answer);
        },
      };
      this.#polls.add(poll);
    });
  }

  /** Ends the open polls of receivers that are gone, without messages. */
  cancel(isGone: (holder: string) => boolean): void {
    for (const poll of [...this.#polls]) if (isGone(poll.options.holder ?? '')) poll.finish([]);
  }

  /** Messages that arrive in one turn go out together: fuller batches for no delay worth the name. */
  #serveSoon(): void {
    if (this.#serving || this.#polls.size === 0) return;
    this.#serving = true;
    queueMicrotask(() => {
      this.#serving = false;
      for (const poll of [...this.#polls]) {
        if (this.ready.size === 0) return;
        const received = this.#collect(poll.options);
        if (received.length > 0) poll.finish(received);
      }
    });
  }

  #collect(options: ReceiveOptions): Received[] {
    const received: Received[] = [];
    for (const id of this.ready) {
      if (received.length >= options.max) break;
      this.ready.delete(id);
      const one = this.#take(id, options);
      if (one) received.push(one);
    }
    return received;
  }
}
