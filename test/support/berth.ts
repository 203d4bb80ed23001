import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Client, createClient } from '../../core/contract/client.ts';
import { freePorts } from './ports.ts';
import { isAlive, processesOf } from './processes.ts';
import { until } from './until.ts';

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
  localPid(): Promise<number>;
  hostPid(): Promise<number>;
  /** SIGKILL; `berth up` starts it again. Answers the pid that was killed. */
  killLocal(): Promise<number>;
  killHost(): Promise<number>;
  /** Waits until the API answers again, by other processes than those that were killed. */
  untilUp(): Promise<void>;
  /** What `berth up` told, a JSON document a line. */
  told(): readonly unknown[];
  /** Stops all as Ctrl-C does. Throws when a process is left, or when `up` does not end well. */
  stop(): Promise<void>;
}

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface TestBerthOptions {
  readonly runtime?: 'process' | 'docker';
  /** How much shorter health check intervals are. */
  readonly healthCheckScale?: number;
}

const home = fileURLToPath(new URL('../../', import.meta.url));
const main = join(home, 'cli', 'main.ts');
const tether = join(home, 'cli', 'up', 'tether.ts');
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Starts a Berth in a directory and on ports of its own. */
export async function startBerth(options: TestBerthOptions = {}): Promise<TestBerth> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'berth-test-')));
  const [port = 0, apiPort = 0, hostPort = 0] = await freePorts(3);
  const endpoint = `http://127.0.0.1:${port}`;
  const api = `http://127.0.0.1:${apiPort}`;
  const up = startUp(directory, [
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
    throw error;
  }
  return testBerth(places, up);
}

interface Up {
  readonly process: ChildProcess;
  ready(): true | undefined;
  ended(): number | undefined;
  output(): string;
}

function startUp(directory: string, args: readonly string[]): Up {
  // Tethered, so that it stops with all it started when the test's own process is gone.
  const child = spawn(process.execPath, ['--import', tether, main, 'up', '--json', ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: plainEnvironment(),
  });
  let output = '';
  let ended: number | undefined;
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  child.once('exit', (code) => {
    ended = code ?? -1;
  });
  return {
    process: child,
    ready: () => (output.includes('"event":"ready"') ? true : undefined),
    ended: () => ended,
    output: () => output,
  };
}

/** Without what a terminal or a CI has set, so that tests mean the same everywhere. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const dropped = /^(AWS_|BERTH_|NODE_OPTIONS$|NO_COLOR$|FORCE_COLOR$|VITEST|GITHUB_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.test(name)));
}

function testBerth(places: { directory: string; endpoint: string; api: string }, up: Up): TestBerth {
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
    await end(up, directory);
    await rm(directory, { recursive: true, force: true });
  };
  return {
    ...places,
    client: createClient({ baseUrl: api, timeoutSeconds: 45 }),
    clients,
    cli: (...args) => runCli(directory, args, { BERTH_API: api }),
    localPid: pids.local,
    hostPid: pids.host,
    killLocal: async () => kill(await pids.local()),
    killHost: async () => kill(await pids.host()),
    untilUp: () => until('the API to answer', () => answers(`${api}/health`), 60_000).then(() => {}),
    told: () => documentsOf(up.output()),
    stop,
  };
}

/** Calls `berth` in a directory; never throws, whatever its exit code. */
export function runCli(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { cwd: directory, env: { ...plainEnvironment(), ...env }, maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve({ stdout, stderr, exitCode: child.exitCode ?? -1 }),
    );
  });
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

function documentsOf(output: string): unknown[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): unknown => JSON.parse(line));
}

/** Longer than `up` gives its tasks. */
const stopPatienceMs = 60_000;

async function end(up: Up, directory: string): Promise<void> {
  up.process.kill('SIGINT');
  try {
    await until('berth up to stop', () => up.ended() !== undefined, stopPatienceMs);
  } catch (error) {
    up.process.kill('SIGKILL');
    throw error;
  }
  if (up.ended() !== 0) throw new Error(`berth up ended with exit code ${up.ended()}: ${up.output()}`);
  const left = processesOf(directory);
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  if (left.length > 0) throw new Error(`left running: ${left.map(({ command }) => command).join('; ')}`);
}
