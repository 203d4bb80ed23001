import type { DeploymentRequest, DeploymentState } from '../deployments/model.ts';
import { listOfDeployments } from '../deployments/records.ts';
import type { ServiceId } from '../services/model.ts';
import type { TakingDependencies } from './ports.ts';

/** What was asked of a service last. */
export async function latestRequest(
  { store }: Pick<TakingDependencies, 'store'>,
  service: ServiceId,
): Promise<DeploymentRequest | undefined> {
  const { entries } = await store.query({ list: listOfDeployments(service), descending: true, limit: 1 });
  return (entries[0]?.body as DeploymentState | undefined)?.request;
}
