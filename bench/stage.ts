import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervise } from '../cli/up/child.ts';
import { untilHealthy } from '../cli/up/health.ts';
import { lambdaHost, localAws } from '../cli/up/layout.ts';
import { buildFunctions } from '../cli/up/prepare.ts';
import { type Client, createClient } from '../core/contract/client.ts';
import { runCli } from '../test/support/berth.ts';
import { freePorts } from '../test/support/ports.ts';
import { copyShop, type ShopRelease } from '../test/support/shop.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { openTap, type Tap } from './tap.ts';

/** A Berth of the benchmark's own, with the shop's manifests, and ears on its events and its ECS calls. */
export interface Stage {
  readonly directory: string;
  readonly shopUrl: string;
  readonly client: Client;
  readonly tap: Tap;
  readonly events: EventLog;
  /** Deploys the shop's web service and waits; throws unless the deployment succeeds. */
  deploy(release: ShopRelease): Promise<void>;
  close(): Promise<void>;
}

const stopPatienceMs = 45_000;
/** Health checks ten times as often, as in the tests: their interval is not what is measured. */
const pace = { steadySeconds: 0.5, healthCheckScale: 0.1 };

export async function setStage(log: (line: string) => void): Promise<Stage> {
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
  await buildFunctions(options.data);
  const tap = await openTap(port);
  const restarted = (name: string) => (how: string) => log(`${name} ${how}`);
  const children = [
    supervise(localAws(options), restarted('Local AWS')),
    // The functions reach Local AWS through the tap.
    supervise(lambdaHost({ ...options, port: tap.port }), restarted('the Lambda host')),
  ] as const;
  const close = async () => {
    for (const child of [...children].reverse()) await child.stop(stopPatienceMs);
    await tap.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilHealthy(endpoint, api, children);
    const manifests = await copyShop(directory, { listen });
    const events = await openEventLog(endpoint);
    return {
      directory,
      shopUrl: `http://127.0.0.1:${listen}`,
      client: createClient({ baseUrl: api }),
      tap,
      events,
      async deploy(release) {
        const args = ['deploy', '-f', manifests[release], 'web', '--wait', '--json'];
        const { exitCode, stdout, stderr } = await runCli(directory, args, { BERTH_API: api });
        if (exitCode !== 0)
          throw new Error(`deploying ${release} ended with ${exitCode}: ${stdout}${stderr}`);
      },
      async close() {
        events.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
