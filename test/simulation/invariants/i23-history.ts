import { applications } from '../../../core/applications/decide.ts';
import { deployments } from '../../../core/deployments/decide.ts';
import { jobs } from '../../../core/jobs/decide.ts';
import { ledgerSortPrefix } from '../../../core/kernel/ledger.ts';
import { type Indexing, refKey } from '../../../core/kernel/plan.ts';
import type { Item, LedgerEntry } from '../../../core/kernel/ports.ts';
import { locks } from '../../../core/locks/decide.ts';
import { pipelines } from '../../../core/pipelines/decide.ts';
import { services } from '../../../core/services/decide.ts';
import type { Invariant, Report } from '../observation.ts';
import { isSame } from '../same.ts';

/** I23: each transition has one line of history, and the lines lead to what is. */
export const history: Invariant = {
  name: 'I23 one line for each transition',
  watch: (facts) => {
    const transitions = new Set<string>();
    const written = new Set<string>();
    const lines = new Map<string, LedgerEntry[]>();
    return (observation, report) => {
      if (observation.type === 'committed') {
        const { item, before } = observation;
        const isTransition = !isSame(item.state, before?.state);
        const line = item.outbox.find(({ id }) => id === `${refKey(item.ref)}#${item.revision}#0`);
        // Who only takes something in leaves its line to whoever decides.
        if (isTransition && !item.heard && line?.effect.type !== 'ledger')
          report(`${keyOf(item)} is a transition without a line of history`);
        if (line) transitions.add(keyOf(item));
      }
      if (observation.type === 'recorded' && observation.record.sort.startsWith(ledgerSortPrefix)) {
        const entry = observation.record.body as LedgerEntry;
        const key = keyOf(entry);
        if (written.has(key)) report(`${key} was written twice into history`);
        if (!transitions.has(key)) report(`${key} is in history and never happened`);
        if (
          !entry.reasons.every(({ code, text }) => code !== '' && text !== '') ||
          entry.reasons.length === 0
        )
          report(`${key} has no reason in history`);
        written.add(key);
        const ofAggregate = lines.get(refKey(entry.ref)) ?? [];
        lines.set(refKey(entry.ref), ofAggregate);
        ofAggregate.push(entry);
      }
      if (observation.type === 'over') {
        for (const key of transitions) if (!written.has(key)) report(`${key} is missing in history`);
        for (const item of facts.items.values()) {
          if (item.heard) report(`${keyOf(item)} was told something that nobody decided upon`);
          replay(lines.get(refKey(item.ref)) ?? [], item, report);
        }
      }
    };
  },
};

const domains: Readonly<Record<string, { index(state: unknown): Indexing }>> = {
  service: services,
  deployment: deployments,
  job: jobs,
  lock: locks,
  application: applications,
  pipeline: pipelines,
} as Record<string, { index(state: unknown): Indexing }>;

const keyOf = ({ ref, revision }: Pick<Item, 'ref' | 'revision'>) => `${refKey(ref)} r${revision}`;

function replay(written: readonly LedgerEntry[], { ref, state }: Item, report: Report): void {
  const lines = [...written].sort((one, other) => one.revision - other.revision);
  let at: string | undefined;
  for (const line of lines) {
    if (line.from !== at) report(`${keyOf(line)} says that it was ${line.from}, and it was ${at}`);
    at = line.to;
  }
  const is = domains[ref.kind]?.index(state).status;
  if (at !== is) report(`the history of ${refKey(ref)} ends with ${at}, and it is ${is}`);
}
