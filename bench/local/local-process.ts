import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../test/support/ports.ts';
import { createEcsCaller, type EcsCaller } from './ecs-caller.ts';

const program = fileURLToPath(new URL('../../local/main.ts', import.meta.url));
const startPatienceMs = 30_000;
const askEveryMs = 2;

/** Local AWS as `node local/main.ts` starts it. */
export interface LocalProcess {
  readonly pid: number;
  readonly endpoint: string;
  readonly ecs: EcsCaller;
  /** From the spawn to the first answer of ECS over HTTP. */
  readonly readyMs: number;
  /** Ends it and its tasks. */
  stop(): Promise<void>;
}

export type RuntimeName = 'process' | 'docker' | 'scripted';

/** Resolves at the first answer of ECS; throws, with what it wrote, when it ends before. */
export async function startLocal(data: string, runtime: RuntimeName): Promise<LocalProcess> {
  const [port = 0, apiPort = 0] = await freePorts(2);
  const ports = ['--port', String(port), '--api-port', String(apiPort), '--dns-port', '0'];
  const endpoint = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [program, '--data', data, ...ports, '--runtime', runtime, '--steady-seconds', '0.5', '--stop-tasks'],
    { stdio: ['ignore', 'pipe', 'inherit'], env: plainEnvironment(process.env) },
  );
  const printed = once(child.stdout, 'data');
  const ecs = createEcsCaller(endpoint);
  try {
    await firstAnswer(ecs, child);
    const readyMs = performance.now() - startedAt;
    await printed;
    return { pid: child.pid ?? 0, endpoint, ecs, readyMs, stop: () => ended(child, ecs) };
  } catch (error) {
    await ended(child, ecs);
    throw error;
  }
}

/** An empty folder for one Local AWS; it is removed afterwards. */
export async function inFolder<Result>(use: (data: string) => Promise<Result>): Promise<Result> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'berth-bench-')));
  try {
    return await use(join(directory, '.berth'));
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A Local AWS for as long as it is used. */
export async function withLocal<Result>(
  runtime: RuntimeName,
  use: (local: LocalProcess) => Promise<Result>,
): Promise<Result> {
  return inFolder(async (data) => {
    const local = await startLocal(data, runtime);
    try {
      return await use(local);
    } finally {
      await local.stop();
    }
  });
}

async function firstAnswer(ecs: EcsCaller, child: ChildProcess): Promise<void> {
  const giveUpAt = performance.now() + startPatienceMs;
  while (child.exitCode === null && child.signalCode === null && performance.now() < giveUpAt) {
    const answered = await ecs.call('ListClusters', {}).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(askEveryMs);
  }
  throw new Error('Local AWS did not start');
}

async function ended(child: ChildProcess, ecs: EcsCaller): Promise<void> {
  ecs.close();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = new AbortController();
  sleep(startPatienceMs, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  await gone;
  patience.abort();
}

/** As a shell has it: neither an account of AWS's nor a compile cache that somebody else chose. */
const plainEnvironment = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(AWS_|NODE_OPTIONS$|NODE_COMPILE_CACHE$)/.test(name)),
  );
