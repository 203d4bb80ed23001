import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, realClock } from '../../support/clock.ts';
import { createServer } from '../../support/http.ts';
import type { Assignment } from '../settings.ts';
import { type FunctionLog, openFunctionLog } from './function-log.ts';
import { answerInvocations } from './invocations.ts';
import { type Link, openLink } from './link.ts';
import { createLocalClient, type LocalClient } from './local-client.ts';
import { Poller } from './poller.ts';
import { Pool } from './pool.ts';

export interface LambdaHostOptions {
  /** Local AWS's endpoint. */
  readonly endpoint: string;
  /** 0 for any. */
  readonly port: number;
  /** Holds `<function>/index.mjs`, as the build makes them. */
  readonly bundles: string;
  /** Where the functions' logs go. */
  readonly logs: string;
  readonly clock?: Clock;
}

export interface LambdaHost {
  readonly url: string;
  readonly instance: string;
  /** Takes no more, finishes what runs, gives back what it holds. */
  stop(): Promise<void>;
}

interface Running {
  readonly pools: Map<string, Pool>;
  readonly logs: FunctionLog[];
  readonly pollers: Poller[];
}

const graceMs = 5000;
const askPatienceMs = 10_000;

/**
 * Runs the functions' bundles: answers invocations over HTTP and polls the queues that feed functions. What
 * to run it learns from Local AWS; it keeps nothing, and can be killed at any moment.
 */
export async function startLambdaHost(options: LambdaHostOptions): Promise<LambdaHost> {
  const { endpoint, clock = realClock } = options;
  const instance = randomUUID();
  const running: Running = { pools: new Map(), logs: [], pollers: [] };
  const server = createServer(
    { keepAliveTimeout: 75_000 },
    answerInvocations({
      pool: (name) => running.pools.get(name),
      resetLogs: () =>
        running.logs.forEach((log) => {
          log.reset();
        }),
    }),
  );
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const client = createLocalClient(endpoint, instance);
  const assignment = await fetchAssignment(client, clock);
  startPools(running, assignment, options, clock);
  const link = openLink(client, { instance, pid: process.pid, url }, clock);
  await link.announced();
  startPollers(running, assignment, { client, link, clock });
  return {
    url,
    instance,
    async stop() {
      // Pollers see their work through; of a Local AWS that ends as well they would wait for ever.
      await within(graceMs, Promise.all(running.pollers.map((poller) => poller.stop())), clock);
      await link.close();
      await closed(server, clock);
      await Promise.all([...running.pools.values()].map((pool) => pool.close()));
      client.close();
    },
  };
}

/** Waits for the work, but not longer than this. */
async function within(patienceMs: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = clock.after(patienceMs, late.resolve);
  await Promise.race([work, late.promise]);
  timer.cancel();
}

/** Lets the requests in flight end, for a while. */
async function closed(server: Server, clock: Clock): Promise<void> {
  const cut = clock.after(graceMs, () => server.closeAllConnections());
  await new Promise<void>((resolve) => server.close(() => resolve()));
  cut.cancel();
}

function startPools(
  running: Running,
  assignment: Assignment,
  options: LambdaHostOptions,
  clock: Clock,
): void {
  const { account, region } = assignment;
  for (const { settings, credentials } of assignment.functions) {
    const log = openFunctionLog(options.logs, settings.name);
    const { endpoint, bundles } = options;
    running.logs.push(log);
    running.pools.set(
      settings.name,
      new Pool({ settings, credentials, account, region, endpoint, bundles, clock, log }),
    );
  }
}

function startPollers(
  running: Running,
  { functions, region }: Assignment,
  tools: { readonly client: LocalClient; readonly link: Link; readonly clock: Clock },
): void {
  for (const { settings } of functions) {
    const pool = running.pools.get(settings.name)!;
    const invoke = (requestId: string, payload: string) => pool.invoke(requestId, payload);
    for (const source of settings.queues)
      running.pollers.push(new Poller({ ...tools, source, region, invoke }));
  }
}

async function fetchAssignment(client: LocalClient, clock: Clock): Promise<Assignment> {
  for (;;) {
    const assignment = await client.host<Assignment>('GET', {}, askPatienceMs).catch(() => undefined);
    if (assignment) return assignment;
    await new Promise<void>((resolve) => void clock.after(100, resolve));
  }
}
