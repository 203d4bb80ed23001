import { adoptService } from './adopt.ts';
import { adoptDrift, getDrift, revertDrift } from './drift.ts';
import { planDeployment } from './plan.ts';
import type { PreflightDependencies } from './ports.ts';
import type { OperationTable } from './table.ts';

/** What says what would come of a deployment, and what takes over what is there. */
export const preflightOperations = {
  planDeployment,
  getDrift,
  adoptDrift,
  revertDrift,
  adoptService,
} satisfies OperationTable<PreflightDependencies>;
