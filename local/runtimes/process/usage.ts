import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ContainerUsage } from '../runtime.ts';

/** One process of this machine, as far as it matters for who uses what. */
export interface ProcessSeen {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Its own and that of its children that have ended and were waited for. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** What Linux counts processes' CPU time in, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/**
 * What each container's processes use, found by its process group and by descent from it, so that a program that
 * makes a group of its own is still counted. Memory that processes share is counted for each.
 */
export async function usageOf(
  groups: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, ContainerUsage>> {
  if (groups.size === 0) return new Map();
  return attribute(groups, existsSync('/proc/self/stat') ? readProc() : await readPs());
}

/** Sums `processes` by the container (of `groups`: id to process group) that each belongs to. */
export function attribute(
  groups: ReadonlyMap<string, number>,
  processes: readonly ProcessSeen[],
): ReadonlyMap<string, ContainerUsage> {
  const ownerOfGroup = new Map([...groups].map(([id, group]) => [group, id]));
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  const ownerOf = (one: ProcessSeen | undefined, depth = 0): string | undefined => {
    if (one === undefined || depth > MAX_DEPTH) return undefined;
    return ownerOfGroup.get(one.group) ?? ownerOf(byPid.get(one.parent), depth + 1);
  };
  const usages = new Map<string, ContainerUsage>();
  for (const one of processes) {
    const owner = ownerOf(one);
    if (owner === undefined) continue;
    const { cpuSeconds, memoryBytes } = usages.get(owner) ?? { cpuSeconds: 0, memoryBytes: 0 };
    usages.set(owner, {
      cpuSeconds: cpuSeconds + one.cpuSeconds,
      memoryBytes: memoryBytes + one.memoryBytes,
    });
  }
  return usages;
}

/** Deeper than any tree of processes; a loop that is seen while ids are used anew ends here. */
const MAX_DEPTH = 64;

function readProc(): ProcessSeen[] {
  return readdirSync('/proc').flatMap((name) => {
    const seen = /^\d+$/.test(name) ? parseStat(read(`/proc/${name}/stat`)) : undefined;
    return seen ? [seen] : [];
  });
}

/** A program's name may hold blanks and parentheses: what follows the last one is counted. */
export function parseStat(text: string): ProcessSeen | undefined {
  const end = text.lastIndexOf(')');
  if (end < 0) return undefined;
  const fields = text.slice(end + 2).split(' ');
  const number = (index: number) => Number(fields[index] ?? 0);
  const ticks = number(11) + number(12) + number(13) + number(14);
  return {
    pid: Number.parseInt(text, 10),
    parent: number(1),
    group: number(2),
    cpuSeconds: ticks / TICKS_PER_SECOND,
    memoryBytes: number(21) * PAGE_BYTES,
  };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Where there is no /proc. `time` is `[[dd-]hh:]mm:ss[.cc]`, `rss` KiB. */
async function readPs(): Promise<ProcessSeen[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,pgid=,time=,rss='], {
    maxBuffer: 8 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, time, rss] = line.trim().split(/\s+/);
    if (rss === undefined || time === undefined) return [];
    return [
      {
        ...{ pid: Number(pid), parent: Number(parent), group: Number(group) },
        cpuSeconds: secondsOf(time),
        memoryBytes: Number(rss) * 1024,
      },
    ];
  });
}

function secondsOf(time: string): number {
  const [days, clock = ''] = time.includes('-') ? time.split('-') : ['0', time];
  return Number(days) * 86_400 + clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
