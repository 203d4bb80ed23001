import { clientError } from '../errors.ts';

/** CPU units to the memory sizes in MiB that Fargate has for them: least, greatest, step. */
const ranges: Readonly<Record<number, readonly [least: number, greatest: number, step: number]>> = {
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16384, 1024],
  4096: [8192, 30720, 1024],
  8192: [16384, 61440, 4096],
  16384: [32768, 122880, 8192],
};
const choices: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  32768: [61440, 122880, 249856],
};

export function isFargateSize(cpu: number, memoryMiB: number): boolean {
  const range = ranges[cpu];
  if (!range) return choices[cpu]?.includes(memoryMiB) ?? false;
  const [least, greatest, step] = range;
  return memoryMiB >= least && memoryMiB <= greatest && (memoryMiB - least) % step === 0;
}

/** `256`, `.25 vCPU`, `1vcpu` to CPU units; ClientException when it is none of these. */
export function parseCpu(text: string): number {
  const match = /^\s*(\d*\.?\d+)\s*(vcpu)?\s*$/i.exec(text);
  const value = match ? Number(match[1]) * (match[2] ? 1024 : 1) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw clientError(`Invalid 'cpu' setting for task: ${shortened(text)}`);
  return value;
}

/** `512`, `0.5GB`, `2 GB` to MiB; ClientException when it is none of these. */
export function parseMemory(text: string): number {
  const match = /^\s*(\d*\.?\d+)\s*(gb)?\s*$/i.exec(text);
  const value = match ? Number(match[1]) * (match[2] ? 1024 : 1) : Number.NaN;
  if (!Number.isSafeInteger(value))
    throw clientError(`Invalid 'memory' setting for task: ${shortened(text)}`);
  return value;
}

function shortened(text: string): string {
  return text.length > 50 ? `${text.slice(0, 50)}…` : text;
}
