import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processesOf } from './processes.ts';
import { until } from './until.ts';

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const home = fileURLToPath(new URL('../../', import.meta.url));
const main = join(home, 'cli', 'berth.mjs');
const tether = join(home, 'cli', 'up', 'tether.ts');

/** A `berth up` that was started. */
export interface Up {
  readonly process: ChildProcess;
  ready(): true | undefined;
  ended(): number | undefined;
  output(): string;
}

/** Starts `berth up` in a directory; it stops with all it started when the test's own process is gone. */
export function startUp(directory: string, args: readonly string[]): Up {
  const child = spawn(process.execPath, ['--import', tether, main, 'up', ...args], {
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

/** The JSON documents among the lines of an output. */
export function documentsOf(output: string): unknown[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): unknown => JSON.parse(line));
}

/** Longer than `up` gives its tasks. */
const stopPatienceMs = 60_000;

/** Stops it as Ctrl-C does. Throws when it does not end well, or leaves a process that concerns the directory. */
export async function endUp(up: Up, directory: string): Promise<void> {
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
