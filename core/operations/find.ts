import type { Environment } from '../contract/environment.ts';
import { quoted } from '../contract/parse.ts';
import type { DeploymentState } from '../deployments/model.ts';
import { deploymentRef } from '../deployments/records.ts';
import { BerthError } from '../kernel/errors.ts';
import type { Ref } from '../kernel/plan.ts';
import type { ServiceState } from '../services/model.ts';
import { serviceIdOf, serviceRef } from '../services/records.ts';
import type { TakingDependencies } from './ports.ts';

type Dependencies = Pick<TakingDependencies, 'environments' | 'store'>;

/** Throws `not-found` for an environment that is not there. */
export function environmentBy({ environments }: Dependencies, name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  const known = environments.map((environment) => environment.name).join(', ') || 'none';
  throw new BerthError('not-found', `there is no environment ${quoted(name)}; there are: ${known}`);
}

export interface ServicePath {
  readonly environment: string;
  readonly service: string;
}

/** A service with its environment. Throws `not-found` where one of them is not there. */
export async function findService(deps: Dependencies, path: ServicePath) {
  const environment = environmentBy(deps, path.environment);
  const ref = serviceRef(serviceIdOf(environment.name, path.service));
  const state = await loadState<ServiceState>(deps, ref);
  if (state) return { environment, ref, state };
  throw new BerthError(
    'not-found',
    `there is no service ${quoted(path.service)} in ${environment.name}; deploy it, or list the services`,
  );
}

/** Throws `not-found` where it is not there. */
export async function findDeployment(deps: Dependencies, id: string) {
  const ref = deploymentRef(id);
  const item = await deps.store.load(ref);
  if (item) return { ref, state: item.state as DeploymentState, version: item.revision };
  throw new BerthError('not-found', `there is no deployment ${quoted(id)}`);
}

export async function loadState<State>(
  { store }: Pick<Dependencies, 'store'>,
  ref: Ref,
): Promise<State | undefined> {
  return (await store.load(ref))?.state as State | undefined;
}
