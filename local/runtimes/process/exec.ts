import { spawn } from 'node:child_process';
import type { Clock } from '../../support/clock.ts';
import { signalGroup } from './identity.ts';
import type { LaunchRecord } from './record.ts';

const TIMED_OUT = 124;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** Runs `argv` where and as a container's program runs; a time-out kills it and gives 124, as `timeout` does. */
export function runBeside(
  record: LaunchRecord,
  [program = '', ...args]: readonly string[],
  timeoutMs: number,
  clock: Clock,
  closing: AbortSignal,
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: record.workingDirectory,
      env: { ...record.environment },
      stdio: 'ignore',
      detached: true,
    });
    child.unref();
    const kill = () => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL');
    const timer = clock.after(timeoutMs, () => {
      kill();
      settle(TIMED_OUT);
    });
    const settle = (code: number) => {
      timer.cancel();
      closing.removeEventListener('abort', kill);
      resolve(code);
    };
    closing.addEventListener('abort', kill, { once: true });
    child.once('error', (error: NodeJS.ErrnoException) =>
      settle(error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE),
    );
    child.once('exit', (code) => settle(code ?? 137));
  });
}
