import type { DeploymentView } from '../contract/views.ts';
import type { DeploymentRequest, DeploymentState } from '../deployments/model.ts';
import { deploymentRef } from '../deployments/records.ts';
import { BerthError, LostRace } from '../kernel/errors.ts';
import type { Ref } from '../kernel/plan.ts';
import { idOf } from './ids.ts';
import type { TakingDependencies } from './ports.ts';
import { deploymentView } from './present/deployment.ts';

/** Stores what a message comes to; the engine asks for a look. */
export async function deliver({ engine }: TakingDependencies, to: Ref, message: object, id: string) {
  return (await engine.deliver(to, message, id))?.state;
}

/** The id of a deployment: the same for the same key on the same service. */
export const deploymentIdFor = (service: string, key: string | undefined, newId: () => string): string =>
  `dep_${key === undefined ? newId() : idOf(`${service}|${key}`)}`;

/** The deployment that this key named before, if there is one. Throws where it was another request. */
export async function repeated(
  { store }: TakingDependencies,
  { id, requestHash }: Pick<DeploymentRequest, 'id' | 'requestHash'>,
): Promise<DeploymentView | undefined> {
  const item = await store.load(deploymentRef(id));
  return item && viewOfSame(item.state as DeploymentState, requestHash);
}

/** Takes a deployment on; one that is there already, of the same request, is that one. */
export async function accept(deps: TakingDependencies, request: DeploymentRequest): Promise<DeploymentView> {
  const { id, requestHash } = request;
  try {
    const state = await deliver(deps, deploymentRef(id), { type: 'create', request }, `create/${id}`);
    return viewOfSame(state as DeploymentState, requestHash);
  } catch (error) {
    // Whoever lost the race for a key lost it to the same key.
    const winner = error instanceof LostRace ? await repeated(deps, request) : undefined;
    if (winner) return winner;
    throw error;
  }
}

function viewOfSame(state: DeploymentState, requestHash: string): DeploymentView {
  if (state.request.requestHash === requestHash) return deploymentView(state);
  throw new BerthError(
    'idempotency-conflict',
    `the Idempotency-Key stands for ${state.request.id}, a deployment with another body; ` +
      'use a new key for a new request, and the very same body to ask again',
  );
}
