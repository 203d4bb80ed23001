import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Client } from '../core/contract/client.ts';

const lookEveryMs = 250;
const longestMs = 120_000;

/**
 * Deploys the web service of a manifest through the API and waits for its verdict; throws unless it succeeds. Not
 * through the command line: starting a process of Node costs more than what is measured.
 */
export async function deployWeb(client: Client, manifestFile: string): Promise<void> {
  const id = await startDeployment(client, manifestFile);
  const until = Date.now() + longestMs;
  for (;;) {
    const deployment = await client.getDeployment({ id });
    if (deployment.verdict === 'succeeded') return;
    if (deployment.verdict !== undefined || Date.now() > until)
      throw new Error(`${manifestFile} was not deployed: ${deployment.verdict} ${deployment.reason}`);
    await sleep(lookEveryMs);
  }
}

/** Asks for a deployment of the manifest's web service, with more variables in its environment; answers its id. */
export async function startDeployment(
  client: Client,
  manifestFile: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { app, services } = parse(await readFile(manifestFile, 'utf8')) as {
    app: string;
    services: { web: { environment?: Readonly<Record<string, string>> } };
  };
  const body = {
    environment: 'local',
    app,
    service: 'web',
    spec: { ...services.web, environment: { ...services.web.environment, ...environment } },
    directory: dirname(manifestFile),
    whenBusy: 'supersede' as const,
    actor: 'bench',
  };
  const { id } = await client.createDeployment({ body, idempotencyKey: randomUUID() });
  return id;
}
