import { containerName } from '../contract/logging.ts';
import type { DeploymentRequest } from '../deployments/model.ts';
import type { ServiceSettings, ServiceState } from '../services/model.ts';
import { serviceRef } from '../services/records.ts';
import { loadState } from './find.ts';
import type { TakingDependencies } from './ports.ts';

/**
 * A service that was taken over stays behind what it was found behind, and in its network, until its manifest says by
 * `listen` that it is to stand behind Berth's own target group.
 */
export function settingsKeeping(
  settings: ServiceSettings,
  port: number | undefined,
  state: ServiceState | undefined,
): ServiceSettings {
  const found = state?.target?.settings.found;
  if (!found || settings.listen !== undefined) return settings;
  const loadBalancers = found.loadBalancers.map((one) => ({
    ...one,
    // Berth's task definitions have a container of another name.
    containerName,
    containerPort: port ?? one.containerPort,
  }));
  return { ...settings, found: { ...found, loadBalancers } };
}

/** The same for a request that is about to be accepted. */
export async function keepingFound(
  deps: Pick<TakingDependencies, 'store'>,
  request: DeploymentRequest,
): Promise<DeploymentRequest> {
  const { what } = request;
  if (what.type !== 'content') return request;
  const state = await loadState<ServiceState>(deps, serviceRef(request.service));
  const settings = settingsKeeping(what.settings, what.spec.port, state);
  return settings === what.settings ? request : { ...request, what: { ...what, settings } };
}
