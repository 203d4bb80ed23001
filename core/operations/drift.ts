import { hashOf } from '../contract/desired.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { AdoptionView, DeploymentView, DriftView } from '../contract/views.ts';
import { deploymentRef } from '../deployments/records.ts';
import { BerthError } from '../kernel/errors.ts';
import { adoptSeen } from './adopt.ts';
import { deploymentIdFor } from './deliver.ts';
import { findService } from './find.ts';
import type { PreflightDependencies } from './ports.ts';
import { driftOf } from './preflight/drift.ts';
import { rollBack } from './roll-back.ts';

/** What somebody changed of a service in ECS; `unknown` while a deployment has it. */
export async function getDrift(
  deps: PreflightDependencies,
  { params }: RouteInput<'getDrift'>,
): Promise<DriftView> {
  const { environment, state } = await findService(deps, params);
  const inspected = await deps.inspector.inspect(environment.cluster, state.ecsName);
  const of = {
    environment: environment.name,
    service: state.ecsName,
    ...(state.target && { release: state.target.release.number }),
  };
  const because = state.holder
    ? `deployment ${state.holder.deployment} has the service: look again when it has ended`
    : !state.target
      ? 'the service has not been set up yet'
      : inspected.seen === 'unknown'
        ? `ECS could not be read: ${inspected.because}`
        : undefined;
  if (because !== undefined) return { ...of, state: 'unknown', because, items: [] };
  const items = [...driftOf(state, environment, inspected)];
  return { ...of, state: items.length > 0 ? 'drifted' : 'none', items };
}

/** Takes over what is there instead of what Berth wanted, as a new release that is known to run. */
export async function adoptDrift(
  deps: PreflightDependencies,
  input: RouteInput<'adoptDrift'>,
): Promise<AdoptionView> {
  await driftedOr('adopt', deps, input.params);
  const { environment, state } = await findService(deps, input.params);
  return adoptSeen(deps, { environment, state, ecsName: state.ecsName, actor: input.body.actor });
}

/** Deploys what Berth wants again, by going back to the release that it wants. */
export async function revertDrift(
  deps: PreflightDependencies,
  { params, body, idempotencyKey }: RouteInput<'revertDrift'>,
): Promise<DeploymentView> {
  const { state } = await findService(deps, params);
  const key = idempotencyKey === undefined ? undefined : hashOf({ revert: idempotencyKey });
  const before =
    key === undefined
      ? undefined
      : await deps.store.load(deploymentRef(deploymentIdFor(state.id, key, deps.newId)));
  if (!before) await driftedOr('revert', deps, params);
  const release = state.target?.release.number ?? 0;
  const message = body.message ?? 'what was changed outside Berth is reverted';
  return rollBack(deps, {
    params,
    query: {},
    body: {
      release,
      whenBusy: 'queue',
      message,
      ...(body.actor !== undefined && { actor: body.actor }),
    },
    ...(key !== undefined && { idempotencyKey: key }),
  });
}

async function driftedOr(
  action: string,
  deps: PreflightDependencies,
  params: RouteInput<'getDrift'>['params'],
): Promise<void> {
  const { state, because } = await getDrift(deps, { params, query: {}, body: undefined });
  if (state === 'none')
    throw new BerthError('conflict', `there is nothing to ${action}: ${params.service} is as Berth wants it`);
  if (state === 'unknown') throw new BerthError('conflict', because ?? 'ECS could not be read');
}
