/** Where a runtime leaves what containers print. */
export interface LogSink {
  /** Follows a file that a container appends to, going on behind the last line that was kept. */
  follow(target: LogTarget, file: string): Following;
  /** For output that does not come as a file. */
  open(target: LogTarget): LogWriter;
}

export interface LogTarget {
  readonly group: string;
  readonly stream: string;
  /** Names one run of one container for ever: a cursor belongs to it. */
  readonly source: string;
}

export interface Following {
  /** Keeps what the file still holds, an unfinished last line too, and lets go of it. */
  finish(): void;
  /** Lets go of the file; following it again goes on where this ended. */
  close(): void;
}

export interface LogWriter {
  /** The cursor of the last line that was kept, undefined before the first. */
  readonly cursor: string | undefined;
  append(lines: readonly WrittenLine[]): void;
}

export interface WrittenLine {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
  readonly cursor: string;
}
