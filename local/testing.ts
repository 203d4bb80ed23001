import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tableSchema } from '../core/kernel/table.ts';
import type { FunctionNode, QueueNode, RuleNode, Topology } from '../stacks/topology.ts';
import { type Backbone, createBackbone } from './backbone.ts';
import type { Credentials } from './iam/credentials.ts';
import type { Assignment } from './lambda/settings.ts';
import { type Clock, realClock } from './support/clock.ts';
import { type Journal, openJournal } from './support/journal.ts';
import { createEndpoint, type Route } from './support/server.ts';
import type { AwsService } from './support/service.ts';

/** The messaging half of Local AWS behind a real endpoint on a port of its own, for tests. */
export interface TestCloud extends Backbone {
  readonly url: string;
  readonly journal: Journal;
  /** What was logged: empty unless something went wrong. */
  readonly logged: string[];
  close(): Promise<void>;
}

export interface TestCloudOptions {
  readonly topology?: Topology;
  readonly clock?: Clock;
  readonly journal?: Journal;
  readonly port?: number;
  readonly services?: readonly AwsService[];
  readonly routes?: readonly Route[];
  readonly retryDelaysMs?: readonly number[];
  readonly tables?: string;
}

export async function startTestCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const { clock = realClock, journal = openJournal(), topology = testTopology({}) } = options;
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  let url = '';
  const backbone = createBackbone({
    ...{ journal, clock, topology, log },
    account: '000000000000',
    region: 'us-east-1',
    endpoint: () => url,
    ...(options.retryDelaysMs ? { retryDelaysMs: options.retryDelaysMs } : {}),
    ...(options.tables === undefined ? {} : { tables: options.tables }),
  });
  const server = createEndpoint({
    services: [backbone.sqs.service, backbone.events.service, ...(options.services ?? [])],
    routes: [...backbone.lambda.routes, backbone.dynamodb.route, ...(options.routes ?? [])],
    flush: journal.flush,
    log,
    admit: backbone.iam.admit,
  });
  url = await listening(server, options.port ?? 0);
  backbone.start();
  return {
    ...backbone,
    url,
    journal,
    logged,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await backbone.stop();
      journal.close();
    },
  };
}

/** Listens on loopback and answers the URL. */
export async function listening(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function testTopology(parts: {
  readonly queues?: Record<string, QueueNode>;
  readonly rules?: Record<string, RuleNode>;
  readonly functions?: Record<string, Partial<FunctionNode>>;
}): Topology {
  const node = {
    handler: '',
    memoryMb: 128,
    timeoutSeconds: 5,
    triggers: [],
    environment: {},
    permissions: [],
  };
  return {
    table: { name: 'things', schema: tableSchema },
    queues: parts.queues ?? {},
    rules: parts.rules ?? {},
    functions: Object.fromEntries(
      Object.entries(parts.functions ?? {}).map(([name, own]) => [name, { ...node, ...own }]),
    ),
  };
}

/** What every SDK client wants to know. */
export function clientOptions(url: string, accessKeyId = 'test') {
  return {
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'test' },
  };
}

/** What a function signs with, as a Lambda host that begins is told. */
export async function credentialsOf(url: string, functionName: string): Promise<Credentials> {
  const { functions } = (await (await fetch(`${url}/_local/host`)).json()) as Assignment;
  const found = functions.find(({ settings }) => settings.name === functionName);
  if (!found) throw new Error(`the host is told nothing of ${functionName}`);
  return found.credentials;
}

/** Resolves when `holds` answers something truthy; fails after `patienceMs`. */
export async function until<T>(holds: () => T | Promise<T>, patienceMs = 10_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const value = await holds();
    if (value) return value as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`gave up waiting for: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
