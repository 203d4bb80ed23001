import type { Table } from './journal.ts';

/** Deletes every row; harmless where the journal itself was emptied before. */
export function emptied(tables: Iterable<Pick<Table<unknown>, 'entries' | 'delete'>>): void {
  for (const table of tables) for (const [key] of [...table.entries()]) table.delete(key);
}
