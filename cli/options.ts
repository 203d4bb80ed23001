import { InvalidArgumentError, Option } from 'commander';
import { idempotencyKey } from '../core/contract/idempotency-key.ts';
import { parse } from '../core/contract/parse.ts';
import { parseSeconds } from '../core/contract/units.ts';

/** Options that several commands have, each parsed where it enters. */

export const waitOption = () => new Option('--wait', 'wait for the verdict; the exit code tells it');

export const timeoutOption = () =>
  new Option('--timeout <duration>', 'stop waiting after this time, such as 10m').argParser(seconds);

export const queueOption = () =>
  new Option('--queue', 'wait behind a deployment that is under way (default: supersede it)');

export const messageOption = () => new Option('-m, --message <text>', 'what this is for; kept in the ledger');

export const reasonOption = () => new Option('--reason <text>', 'why; kept in the ledger');

export const keyOption = () =>
  new Option('--key <key>', 'idempotency key: the same key and content is the same deployment').argParser(
    key,
  );

/** It travels in a header, so it is looked at before anything is sent. */
function key(text: string): string {
  const parsed = parse(idempotencyKey, text);
  if (parsed.ok) return parsed.value;
  throw new InvalidArgumentError(`It ${parsed.errors.map(({ detail }) => detail).join('; ')}.`);
}

export function seconds(text: string): number {
  const value = parseSeconds(text);
  if (value === undefined || value <= 0)
    throw new InvalidArgumentError('Write a duration such as 30s, 10m or 1h.');
  return value;
}

/** A parser of whole numbers from `least` to `most`. */
export const whole = (least: number, most: number) => (text: string) => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
};

/** A parser of numbers above 0 and up to `most`. */
export const decimal = (most: number) => (text: string) => {
  const value = /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= most) return value;
  throw new InvalidArgumentError(`Write a number above 0 and up to ${most}.`);
};
