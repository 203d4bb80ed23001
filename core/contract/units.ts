import * as z from 'zod/mini';
import { quoted, reading } from './parse.ts';

const secondsPer: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90`, `"90"`, `"30s"`, `"10m"`, `"1.5h"`, `"1d"`; undefined for anything else. */
export function parseSeconds(value: string | number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const [, amount, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?) ?([smhd])?$/.exec(value) ?? [];
  return amount === undefined ? undefined : Number(amount) * secondsPer[unit]!;
}

/** `90` as `90s`, `600` as `10m`. */
export function formatSeconds(seconds: number): string {
  const unit =
    ['d', 'h', 'm'].find((candidate) => seconds > 0 && seconds % secondsPer[candidate]! === 0) ?? 's';
  return `${seconds / secondsPer[unit]!}${unit}`;
}

/** A duration in whole seconds, of a number of seconds or of `30s`, `10m`, `1h`. */
export const duration = (atLeast: number, atMost: number) =>
  measured(
    parseSeconds,
    `a duration between ${formatSeconds(atLeast)} and ${formatSeconds(atMost)}, such as "30s"`,
    {
      atLeast,
      atMost,
    },
  );

const mebibytesPer: Readonly<Record<string, number>> = { M: 1, G: 1024 };

/** Mebibytes of `512`, `"512"`, `"512MB"`, `"1GB"`, `"1 GiB"`. */
export function parseMebibytes(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  const [, amount, unit = 'M'] = /^(\d{1,7}(?:\.\d{1,3})?)(?: ?([MG])i?B)?$/i.exec(value) ?? [];
  return amount === undefined ? undefined : Number(amount) * mebibytesPer[unit.toUpperCase()]!;
}

export const memory = () =>
  measured(parseMebibytes, 'a memory size in MiB such as 512, or "1GB"', { atLeast: 1, atMost: 249_856 });

/** CPU units of `256`, `"256"`, `"1 vCPU"`, `".25 vCPU"`; 1,024 units are one vCPU. */
export function parseCpuUnits(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  const [, amount, cpu] = /^(\d{0,6}(?:\.\d{1,4})?)( ?vCPU)?$/i.exec(value) ?? [];
  return amount ? Number(amount) * (cpu ? 1024 : 1) : undefined;
}

export const cpu = () =>
  measured(parseCpuUnits, 'CPU units such as 256, or "1 vCPU"', { atLeast: 1, atMost: 32_768 });

/** A whole number of a unit, written as a number or as text. */
function measured(
  read: (value: string | number) => number | undefined,
  what: string,
  { atLeast, atMost }: { atLeast: number; atMost: number },
) {
  return z.pipe(
    z.union([z.number(), z.string().check(z.maxLength(40))], { error: `has to be ${what}` }),
    reading((value) => {
      const amount = read(value);
      const isFine =
        amount !== undefined && Number.isInteger(amount) && amount >= atLeast && amount <= atMost;
      return isFine ? { value: amount } : { problem: `has to be ${what}; it is ${quoted(String(value))}` };
    }),
  );
}
