import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Pids } from './wrapper.ts';

const HAS_PROC = existsSync('/proc/self/cmdline');

/**
 * Whether this container's wrapper still runs. Process ids are used again, so the id alone proves nothing: the
 * wrapper is known by its container's folder, which stands in its command line and belongs to one run only.
 */
export function wrapperRuns({ wrapper }: Pids, folder: string): boolean {
  return processExists(wrapper) && commandLineOf(wrapper).includes(folder);
}

export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Signals every process of the group; a group that is gone is left alone. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Empty for a process that is gone or a zombie. */
function commandLineOf(pid: number): string {
  try {
    if (HAS_PROC) return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}
