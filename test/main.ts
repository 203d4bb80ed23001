import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setSessionPriority } from '../local/support/session-priority.ts';

/*
 * Runs all tests, in two halves beside each other. Those that wait, for processes, health checks and minutes, leave the
 * machine idle for a third of their time. Those that only compute get it, and are below them in priority, so that nobody
 * waits longer. What both came to is one report. With arguments other than reporters it is `vitest run` with those.
 */

const computing = ['architecture', 'core', 'simulation', 'stacks'];
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const vitest = at('../node_modules/vitest/vitest.mjs');
/** Ends what is not in the terminal's foreground when this process is killed. */
const tether = at('../cli/up/tether.ts');

async function main(args: readonly string[]): Promise<number> {
  const isWhole = args.every((arg) => /^--(reporter|outputFile)\b/.test(arg));
  return isWhole ? runHalves(args) : ended(inForeground(['run', ...args]));
}

async function runHalves(reporters: readonly string[]): Promise<number> {
  const blobs = await mkdtemp(join(tmpdir(), 'berth-tests-'));
  try {
    const blob = (name: string) => `--outputFile.blob=${join(blobs, `${name}.json`)}`;
    const half = ['run', '--reporter=default', '--reporter=blob'];
    const only = computing.map((name) => `--project=${name}`);
    const others = computing.map((name) => `--project=!${name}`);
    const waits = inForeground([...half, blob('waits'), ...others], ['ignore', 'pipe', 'inherit']);
    const computes = inBackground([...half, blob('computes'), ...only]);
    for (const { stdout } of [waits, computes])
      createInterface({ input: stdout! }).on('line', (line) => console.log(line));
    const codes = await Promise.all([ended(waits), ended(computes)]);
    const shown = reporters.length > 0 ? reporters : ['--reporter=minimal'];
    const merged = await ended(inForeground([`--merge-reports=${blobs}`, ...shown]));
    return Math.max(...codes, merged);
  } finally {
    await rm(blobs, { recursive: true, force: true });
  }
}

type Stdio = 'ignore' | 'pipe' | 'inherit' | 'ipc';

function inForeground(given: readonly string[], stdio: 'inherit' | Stdio[] = 'inherit'): ChildProcess {
  return spawn(process.execPath, [vitest, ...given], { stdio });
}

/** In a session of its own, for where Linux weighs sessions; so Ctrl-C has to be passed on to it. */
function inBackground(given: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', tether, vitest, ...given], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true,
  });
  const priority = constants.priority.PRIORITY_LOW;
  if (child.pid !== undefined) setPriority(child.pid, priority);
  setSessionPriority(child, priority);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGTERM'));
  return child;
}

/** The exit code; 1 of who was ended by a signal. */
function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

process.exitCode = await main(process.argv.slice(2));
