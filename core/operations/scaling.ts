import { rolloutProblem } from '../contract/rollout.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { ServiceView } from '../contract/views.ts';
import { BerthError } from '../kernel/errors.ts';
import { defaultActor } from './create-deployment.ts';
import { deliver } from './deliver.ts';
import { findService, type ServicePath } from './find.ts';
import type { OperationDependencies } from './ports.ts';
import { getService } from './services.ts';

/** Sets how many tasks a service has. Refuses a count with which no deployment could ever move again. */
export async function scaleService(
  deps: OperationDependencies,
  { params, body }: RouteInput<'scaleService'>,
): Promise<ServiceView> {
  return setCount(deps, params, body.count, body.actor);
}

export async function stopService(
  deps: OperationDependencies,
  { params, body }: RouteInput<'stopService'>,
): Promise<ServiceView> {
  return setCount(deps, params, 0, body.actor);
}

async function setCount(
  deps: OperationDependencies,
  path: ServicePath,
  count: number,
  actor = defaultActor,
): Promise<ServiceView> {
  const { ref, state } = await findService(deps, path);
  if (!state.target)
    throw new BerthError(
      'conflict',
      `${path.service} has not been set up yet; wait for its first deployment`,
    );
  const detail = rolloutProblem(count, state.target.settings);
  if (detail !== undefined) throw new BerthError('conflict', detail, [{ path: '/count', detail }]);
  await deliver(deps, ref, { type: 'scale', count, actor }, `scale/${deps.newId()}`);
  return getService(deps, { params: path });
}
