import type { JobMessage } from '../jobs/model.ts';
import type { Send } from '../kernel/plan.ts';
import type { DeploymentState } from './model.ts';

/** Stops the job that runs, where one does: whoever has ended has no use for it. */
export function cancelJob(
  state: DeploymentState,
  actor: string,
): { next: DeploymentState; effects: readonly Send[] } {
  const { runs, ...next } = state;
  if (!runs) return { next: state, effects: [] };
  const message: JobMessage = { type: 'cancel', actor };
  return { next, effects: [{ type: 'send', to: { kind: 'job', id: runs }, message }] };
}
