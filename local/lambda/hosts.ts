import type { Clock } from '../support/clock.ts';
import type { Announcement } from './settings.ts';

/** A Lambda host that was heard of and is not known to be gone. */
export interface Host {
  readonly instance: string;
  readonly pid: number;
  readonly url: string;
}

/** A host speaks up every second; after this long without a word it counts as gone. */
const silenceMs = 5000;

/** Which Lambda host runs, as far as this process has heard. There is one at a time: the newest. */
export class Hosts {
  readonly #clock: Clock;
  readonly #listeners: ((host: Host, announcement: Announcement) => void)[] = [];
  #host: Host | undefined;
  #heardMs = 0;
  #waiting: ((host: Host) => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells of a host's first word to this process, and of a host that had been taken for gone. */
  onArrival(listener: (host: Host, announcement: Announcement) => void): void {
    this.#listeners.push(listener);
  }

  announce(announcement: Announcement): void {
    const known = this.current()?.instance === announcement.instance;
    const { instance, pid, url } = announcement;
    this.#heardMs = this.#clock.now();
    if (known) return;
    const host = { instance, pid, url };
    this.#host = host;
    for (const listener of this.#listeners) listener(host, announcement);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(host);
  }

  /** The host said that it goes, or a connection to it was refused. */
  gone(instance: string): void {
    if (this.#host?.instance === instance) this.#host = undefined;
  }

  current(): Host | undefined {
    return this.#clock.now() - this.#heardMs <= silenceMs ? this.#host : undefined;
  }

  /** The host, as soon as there is one; undefined when none came in time. */
  async ready(timeoutMs: number): Promise<Host | undefined> {
    const host = this.current();
    if (host) return host;
    return new Promise((resolve) => {
      const settle = (arrived: Host | undefined) => {
        timer.cancel();
        this.#waiting = this.#waiting.filter((one) => one !== settle);
        resolve(arrived);
      };
      const timer = this.#clock.after(timeoutMs, () => settle(undefined));
      this.#waiting.push(settle);
    });
  }
}
