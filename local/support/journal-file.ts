import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import {
  type Compaction,
  compact,
  type JournalRow,
  lineOf,
  newFileOf,
  writeWhole,
} from './journal-compaction.ts';

/** The file of a journal, which is written anew when it has grown. */
export interface JournalFile {
  /** On disk when it returns, unless it was closed. */
  append(line: string): void;
  /** Empties it. */
  reset(): void;
  close(): void;
}

export interface JournalFileOptions {
  /** What may be appended, at least, before the file is written anew; never less than it had then. */
  readonly compactBytes: number;
  /** Takes in what the file held. */
  read(text: string): void;
  /** All rows of this moment. */
  rows(): readonly JournalRow[];
}

export function openJournalFile(file: string, { compactBytes, read, rows }: JournalFileOptions): JournalFile {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) read(readFileSync(file, 'utf8'));
  const text = rows().map(lineOf).join('');
  writeFileSync(newFileOf(file), text);
  renameSync(newFileOf(file), file);
  let descriptor: number | undefined = openSync(file, 'a');
  let compaction: Compaction | undefined;
  let appendedBytes = 0;
  /** What may be appended before the next compaction. */
  let allowedBytes = Math.max(compactBytes, text.length);

  const close = () => {
    compaction?.abandon();
    compaction = undefined;
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const startOver = (bytes: number) => {
    compaction = undefined;
    appendedBytes = 0;
    allowedBytes = Math.max(compactBytes, bytes);
  };
  const begin = () =>
    compact({
      file,
      rows: rows(),
      done(fresh, bytes) {
        if (descriptor !== undefined) closeSync(descriptor);
        descriptor = fresh;
        startOver(bytes);
      },
      // A full disk, perhaps; when as much again was appended, it is tried again.
      failed: () => startOver(appendedBytes),
    });
  return {
    append(line) {
      if (descriptor === undefined) return;
      appendedBytes += writeWhole(descriptor, line);
      if (compaction) compaction.append(line);
      else if (appendedBytes > allowedBytes) compaction = begin();
    },
    reset() {
      close();
      rmSync(file, { force: true });
      descriptor = openSync(file, 'a');
      startOver(0);
    },
    close,
  };
}
