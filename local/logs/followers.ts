import type { Clock, Timer } from '../support/clock.ts';
import { FollowedFile } from './follow.ts';
import type { Following, LogTarget } from './sink.ts';
import type { LogStore } from './store.ts';
import { createWriter } from './writer.ts';

const LOOK_EVERY_MS = 100;

/** Every file that is followed, looked at by one timer, and at once when somebody asks for its group. */
export class Followers {
  readonly #store: LogStore;
  readonly #clock: Clock;
  readonly #files = new Map<FollowedFile, LogTarget>();
  #timer: Timer | undefined;

  constructor(store: LogStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  follow(target: LogTarget, file: string): Following {
    const followed = new FollowedFile(file, createWriter(this.#store, target), this.#clock);
    this.#files.set(followed, target);
    this.#lookAgainLater();
    const letGo = () => {
      if (this.#files.delete(followed)) followed.close();
    };
    return {
      finish: () => {
        if (this.#files.has(followed)) this.#attempt(target, () => followed.finish());
        letGo();
      },
      close: letGo,
    };
  }

  /** Keeps what the files of `group` hold by now. */
  catchUp(group: string): void {
    for (const [file, target] of this.#files)
      if (target.group === group) this.#attempt(target, () => file.look());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const file of this.#files.keys()) file.close();
    this.#files.clear();
  }

  #lookAgainLater(): void {
    this.#timer ??= this.#clock.after(LOOK_EVERY_MS, () => {
      this.#timer = undefined;
      for (const [file, target] of this.#files) this.#attempt(target, () => file.look());
      if (this.#files.size > 0) this.#lookAgainLater();
    });
  }

  /** A full disk must not end Local AWS; the file keeps the lines, and the next look tries again. */
  #attempt(target: LogTarget, read: () => void): void {
    try {
      read();
    } catch (error) {
      process.emitWarning(`The log ${target.group} ${target.stream} cannot be kept: ${error}`);
    }
  }
}
