import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lots } from './random.ts';

/** One file of the same program, unchanged, run on many machines again and again: latencies in the order of time. */
export interface Noise {
  readonly name: string;
  /** Runs of each machine; machines of short life have a single one. */
  readonly machines: readonly (readonly number[])[];
}

const ours = new URL('data/', import.meta.url).pathname;
const beside = new URL('../../../shared/traces/rollout/', import.meta.url).pathname;

/** Where the traces are: the folder that is named, the one beside the project, or the reduced copy in `bench/judge/data`. */
export function noiseFolder(named: string | undefined): { folder: string; isReduced: boolean } {
  if (named !== undefined) {
    if (filesIn(named).length === 0) throw new Error(`${named} has no files azure_vm_noise_*.csv`);
    return { folder: named, isReduced: false };
  }
  return filesIn(beside).length > 0
    ? { folder: beside, isReduced: false }
    : { folder: ours, isReduced: true };
}

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^azure_vm_noise_.*\.csv$/.test(name))
        .sort()
    : [];

export const noiseIn = (folder: string): readonly Noise[] =>
  filesIn(folder).map((name) => ({ name: name.slice(15, -4), machines: machinesOf(join(folder, name)) }));

/** Columns value, runtime, starttime and VM_id. The value is a rate, unless the file's name says that it is a latency. */
function machinesOf(file: string): number[][] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const columns = head.split(',');
  const [value, start, machine] = ['value', 'starttime', 'VM_id'].map((name) => columns.indexOf(name));
  const isLatency = /latency/i.test(file);
  const runs = lines
    .map((line) => line.split(','))
    .map((cells) => ({
      latency: isLatency ? Number(cells[value!]) : 1e8 / Number(cells[value!]),
      start: cells[start!] ?? '',
      machine: cells[machine!] ?? '',
    }))
    .filter(({ latency }) => Number.isFinite(latency) && latency > 0)
    .sort((one, other) => (one.start < other.start ? -1 : 1));
  const machines = new Map<string, number[]>();
  for (const { machine: id, latency } of runs) {
    const known = machines.get(id);
    if (known) known.push(latency);
    else machines.set(id, [latency]);
  }
  return [...machines.values()];
}

export const windows = 16;

/** Latencies of one task for 16 windows. */
export type TaskNoise = readonly number[];

/**
 * Tasks that start together at one moment of the trace, each on a machine by lot. A machine of long life lends 16 runs
 * in a row from about that moment; one of short life keeps its only run for all windows, which is the worst that a
 * host can do: no waiting makes up for it.
 */
export function tasksAt({ machines }: Noise, moment: number, count: number, lots: Lots): TaskNoise[] {
  const isLong = machines.some((runs) => runs.length >= 4 * windows);
  return Array.from({ length: count }, () => {
    if (!isLong) {
      const near = Math.floor(moment * Math.max(1, machines.length - neighbours)) + lots.below(neighbours);
      return new Array<number>(windows).fill(machines[Math.min(near, machines.length - 1)]![0]!);
    }
    const runs = machines[lots.below(machines.length)]!;
    const from =
      Math.floor(moment * Math.max(1, runs.length - neighbours - windows)) + lots.below(neighbours);
    return Array.from({ length: windows }, (_, each) => runs[(from + each) % runs.length]!);
  });
}

/** Machines, or runs, that are of about the same moment. */
const neighbours = 400;
