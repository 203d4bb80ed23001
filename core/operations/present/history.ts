import type { ExplanationView, LedgerEntryView, ReleaseView } from '../../contract/views.ts';
import type { Indexing, Plan } from '../../kernel/plan.ts';
import type { LedgerEntry } from '../../kernel/ports.ts';
import type { ReleaseRecord } from '../../services/records.ts';
import { moment } from './moment.ts';

export function ledgerEntryView(entry: LedgerEntry): LedgerEntryView {
  const { revision, at, from, to, reasons, effects, inputs } = entry;
  return {
    revision,
    at: moment(at),
    ...(from !== undefined && { from }),
    to,
    reasons: [...reasons],
    effects: [...effects],
    inputs: [...inputs],
  };
}

export function explanationView(plan: Plan<unknown, unknown> & Indexing): ExplanationView {
  return {
    status: plan.status,
    reasons: [...plan.reasons],
    effects: plan.effects.map((effect) => String((effect as { readonly type: unknown }).type)),
    ...(plan.wakeAt !== undefined && { wakeAt: moment(plan.wakeAt) }),
  };
}

/** Names of variables only: their values are nobody's business who looks at a list. */
export function releaseView({
  number,
  hash,
  taskDefinitionArn,
  spec,
  registeredAt,
}: ReleaseRecord): ReleaseView {
  return {
    number,
    hash,
    taskDefinition: taskDefinitionArn,
    image: spec.image,
    cpuUnits: spec.cpuUnits,
    memoryMiB: spec.memoryMiB,
    environment: Object.keys(spec.environment).sort(),
    secrets: Object.keys(spec.secrets).sort(),
    registeredAt: moment(registeredAt),
  };
}
