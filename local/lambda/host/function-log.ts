import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One function's log file: text lines of time, request id and message, tab-separated. */
export interface FunctionLog {
  /** What the function itself wrote. */
  write(chunk: Buffer): void;
  /** A line of the platform's. */
  note(requestId: string, message: string): void;
  /** Empties it. */
  reset(): void;
}

const maximumBytes = 10 * 1024 * 1024;

/** A log in `<directory>/<name>.log`; at ten megabytes it becomes `<name>.log.1` and a new one begins. */
export function openFunctionLog(directory: string, name: string): FunctionLog {
  const file = join(directory, `${name}.log`);
  let bytes = 0;
  mkdirSync(directory, { recursive: true });
  bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const append = (data: Buffer | string) => {
    if (bytes > maximumBytes) {
      renameSync(file, `${file}.1`);
      bytes = 0;
    }
    bytes += data.length;
    appendFileSync(file, data);
  };
  return {
    write: append,
    note(requestId, message) {
      const line = message.replaceAll('\n', '\r');
      append(`${new Date().toISOString()}\t${requestId}\tPLATFORM\t${line}\n`);
    },
    reset() {
      rmSync(file, { force: true });
      rmSync(`${file}.1`, { force: true });
      bytes = 0;
    },
  };
}
