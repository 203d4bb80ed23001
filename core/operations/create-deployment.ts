import { contentHash, type Desired, hashOf, toDesired } from '../contract/desired.ts';
import type { Environment } from '../contract/environment.ts';
import { ecsNameOf } from '../contract/names.ts';
import type { CreateDeployment } from '../contract/requests.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { DeploymentView } from '../contract/views.ts';
import type { DeploymentRequest } from '../deployments/model.ts';
import { BerthError, type FieldError } from '../kernel/errors.ts';
import { serviceIdOf } from '../services/records.ts';
import { conflictsOf, problemsOf } from './check-desired.ts';
import { accept, deploymentIdFor, repeated } from './deliver.ts';
import { rememberRule } from './github/rule.ts';
import { keepingFound } from './keep-found.ts';
import { withPinnedImage } from './pin-image.ts';
import type { TakingDependencies } from './ports.ts';

export const defaultActor = 'api';

/** Deploys one service: creates it, or moves it to what the manifest says. Refuses before anything is written. */
export async function createDeployment(
  deps: TakingDependencies,
  { body, idempotencyKey, written = body }: RouteInput<'createDeployment'>,
): Promise<DeploymentView> {
  const asked = askedOf(deps, body, idempotencyKey);
  const before = idempotencyKey === undefined ? undefined : await repeated(deps, requestOf(deps, asked));
  if (before) return before;
  const request = await checkedRequest(deps, asked);
  await rememberRule(deps, request, body, (written as typeof body).spec);
  return accept(deps, request);
}

/** What is asked for, in ECS's units. Throws `invalid-request` for an environment that is not there. */
export function askedOf(
  deps: TakingDependencies,
  body: CreateDeployment,
  idempotencyKey: string | undefined,
): Asked {
  const environment = environmentOf(deps, body.environment);
  const directory = body.directory === undefined ? {} : { directory: body.directory };
  const desired = toDesired(body.spec, { local: environment.local, ...directory }, body.jobs);
  return { body, environment, desired, idempotencyKey };
}

/** The request, its image pinned. Throws `invalid-request` or `conflict` where it cannot be; writes nothing. */
export async function checkedRequest(deps: TakingDependencies, asked: Asked): Promise<DeploymentRequest> {
  const { body, environment, desired } = asked;
  const request = requestOf(deps, asked);
  refuse('invalid-request', problemsOf(body, environment));
  refuse('conflict', await conflictsOf(deps, request, desired));
  return withPinnedImage(deps, await keepingFound(deps, request), environment);
}

/** Throws `invalid-request` for an environment that is not there. */
export function environmentOf({ environments }: TakingDependencies, name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  const known = environments.map((environment) => environment.name).join(', ') || 'none';
  const detail = `is not the name of an environment; there are: ${known}`;
  if (!found)
    throw new BerthError('invalid-request', `environment ${detail}`, [{ path: '/environment', detail }]);
  return found;
}

export interface Asked {
  readonly body: CreateDeployment;
  readonly environment: Environment;
  readonly desired: Desired;
  readonly idempotencyKey: string | undefined;
}

export function requestOf(deps: TakingDependencies, asked: Asked): DeploymentRequest {
  const { body, environment, desired } = asked;
  const ecsName = ecsNameOf(body.app, body.service);
  const service = serviceIdOf(environment.name, ecsName);
  return {
    id: deploymentIdFor(service, asked.idempotencyKey, deps.newId),
    service,
    environment: environment.name,
    cluster: environment.cluster,
    ecsName,
    app: body.app,
    name: body.service,
    what: { type: 'content', hash: contentHash(desired.spec), ...desired },
    whenBusy: body.whenBusy,
    actor: body.actor ?? defaultActor,
    ...(body.message !== undefined && { message: body.message }),
    requestHash: hashOf({ create: body }),
    requestedAt: deps.clock.now(),
  };
}

function refuse(kind: 'invalid-request' | 'conflict', errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw new BerthError(kind, errors.map(({ path, detail }) => `${path} ${detail}`).join('; '), errors);
}
