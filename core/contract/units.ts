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

/** Percent of `5`, `"5%"`, `"0.1 %"`. */
export function parsePercent(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  const [, amount] = /^(\d{1,4}(?:\.\d{1,4})?) ?%?$/.exec(value) ?? [];
  return amount === undefined ? undefined : Number(amount);
}

/** A share in percent, in steps of a tenth. */
export const percentage = (atLeast: number, atMost: number) =>
  numeric(
    parsePercent,
    `a share between ${atLeast}% and ${atMost}%, such as "5%"`,
    (percent) => isWithin(percent, atLeast, atMost) && isWhole(percent * 10),
  );

/** A share in percent, however small. */
export const smallShare = (atMost: number) =>
  numeric(
    parsePercent,
    `a share above 0% and up to ${atMost}%, such as "1%"`,
    (percent) => percent > 0 && percent <= atMost,
  );

/** How many times as much, of `1.5`, `"1.5x"`, `"1.5×"`. */
export function parseRatio(value: string | number): number | undefined {
  if (typeof value === 'number') return value;
  const [, amount] = /^(\d{1,3}(?:\.\d{1,4})?) ?[x×]?$/i.exec(value) ?? [];
  return amount === undefined ? undefined : Number(amount);
}

/** How many times as much is allowed: more than once. */
export const ratio = (atLeast: number, atMost: number) =>
  numeric(parseRatio, `how many times as much, between ${atLeast}x and ${atMost}x, such as "1.5x"`, (times) =>
    isWithin(times, atLeast, atMost),
  );

const isWithin = (value: number, atLeast: number, atMost: number) => value >= atLeast && value <= atMost;
/** Of what was multiplied: 0.1 × 3 is no tenth for a computer. */
const isWhole = (value: number) => Math.abs(value - Math.round(value)) < 1e-9;

/** A whole number of a unit, written as a number or as text. */
function measured(
  read: (value: string | number) => number | undefined,
  what: string,
  { atLeast, atMost }: { atLeast: number; atMost: number },
) {
  return numeric(read, what, (amount) => Number.isInteger(amount) && isWithin(amount, atLeast, atMost));
}

function numeric(
  read: (value: string | number) => number | undefined,
  what: string,
  isFine: (amount: number) => boolean,
) {
  return z.pipe(
    z.union([z.number(), z.string().check(z.maxLength(40))], { error: `has to be ${what}` }),
    reading((value) => {
      const amount = read(value);
      return amount !== undefined && isFine(amount)
        ? { value: amount }
        : { problem: `has to be ${what}; it is ${quoted(String(value))}` };
    }),
  );
}
