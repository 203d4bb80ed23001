import { randomUUID } from 'node:crypto';
import type { ApplicationView } from '../../core/contract/application-views.ts';
import type { Context } from '../context.ts';
import type { LoadedManifest } from '../manifest/load.ts';
import { patiently } from '../retry.ts';

export interface StartOptions {
  readonly whenBusy: 'supersede' | 'queue';
  readonly key?: string;
  readonly message?: string;
}

const patienceMs = 2_000;

/** Asks for all services of a manifest as one. */
export async function startApplication(
  { client, environment, actor }: Context,
  { app, services, jobs, directory }: LoadedManifest,
  { whenBusy, key, message }: StartOptions,
): Promise<ApplicationView> {
  const idempotencyKey = key ?? randomUUID();
  const body = {
    environment,
    app,
    // As they were written; the manifest was validated, and the API validates again.
    services: Object.fromEntries(services.map(({ name, spec }) => [name, spec as object])),
    ...(jobs && { jobs: jobs as Record<string, never> }),
    directory,
    whenBusy,
    actor,
    ...(message !== undefined && { message }),
  };
  return patiently(() => client.createApplication({ body, idempotencyKey }), patienceMs);
}
