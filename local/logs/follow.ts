import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';
import type { Clock } from '../support/clock.ts';
import { linesOf } from './lines.ts';
import type { LogWriter } from './sink.ts';

const READ_BYTES = 1024 * 1024;
/** A container that prints more than this between two looks is caught up with in the looks that follow. */
const READS_PER_LOOK = 8;
/** A raw file this large whose lines are all kept is emptied. */
const MAX_RAW_BYTES = 64 * 1024 * 1024;

/** A file that a container appends to; `look` keeps the lines that are new in it. */
export class FollowedFile {
  readonly #descriptor: number;
  readonly #writer: LogWriter;
  readonly #clock: Clock;
  #offset: number;

  constructor(file: string, writer: LogWriter, clock: Clock) {
    this.#descriptor = openSync(file, 'r+');
    this.#writer = writer;
    this.#clock = clock;
    const kept = Number(writer.cursor ?? 0);
    this.#offset = kept <= fstatSync(this.#descriptor).size ? kept : 0;
  }

  look(): void {
    for (let reads = 0; reads < READS_PER_LOOK; reads++) if (!this.#readOnce(false)) break;
    this.#emptyWhenLarge();
  }

  finish(): void {
    while (this.#readOnce(false));
    this.#readOnce(true);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Keeps the whole lines of the next piece; false when there was none. */
  #readOnce(last: boolean): boolean {
    const { size, mtimeMs } = fstatSync(this.#descriptor);
    if (size <= this.#offset) return false;
    const bytes = Buffer.allocUnsafe(Math.min(READ_BYTES, size - this.#offset));
    const read = readSync(this.#descriptor, bytes, 0, bytes.length, this.#offset);
    const lines = linesOf(bytes.subarray(0, read), last);
    // What was printed while nobody looked was printed no later than the file's last change.
    const timestamp = Math.min(this.#clock.now(), Math.floor(mtimeMs));
    const start = this.#offset;
    this.#writer.append(
      lines.map(({ message, endOffset }) => ({ timestamp, message, cursor: String(start + endOffset) })),
    );
    this.#offset += lines.at(-1)?.endOffset ?? 0;
    return lines.length > 0;
  }

  /** A line that the container prints in the very moment between look and emptying is lost. */
  #emptyWhenLarge(): void {
    if (this.#offset < MAX_RAW_BYTES || fstatSync(this.#descriptor).size !== this.#offset) return;
    ftruncateSync(this.#descriptor, 0);
    this.#offset = 0;
  }
}
