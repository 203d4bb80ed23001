import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Client, createClient } from '../../core/contract/client.ts';
import type { IamReport } from '../../local/iam/iam.ts';
import { removeContainers } from './docker.ts';
import { freePorts } from './ports.ts';
import { isAlive } from './processes.ts';
import { until } from './until.ts';
import { type CliResult, documentsOf, endUp, runCli, startUp, type Up } from './up.ts';

/** A whole Berth of a test's own: `berth up` with its processes, ports and directory. */
export interface TestBerth {
  /** Where it runs; the CLI is called here, and data lies in `.berth`. */
  readonly directory: string;
  readonly endpoint: string;
  readonly api: string;
  readonly client: Client;
  /** Real clients of AWS's SDK. */
  readonly clients: {
    readonly ecs: ECSClient;
    readonly sqs: SQSClient;
    readonly events: EventBridgeClient;
    readonly logs: CloudWatchLogsClient;
  };
  /** Calls `berth` with these arguments. */
  cli(...args: readonly string[]): Promise<CliResult>;
  /** The same as somebody else. */
  cliAs(actor: string, ...args: readonly string[]): Promise<CliResult>;
  localPid(): Promise<number>;
  hostPid(): Promise<number>;
  /** SIGKILL; `berth up` starts it again. Answers the pid that was killed. */
  killLocal(): Promise<number>;
  killHost(): Promise<number>;
  /** Waits until the API answers again, by other processes than those that were killed. */
  untilUp(): Promise<void>;
  /** What `berth up` told, a JSON document a line. */
  told(): readonly unknown[];
  /** Stops all as Ctrl-C does. Throws when a process is left, `up` does not end well, or a function was refused. */
  stop(): Promise<void>;
}

export interface TestBerthOptions {
  readonly runtime?: 'process' | 'docker';
  /** How much shorter health check intervals are. */
  readonly healthCheckScale?: number;
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Starts a Berth in a directory and on ports of its own. */
export async function startBerth(options: TestBerthOptions = {}): Promise<TestBerth> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'berth-test-')));
  const [port = 0, apiPort = 0, hostPort = 0] = await freePorts(3);
  const endpoint = `http://127.0.0.1:${port}`;
  const api = `http://127.0.0.1:${apiPort}`;
  const up = startUp(directory, [
    '--json',
    ...['--port', String(port), '--api-port', String(apiPort), '--host-port', String(hostPort)],
    ...['--runtime', options.runtime ?? 'process', '--steady-seconds', '0.5'],
    ...['--health-check-scale', String(options.healthCheckScale ?? 0.1)],
  ]);
  const places = { directory, endpoint, api };
  try {
    await until('berth up to be ready', () => up.ended() ?? up.ready(), 60_000);
    if (up.ended() !== undefined) throw new Error(`berth up ended: ${up.output()}`);
  } catch (error) {
    up.process.kill('SIGTERM');
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return testBerth(places, up, options);
}

interface Places {
  readonly directory: string;
  readonly endpoint: string;
  readonly api: string;
}

function testBerth(places: Places, up: Up, { runtime }: TestBerthOptions): TestBerth {
  const { directory, endpoint, api } = places;
  const config = { endpoint, region: 'us-east-1', credentials };
  const clients = {
    ecs: new ECSClient(config),
    sqs: new SQSClient(config),
    events: new EventBridgeClient(config),
    logs: new CloudWatchLogsClient(config),
  };
  const pids = pidsOf(endpoint);
  const kill = async (pid: number): Promise<number> => {
    process.kill(pid, 'SIGKILL');
    await until(`process ${pid} to be gone`, () => !isAlive(pid));
    return pid;
  };
  const stop = async () => {
    for (const client of Object.values(clients)) client.destroy();
    const refused = await refusedBy(endpoint);
    await endUp(up, directory);
    const left = runtime === 'docker' ? await removeContainers(directory) : [];
    if (left.length > 0) throw new Error(`containers left running: ${left.join(', ')}`);
    await rm(directory, { recursive: true, force: true });
    if (refused.length > 0) throw new Error(`functions were refused what they need: ${refused.join('; ')}`);
  };
  return {
    ...places,
    client: createClient({ baseUrl: api, timeoutSeconds: 45 }),
    clients,
    cli: (...args) => runCli(directory, args, { BERTH_API: api }),
    cliAs: (actor, ...args) => runCli(directory, args, { BERTH_API: api, BERTH_ACTOR: actor }),
    localPid: pids.local,
    hostPid: pids.host,
    killLocal: async () => kill(await pids.local()),
    killHost: async () => kill(await pids.host()),
    untilUp: () => until('the API to answer', () => answers(`${api}/health`), 60_000).then(() => {}),
    told: () => documentsOf(up.output()),
    stop,
  };
}

/** What the topology should have allowed: whatever a test does, Berth's functions lack no permission. */
async function refusedBy(endpoint: string): Promise<readonly string[]> {
  const answer = await fetch(`${endpoint}/_local/iam`).catch(() => undefined);
  const { functions } = answer?.ok ? ((await answer.json()) as IamReport) : { functions: [] };
  return functions.flatMap(({ refusals }) => refusals.map(({ message }) => message));
}

async function answers(url: string): Promise<true | undefined> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(15_000) }).catch(() => undefined);
  return answer?.ok ? true : undefined;
}

interface Health {
  readonly pid?: number;
  readonly host?: { readonly pid?: number } | null;
}

/** The processes as Local AWS tells them; waits while it or the host is away. */
function pidsOf(endpoint: string) {
  const health = async (): Promise<Health | undefined> => {
    const answer = await fetch(`${endpoint}/_local/health`).catch(() => undefined);
    return answer?.ok ? ((await answer.json()) as Health) : undefined;
  };
  const alive = (pid: number | undefined) => (pid !== undefined && isAlive(pid) ? pid : undefined);
  return {
    local: () => until('Local AWS to run', async () => alive((await health())?.pid)),
    host: () => until('the Lambda host to run', async () => alive((await health())?.host?.pid)),
  };
}
