import type { CreateDeployment } from '../../contract/requests.ts';
import type { DeploymentRequest } from '../../deployments/model.ts';
import type { Configuration, PipelineState } from '../../pipelines/model.ts';
import { pipelineRef } from '../../pipelines/records.ts';
import { deliver } from '../deliver.ts';
import { loadState } from '../find.ts';
import type { TakingDependencies } from '../ports.ts';

/**
 * Remembers what GitHub may deploy, from a manifest that is about to be accepted. Before the deployment is taken on, not
 * after it: whoever dies between the two has not told the caller that the deployment was accepted, and the other way
 * round the next push would deploy an older manifest. `written` is the service's `spec` as it was before it was parsed:
 * a push parses it again.
 */
export async function rememberRule(
  deps: TakingDependencies,
  {
    id,
    service,
    environment,
    ecsName,
  }: Pick<DeploymentRequest, 'id' | 'service' | 'environment' | 'ecsName'>,
  body: CreateDeployment,
  written: unknown,
): Promise<void> {
  const configuration = configurationOf(body, written);
  const to = pipelineRef(service);
  if (!configuration && !(await loadState<PipelineState>(deps, to))?.configured) return;
  const message = { type: 'configure', environment, ecsName, ...(configuration && { configuration }) };
  await deliver(deps, to, message, `configure/${id}`);
}

function configurationOf(body: CreateDeployment, written: unknown): Configuration | undefined {
  const { actor: _, message: __, whenBusy: ___, ...rest } = body;
  const manifest = { ...rest, spec: written };
  if (!body.spec.ci) return undefined;
  const { repository, branch, image, workflow } = body.spec.ci.github;
  const waits = workflow === undefined ? {} : { workflow };
  return { rule: { repository: repository.toLowerCase(), branch, image, ...waits }, manifest };
}
