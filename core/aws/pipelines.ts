import type { DeploymentState } from '../deployments/model.ts';
import { deploymentRef } from '../deployments/records.ts';
import type { Member } from '../kernel/item.ts';
import type { Store } from '../kernel/ports.ts';
import type { Perform } from '../kernel/settle.ts';
import { pipelines } from '../pipelines/decide.ts';
import type { PipelineQuery, PipelineSeen } from '../pipelines/model.ts';

/** The pipelines, with their eyes on deployments. */
export const pipelineMember = ({ store }: { readonly store: Store }, perform: Perform): Member => ({
  domain: pipelines,
  look: (query) => lookForEnds(query as PipelineQuery, store),
  perform,
});

/** Which of these have ended. They tell it themselves; a deployment of an older version of Berth does not. */
async function lookForEnds({ deployments }: PipelineQuery, store: Store): Promise<PipelineSeen> {
  const items = await Promise.all(deployments.map((id) => store.load(deploymentRef(id))));
  const ended = items.flatMap((item) => {
    if (!item) return [];
    const { at, request } = item.state as DeploymentState;
    if (at.phase !== 'ended') return [];
    return [{ deployment: request.id, verdict: at.verdict, reason: at.reason }];
  });
  return { ended };
}
