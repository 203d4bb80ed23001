import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { setSessionPriority } from '../../support/session-priority.ts';
import type { LaunchRecord } from './record.ts';
import { outputName, type Pids, parsePids, WRAPPER } from './wrapper.ts';

/**
 * Starts a container's program under its wrapper in a process group of its own; resolves when it is forked. `ended`
 * resolves when the wrapper has ended, and with it everything in its group.
 */
export async function spawnContainer(
  folder: string,
  record: LaunchRecord,
): Promise<{ pids: Pids; ended: Promise<void> }> {
  const output = record.log ? openSync(join(folder, outputName), 'a') : 'ignore';
  try {
    const { argv, environment } = withOddNames(record);
    const child = spawn('/bin/sh', ['-c', WRAPPER, 'berth', folder, ...argv], {
      cwd: record.workingDirectory,
      env: environment,
      stdio: ['ignore', output, output, 'pipe'],
      detached: true,
    });
    setSessionPriority(child, getPriority());
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const pids = await pidsFrom(child);
    child.unref();
    return { pids, ended };
  } finally {
    if (typeof output === 'number') closeSync(output);
  }
}

/** A shell drops variables whose names it could not have itself (`spring.profile`): `env` sets those. */
function withOddNames({ argv, environment }: LaunchRecord) {
  const odd = Object.entries(environment).filter(([name]) => !/^[A-Za-z_]\w*$/.test(name));
  if (odd.length === 0) return { argv, environment };
  return { argv: ['env', ...odd.map(([name, value]) => `${name}=${value}`), ...argv], environment };
}

function pidsFrom(child: ChildProcess): Promise<Pids> {
  return new Promise((resolve, reject) => {
    let text = '';
    const told = child.stdio[3] as NodeJS.ReadableStream;
    told.on('data', (chunk) => {
      text += chunk;
    });
    told.once('end', () => {
      const pids = parsePids(text);
      if (pids) resolve(pids);
      else reject(new Error('its process ended before it began'));
    });
    child.once('error', reject);
  });
}
