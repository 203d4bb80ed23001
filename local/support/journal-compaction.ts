import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

export type JournalRow = readonly [table: string, key: string, value: unknown];
type Rows = readonly JournalRow[];

/** A journal's file that is being written anew, without what was overwritten, while changes go on. */
export interface Compaction {
  /** To be told of every line that goes into the old file meanwhile. */
  append(line: string): void;
  /** Leaves the old file as it is. */
  abandon(): void;
}

export interface CompactionOptions {
  readonly file: string;
  /** All rows of this moment; the values never change. */
  readonly rows: Rows;
  /** The new file has taken the place of the old one, and is open for appending. */
  done(descriptor: number, bytes: number): void;
  /** The old file is still the journal. */
  failed(error: unknown): void;
}

/** Written in one turn of the event loop: a few milliseconds. */
const sliceBytes = 256 * 1024;

/**
 * Writes all rows beside the old file, a slice in each turn, then the lines that came meanwhile, and puts the new
 * file in the old one's place, both in one turn. Killed at any moment, the file that is there holds everything that
 * was ever appended.
 */
export function compact({ file, rows, done, failed }: CompactionOptions): Compaction {
  const fresh = newFileOf(file);
  const meanwhile: string[] = [];
  let written = 0;
  let bytes = 0;
  let descriptor: number | undefined;
  let isOver = false;
  const write = (text: string) => {
    descriptor ??= openSync(fresh, 'w');
    bytes += writeWhole(descriptor, text);
  };
  const finish = () => {
    write(meanwhile.join(''));
    renameSync(fresh, file);
    isOver = true;
    done(descriptor!, bytes);
  };
  const next = () => {
    if (isOver) return;
    try {
      if (written === rows.length) return finish();
      const slice = sliceFrom(rows, written);
      written += slice.count;
      write(slice.text);
    } catch (error) {
      abandon();
      return failed(error);
    }
    setImmediate(next).unref();
  };
  const abandon = () => {
    if (isOver) return;
    isOver = true;
    if (descriptor !== undefined) closeSync(descriptor);
    rmSync(fresh, { force: true });
  };
  setImmediate(next).unref();
  return { append: (line) => meanwhile.push(line), abandon };
}

/** Where the new file is written; what is left there of one that was killed is of no use. */
export const newFileOf = (file: string): string => `${file}.new`;

/** One row as a line of a journal. */
export const lineOf = (row: JournalRow): string => `${JSON.stringify([row])}\n`;

/** Appends `text` and answers how many bytes it had; the system may take it in parts. */
export function writeWhole(descriptor: number, text: string): number {
  const buffer = Buffer.from(text);
  for (let from = 0; from < buffer.length; ) from += writeSync(descriptor, buffer, from);
  return buffer.length;
}

function sliceFrom(rows: Rows, from: number): { readonly text: string; readonly count: number } {
  let text = '';
  let count = 0;
  for (; from + count < rows.length && text.length < sliceBytes; count++) text += lineOf(rows[from + count]!);
  return { text, count };
}
