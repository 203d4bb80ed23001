import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { TerminalSession, TerminalSize } from '../runtime.ts';
import { signalGroup } from './identity.ts';
import type { LaunchRecord } from './record.ts';

/** The util-linux program that gives a command a terminal; without it commands get pipes. */
const SCRIPT = '/usr/bin/script';
const HAS_TERMINAL = process.platform === 'linux' && existsSync(SCRIPT);
const KILLED = 137;

/**
 * Runs a shell command where and as a container's program runs, at a terminal where this machine can give one. The
 * terminal keeps the size that it begins with.
 */
export function openTerminal(
  record: LaunchRecord,
  command: string,
  size: TerminalSize,
  closing: AbortSignal,
): TerminalSession {
  const child = spawn(...commandLine(command, size), {
    cwd: record.workingDirectory,
    env: { TERM: 'xterm-256color', ...record.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const close = () => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  closing.addEventListener('abort', close, { once: true });
  const ended = endOf(child).finally(() => closing.removeEventListener('abort', close));
  return {
    onOutput(listener) {
      child.stdout?.on('data', listener);
      child.stderr?.on('data', listener);
    },
    ended,
    write(chunk) {
      child.stdin?.write(chunk);
    },
    resize: () => undefined,
    close,
  };
}

function commandLine(command: string, { columns, rows }: TerminalSize): [string, string[]] {
  if (!HAS_TERMINAL) return ['/bin/sh', ['-c', command]];
  const sized = `stty columns ${Math.trunc(columns)} rows ${Math.trunc(rows)}; ${command}`;
  return [SCRIPT, ['--quiet', '--return', '--flush', '--command', sized, '/dev/null']];
}

/** A program that is gone takes no more input: that is no error of ours. */
function endOf(child: ChildProcess): Promise<number> {
  child.stdin?.on('error', () => undefined);
  return new Promise((resolve) => {
    child.once('error', () => resolve(126));
    child.once('close', (code) => resolve(code ?? KILLED));
  });
}
