import { randomUUID } from 'node:crypto';
import type { DeploymentView } from '../../core/contract/views.ts';
import type { Context } from '../context.ts';
import type { Failure } from '../failure.ts';
import { type LoadedManifest, type ManifestService, serviceBody } from '../manifest/load.ts';
import { failureOf } from '../problems.ts';
import { patiently } from '../retry.ts';

export interface StartOptions {
  readonly services: LoadedManifest['services'];
  readonly whenBusy: 'supersede' | 'queue';
  readonly key?: string;
  readonly message?: string;
}

/** What became of asking: a deployment, or why the API refused it. */
export type Started =
  | { readonly service: string; readonly deployment: DeploymentView }
  | { readonly service: string; readonly refusal: Failure };

const patienceMs = 2_000;

/**
 * Asks for a deployment of each service. One refusal does not keep the others from being asked for. Without a
 * key of the caller's every call is a new request, however often its connection breaks.
 */
export async function startDeployments(
  context: Context,
  manifest: LoadedManifest,
  options: StartOptions,
): Promise<Started[]> {
  const idempotencyKey = options.key ?? randomUUID();
  const { client, environment, actor } = context;
  const ask = async (service: ManifestService): Promise<Started> => {
    const body = {
      environment,
      ...serviceBody(manifest, service),
      whenBusy: options.whenBusy,
      actor,
      ...(options.message !== undefined && { message: options.message }),
    };
    try {
      const create = () => client.createDeployment({ body, idempotencyKey });
      return { service: service.name, deployment: await patiently(create, patienceMs) };
    } catch (error) {
      return { service: service.name, refusal: failureOf(error) };
    }
  };
  return Promise.all(options.services.map(ask));
}
