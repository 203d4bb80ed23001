import { hashOf } from '../contract/desired.ts';
import { rolloutProblem } from '../contract/rollout.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { DeploymentView } from '../contract/views.ts';
import type { DeploymentRequest } from '../deployments/model.ts';
import { BerthError } from '../kernel/errors.ts';
import type { Aim, ServiceState } from '../services/model.ts';
import { defaultActor } from './create-deployment.ts';
import { accept, deploymentIdFor, repeated } from './deliver.ts';
import { findService } from './find.ts';
import { latestRequest } from './latest.ts';
import type { TakingDependencies } from './ports.ts';

/** Goes back to a release that was seen succeeding; refuses before anything is written where there is none. */
export async function rollBack(
  deps: TakingDependencies,
  input: RouteInput<'rollBack'>,
): Promise<DeploymentView> {
  const { state } = await findService(deps, input.params);
  const request = await requestOf(deps, state, input);
  const before = input.idempotencyKey === undefined ? undefined : await repeated(deps, request);
  if (before) return before;
  const problem = rolloutProblem(state.target?.count ?? 0, aimOf(state, input.body.release).settings);
  if (problem !== undefined) throw new BerthError('conflict', problem);
  return accept(deps, request);
}

async function requestOf(
  deps: TakingDependencies,
  state: ServiceState,
  { body, idempotencyKey }: RouteInput<'rollBack'>,
): Promise<DeploymentRequest> {
  const [app = '', ...rest] = state.ecsName.split('-');
  const owner = (await latestRequest(deps, state.id)) ?? { app, name: rest.join('-') };
  return {
    id: deploymentIdFor(state.id, idempotencyKey, deps.newId),
    service: state.id,
    environment: state.environment,
    cluster: state.cluster,
    ecsName: state.ecsName,
    app: owner.app,
    name: owner.name,
    what: { type: 'rollback', release: body.release ?? 'previous' },
    whenBusy: body.whenBusy,
    actor: body.actor ?? defaultActor,
    ...(body.message !== undefined && { message: body.message }),
    requestHash: hashOf({ rollBack: body }),
    requestedAt: deps.clock.now(),
  };
}

/** What it would go back to now. The service decides again when the roll-back's turn comes. */
function aimOf({ succeeded, releases, target, ecsName }: ServiceState, release: number | undefined): Aim {
  const found = succeeded.findLast((aim) =>
    release === undefined ? aim.release.number !== target?.release.number : aim.release.number === release,
  );
  if (found) return found;
  const seen = succeeded.map((aim) => `v${aim.release.number}`).join(', ') || 'none';
  if (release === undefined)
    throw new BerthError('conflict', `no other release of ${ecsName} was seen succeeding (seen: ${seen})`);
  const isKnown = releases.some(({ number }) => number === release);
  const detail = isKnown
    ? `v${release} was never seen succeeding (seen: ${seen})`
    : `there is no release v${release}`;
  throw new BerthError(isKnown ? 'conflict' : 'invalid-request', detail, [{ path: '/release', detail }]);
}
