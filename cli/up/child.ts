import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tailOf } from './tail.ts';

/** A program of Berth's that runs beside `up`. */
export interface ChildSpec {
  /** For people: `Local AWS`. */
  readonly name: string;
  /** The script and its arguments. */
  readonly args: readonly string[];
  /** Where its output goes; it is appended to. */
  readonly logFile: string;
}

export type ChildState =
  | { readonly state: 'running'; readonly pid: number }
  | { readonly state: 'waiting'; readonly restarts: number }
  | { readonly state: 'stopped' };

export interface SupervisedChild {
  readonly name: string;
  state(): ChildState;
  /** Asks it to end and waits; kills it when it does not end within `patienceMs`. It is not started again. */
  stop(patienceMs: number): Promise<void>;
  /** Kills it at once, without a chance to tidy up. */
  kill(): void;
  /** The last lines that it wrote. */
  logTail(lines: number): string[];
}

const tether = fileURLToPath(new URL('./tether.ts', import.meta.url));
const firstPauseMs = 100;
const longestPauseMs = 2_000;
/** A run this long was a good one: the next restart comes at once again. */
const goodRunMs = 2_000;

/** Starts a program and starts it again, after a growing pause, whenever it ends without being asked to. */
export function supervise(spec: ChildSpec, onRestart: (how: string) => void): SupervisedChild {
  let child: ChildProcess | undefined;
  let stopping = false;
  let quickExits = 0;
  let timer: NodeJS.Timeout | undefined;

  const start = () => {
    const startedAt = performance.now();
    const ended = (how: string) => {
      child = undefined;
      if (stopping) return;
      quickExits = performance.now() - startedAt > goodRunMs ? 0 : quickExits + 1;
      onRestart(how);
      timer = setTimeout(start, Math.min(firstPauseMs * 2 ** quickExits, longestPauseMs));
    };
    const started = launch(spec);
    child = started;
    started.once('exit', (code, signal) =>
      ended(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
    // A program that could not even be started has no exit of its own.
    started.once('error', (error) => started.pid === undefined && ended(`did not start: ${error.message}`));
  };
  start();

  const halt = () => {
    stopping = true;
    clearTimeout(timer);
  };
  return {
    name: spec.name,
    state: () => stateOf(child, stopping, quickExits),
    stop: async (patienceMs) => {
      halt();
      if (child) await end(child, patienceMs);
    },
    kill: () => {
      halt();
      child?.kill('SIGKILL');
    },
    logTail: (lines) => tailOf(spec.logFile, lines),
  };
}

function stateOf(child: ChildProcess | undefined, stopping: boolean, restarts: number): ChildState {
  if (child?.pid !== undefined) return { state: 'running', pid: child.pid };
  return stopping ? { state: 'stopped' } : { state: 'waiting', restarts };
}

function launch(spec: ChildSpec): ChildProcess {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const log = openSync(spec.logFile, 'a');
  try {
    // A process group of its own: Ctrl-C in the terminal reaches `up` alone, which stops the others in order.
    return spawn(process.execPath, ['--import', tether, ...spec.args], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
      env: cleanEnvironment(process.env),
    });
  } finally {
    closeSync(log);
  }
}

/** Nothing of a real AWS account must reach the processes of Local AWS. */
function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(AWS_|NODE_OPTIONS$)/.test(name)));
}

async function end(child: ChildProcess, patienceMs: number): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const late = new AbortController();
  const patience = sleep(patienceMs, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  await gone;
  late.abort();
  await patience;
}
