import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * The processes that have to do with a directory: it stands in their command line, it is where they run, or
 * they have a file in it open. Linux only; elsewhere none is found.
 */
export function processesOf(directory: string): { pid: number; command: string }[] {
  return pids()
    .filter((pid) => pid !== process.pid && concerns(pid, directory))
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function pids(): number[] {
  return quietly(() => readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function concerns(pid: number, directory: string): boolean {
  const places = [
    commandOf(pid),
    quietly(() => readlinkSync(`/proc/${pid}/cwd`), ''),
    ...quietly(() => readdirSync(`/proc/${pid}/fd`), []).map((name) =>
      quietly(() => readlinkSync(`/proc/${pid}/fd/${name}`), ''),
    ),
  ];
  return places.some((place) => place.includes(directory));
}

const commandOf = (pid: number): string =>
  quietly(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(), '');

/** A process may be gone at any moment, and others' may not be read. */
function quietly<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
