import { getEvidence } from './evidence.ts';
import { explainDeployment, explainService } from './explain.ts';
import type { ExplainDependencies } from './ports.ts';
import type { OperationTable } from './table.ts';

/** What decides and judges to say what would come of it, and changes nothing. */
export const explainOperations = {
  getEvidence,
  explainDeployment,
  explainService,
} satisfies OperationTable<ExplainDependencies>;
