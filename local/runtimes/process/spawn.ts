import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { cannotStart } from './command.ts';
import type { ContainerFolder, LaunchRecord } from './record.ts';
import { type Pids, parsePids, WRAPPER } from './wrapper.ts';

export interface Spawned {
  readonly pids: Pids;
  /** Resolves when the wrapper has ended, and with it everything in its group. */
  readonly ended: Promise<void>;
}

/** Starts a container's program under its wrapper in a process group of its own; resolves when it is forked. */
export async function spawnContainer(folder: ContainerFolder, record: LaunchRecord): Promise<Spawned> {
  const output = record.log ? openSync(folder.output, 'a') : 'ignore';
  try {
    const { argv, environment } = withOddNames(record);
    const child = spawn('/bin/sh', ['-c', WRAPPER, 'berth', folder.path, ...argv], {
      cwd: record.workingDirectory,
      env: environment,
      stdio: ['ignore', output, output, 'pipe'],
      detached: true,
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const pids = await pidsFrom(child);
    child.unref();
    return { pids, ended };
  } catch (error) {
    throw error instanceof Error && 'code' in error ? cannotStart(error.message) : error;
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
      else reject(cannotStart('its process ended before it began'));
    });
    child.once('error', reject);
  });
}
