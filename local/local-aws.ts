import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { topology as berth } from '../stacks/topology.ts';
import { createHttpApi } from './api/server.ts';
import { type Composition, compose } from './compose.ts';
import { instanceRoute } from './ecs/instances/route.ts';
import { health } from './health.ts';
import { localRoutes } from './local-routes.ts';
import type { LocalAwsOptions } from './options.ts';
import { createParameterStore } from './parameter-store.ts';
import { secretsIn } from './secrets.ts';
import { createSecretsManager } from './secrets-manager.ts';
import { createEndpoint } from './support/server.ts';
import { httpFunctions } from './wiring.ts';

/** A running Local AWS. */
export interface LocalAws {
  /** Where all AWS services answer. */
  readonly endpoint: string;
  /** The HTTP API in front of the function `api`. */
  readonly api: string;
  readonly runtime: string;
  /** Empties everything, tasks included. */
  reset(): Promise<void>;
  /** Ends it; tasks go on running, and the next one adopts them, unless they are to be stopped. */
  stop(how?: { readonly stopTasks: boolean }): Promise<void>;
}

/** Starts Local AWS; throws when a port is taken, or when one runs on the same data already. */
export async function startLocalAws(given: LocalAwsOptions): Promise<LocalAws> {
  const options = { ...given, dataDirectory: resolve(given.dataDirectory) };
  const log = options.log ?? ((line: string) => console.error(`${new Date().toISOString()} ${line}`));
  const stateFile = join(options.dataDirectory, 'local.json');
  await assertAlone(stateFile);
  let endpoint = '';
  let api = '';
  const started = Promise.withResolvers<void>();
  const composition = compose(options, () => endpoint, log);
  const servers = serversOf(composition, options, log, {
    started: () => started.promise,
    endpoint: () => endpoint,
    api: () => api,
  });
  servers.endpoint.on('upgrade', composition.ecs.sessions.upgrade);
  composition.door.lead(servers.endpoint);
  endpoint = await listening(servers.endpoint, options.port);
  api = await listening(servers.api, options.apiPort);
  await composition.start();
  composition.journal.flush();
  started.resolve();
  await composition.runtime.load();
  await composition.backbone.dynamodb.ready();
  mkdirSync(options.dataDirectory, { recursive: true });
  writeFileSync(stateFile, `${JSON.stringify({ endpoint, api, pid: process.pid })}\n`);
  return {
    endpoint,
    api,
    runtime: composition.runtime.name,
    reset: () => composition.reset(),
    async stop({ stopTasks } = { stopTasks: options.stopTasks }) {
      // The timers that it waits for do not keep the process alive.
      const awake = setInterval(() => undefined, 1000);
      try {
        composition.ecs.sessions.close();
        await Promise.all([closed(servers.endpoint), closed(servers.api)]);
        await composition.stop(stopTasks);
        rmSync(stateFile, { force: true });
      } finally {
        clearInterval(awake);
      }
    },
  };
}

interface Places {
  /** Settles when requests can be answered. */
  started(): Promise<void>;
  endpoint(): string;
  api(): string;
}

function serversOf(
  composition: Composition,
  options: LocalAwsOptions,
  log: (line: string) => void,
  { started, endpoint, api }: Places,
): { readonly endpoint: Server; readonly api: Server } {
  const { backbone, ecs, instruments, loadBalancer, logs, metrics, naming, journal, clock } = composition;
  const startedMs = clock.now();
  return {
    endpoint: createEndpoint({
      services: [
        ecs.service,
        backbone.events.service,
        backbone.sqs.service,
        logs.service,
        metrics.service,
        naming.service,
        loadBalancer.service,
        createSecretsManager({ ...options, read: secretsIn(join(options.dataDirectory, 'secrets.json')) }),
        createParameterStore(secretsIn(join(options.dataDirectory, 'secrets.json'))),
      ].map(instruments.observed),
      routes: [
        instruments.observedRoute(backbone.dynamodb.route),
        ...backbone.lambda.routes.map(instruments.observedRoute),
        ...instruments.routes,
        ecs.taskRoute,
        instanceRoute(ecs.instances),
        ...localRoutes({
          health: () => health({ composition, startedMs, endpoint, api }),
          reset: () => composition.reset(),
          iam: backbone.iam.report,
        }),
      ],
      flush: journal.flush,
      ready: started,
      log,
      admit: backbone.iam.admit,
    }),
    api: createHttpApi({
      invoker: backbone.lambda.invoker,
      clock,
      account: options.account,
      functionOf: httpFunctions(options.topology ?? berth),
      log,
    }),
  };
}

/** One that has much to do takes its time; one that is gone refuses at once. */
const answerPatienceMs = 15_000;

/** Two on the same data would overwrite each other's journal. */
async function assertAlone(stateFile: string): Promise<void> {
  const other = readState(stateFile);
  if (!other) return;
  const signal = AbortSignal.timeout(answerPatienceMs);
  const answer = await fetch(`${other.endpoint}/_local/health`, { signal }).catch(() => undefined);
  const { pid } = answer?.ok ? ((await answer.json()) as { readonly pid?: number }) : {};
  if (pid === other.pid)
    throw new Error(`Local AWS runs on this data already, at ${other.endpoint} (pid ${pid}).`);
}

function readState(file: string): { readonly endpoint: string; readonly pid: number } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { readonly endpoint: string; readonly pid: number };
  } catch {
    return undefined;
  }
}

async function listening(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Open long polls would keep it for twenty seconds: they are cut, as by a kill. */
async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await done;
}
