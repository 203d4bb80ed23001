import type { JournalRow } from './journal-compaction.ts';
import { openJournalFile } from './journal-file.ts';

/**
 * What Local AWS remembers: named tables in memory, every change appended to one file.
 *
 * Changes made in one turn of the event loop are appended by one write, so that a state and the event that
 * tells of it are either both on disk or both not, whenever the process is killed. `flush` is called before
 * an answer leaves the process: what was acknowledged is never lost. A file that has grown is written anew
 * (`journal-file.ts`), at the start and while changes go on.
 */
export interface Journal {
  table<V>(name: string): Table<V>;
  flush(): void;
  /** Forgets everything, on disk too. */
  reset(): void;
  close(): void;
}

export interface Table<V> {
  get(key: string): V | undefined;
  has(key: string): boolean;
  /** Stores `value`; the caller must not change it afterwards except by another `put`. */
  put(key: string, value: V): void;
  delete(key: string): void;
  values(): IterableIterator<V>;
  entries(): IterableIterator<[string, V]>;
  readonly size: number;
}

type Change = [table: string, key: string, value?: unknown];

export interface JournalOptions {
  /** What may be appended, at least, before the file is written anew; never less than it had then. */
  readonly compactBytes?: number;
}

const defaultCompactBytes = 8 * 1024 * 1024;

/** Opens the journal in `file`, replaying what it holds; without a file it lives in memory only. */
export function openJournal(file?: string, options: JournalOptions = {}): Journal {
  const { compactBytes = defaultCompactBytes } = options;
  const tables = new Map<string, Map<string, unknown>>();
  const rows = (name: string) => {
    let table = tables.get(name);
    if (!table) {
      table = new Map();
      tables.set(name, table);
    }
    return table;
  };
  let pending: Change[] = [];
  const onDisk =
    file === undefined
      ? undefined
      : openJournalFile(file, {
          compactBytes,
          read: (text) => replay(text, rows),
          rows: () => rowsOf(tables),
        });
  const flush = () => {
    if (pending.length === 0) return;
    const changes = pending;
    pending = [];
    onDisk?.append(`${JSON.stringify(changes)}\n`);
  };
  const note = (change: Change) => {
    if (pending.push(change) === 1) setImmediate(flush);
  };

  return {
    table<V>(name: string) {
      return tableView<V>(
        () => rows(name) as Map<string, V>,
        (key, value) => {
          note(value === undefined ? [name, key] : [name, key, value]);
        },
      );
    },
    flush,
    reset() {
      pending = [];
      for (const table of tables.values()) table.clear();
      onDisk?.reset();
    },
    close() {
      flush();
      onDisk?.close();
    },
  };
}

function tableView<V>(rows: () => Map<string, V>, changed: (key: string, value?: V) => void): Table<V> {
  return {
    get: (key) => rows().get(key),
    has: (key) => rows().has(key),
    put(key, value) {
      rows().set(key, value);
      changed(key, value);
    },
    delete(key) {
      if (rows().delete(key)) changed(key);
    },
    values: () => rows().values(),
    entries: () => rows().entries(),
    get size() {
      return rows().size;
    },
  };
}

/** A line that was cut off by a kill is the last one and is left out: it was never acknowledged. */
function replay(text: string, rows: (name: string) => Map<string, unknown>): void {
  const lines = text.split('\n');
  const whole = text.endsWith('\n') ? lines : lines.slice(0, -1);
  for (const line of whole) {
    if (line === '') continue;
    for (const [table, key, value] of JSON.parse(line) as Change[]) {
      if (value === undefined) rows(table).delete(key);
      else rows(table).set(key, value);
    }
  }
}

function rowsOf(tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>): readonly JournalRow[] {
  const rows: JournalRow[] = [];
  for (const [name, table] of tables) for (const [key, value] of table) rows.push([name, key, value]);
  return rows;
}
