import type { DeploymentState } from '../../../core/deployments/model.ts';
import { ledgerSortPrefix } from '../../../core/kernel/ledger.ts';
import type { LedgerEntry } from '../../../core/kernel/ports.ts';
import type { Invariant } from '../observation.ts';

/** C6: whatever people say to a deployment stands in its history, with who said it. */
export const whoSaidIt: Invariant = {
  name: 'C6 who said it stands in history',
  watch: (facts) => {
    const said = new Map<string, { what: string; who: string; deployment: string }>();
    /** Who is heard when all is over already has said nothing. */
    const isOver = (id: string) =>
      (facts.items.get(`deployment#${id}`)?.state as DeploymentState | undefined)?.at.phase === 'ended';
    return (observation, report) => {
      if (observation.type === 'said') {
        const { what, who, deployment } = observation;
        if (!isOver(deployment)) said.set(`${what} ${who} ${deployment}`, { what, who, deployment });
      }
      if (observation.type !== 'over') return;
      const lines = [...facts.records.values()]
        .filter(({ sort }) => sort.startsWith(ledgerSortPrefix))
        .map(({ body }) => body as LedgerEntry);
      for (const { what, who, deployment } of said.values()) {
        const isThere = lines.some(
          ({ ref, reasons }) =>
            ref.id === deployment && reasons.some(({ code, text }) => code === what && text.includes(who)),
        );
        if (!isThere) report(`${who} said ${what} to ${deployment}, and its history does not tell`);
      }
    };
  },
};
