import type { Ref } from './plan.ts';
import { refKey } from './plan.ts';
import type { LedgerEntry, StoredRecord } from './ports.ts';

export const ledgerSortPrefix = 'ledger#';

/** A ledger entry as a record beside its aggregate; the key is (aggregate, revision). */
export function ledgerRecord(entry: LedgerEntry): StoredRecord {
  return {
    partition: refKey(entry.ref),
    sort: `${ledgerSortPrefix}${String(entry.revision).padStart(12, '0')}`,
    body: entry,
  };
}

/** Where the history of an aggregate lies, oldest first. */
export const ledgerOf = (ref: Ref) => ({ partition: refKey(ref), sortPrefix: ledgerSortPrefix });
