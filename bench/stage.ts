import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervise } from '../cli/up/child.ts';
import { untilHealthy } from '../cli/up/health.ts';
import { lambdaHost, localAws } from '../cli/up/layout.ts';
import { buildFunctions } from '../cli/up/prepare.ts';
import { type Client, createClient } from '../core/contract/client.ts';
import type { ActivityAnswer } from '../local/activity.ts';
import { freePorts } from '../test/support/ports.ts';
import { copyShop, type ShopRelease } from '../test/support/shop.ts';
import { deployWeb } from './deploy.ts';

/** A Berth of the benchmark's own, with the shop's manifests. */
export interface Stage {
  readonly directory: string;
  readonly shopUrl: string;
  /** Where Local AWS answers. */
  readonly endpoint: string;
  readonly client: Client;
  readonly manifests: Readonly<Record<ShopRelease, string>>;
  /** Where the functions' logs are. */
  readonly functionLogs: string;
  /** ECS's events and the functions' calls of ECS since a moment, by Local AWS's own clock. */
  activity(sinceMs: number): Promise<ActivityAnswer>;
  /** Deploys the shop's web service and waits; throws unless the deployment succeeds. */
  deploy(release: ShopRelease): Promise<void>;
  close(): Promise<void>;
}

const stopPatienceMs = 45_000;
/** Health checks ten times as often, as in the tests: their interval is not what is measured. */
const pace = { steadySeconds: 0.5, healthCheckScale: 0.1 };

/** Stands between the functions and Local AWS. */
export interface Between {
  readonly port: number;
  close(): Promise<void>;
}

export async function setStage(
  log: (line: string) => void,
  between?: (localAws: string) => Promise<Between>,
): Promise<Stage> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'berth-bench-')));
  const [port = 0, apiPort = 0, hostPort = 0, listen = 0] = await freePorts(4);
  const endpoint = `http://127.0.0.1:${port}`;
  const api = `http://127.0.0.1:${apiPort}`;
  const options = {
    data: join(directory, '.berth'),
    port,
    apiPort,
    hostPort,
    runtime: 'process' as const,
    ...pace,
  };
  log('building the functions');
  const functions = await buildFunctions();
  const door = await between?.(endpoint);
  const restarted = (name: string) => (how: string) => log(`${name} ${how}`);
  const children = [
    supervise(localAws(options), restarted('Local AWS')),
    supervise(lambdaHost({ ...options, port: door?.port ?? port }, functions), restarted('the Lambda host')),
  ] as const;
  const close = async () => {
    for (const child of [...children].reverse()) await child.stop(stopPatienceMs);
    await door?.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilHealthy(endpoint, api, children);
    const manifests = await copyShop(directory, { listen });
    const client = createClient({ baseUrl: api });
    return {
      directory,
      shopUrl: `http://127.0.0.1:${listen}`,
      ...{ endpoint, client, manifests },
      functionLogs: join(options.data, 'logs', 'functions'),
      activity: (sinceMs) => activitySince(endpoint, sinceMs),
      deploy: (release) => deployWeb(client, manifests[release]),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function activitySince(endpoint: string, sinceMs: number): Promise<ActivityAnswer> {
  const answer = await fetch(`${endpoint}/_local/activity?sinceMs=${sinceMs}`);
  if (!answer.ok) throw new Error(`Local AWS does not tell its activity: ${await answer.text()}`);
  const activity = (await answer.json()) as ActivityAnswer;
  if (!activity.complete) throw new Error('Local AWS no longer knows all that happened in a deployment');
  return activity;
}
