import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/ports.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const bits = 130n;

/** New ids of 26 characters that sort by the moment at which they were made (a ULID). */
export const idsBy = (clock: Clock) => (): string =>
  crockford((BigInt(clock.now()) << 80n) | BigInt(`0x${randomBytes(10).toString('hex')}`));

/** The same 26 characters for the same text. */
export const idOf = (text: string): string =>
  crockford(BigInt(`0x${createHash('sha256').update(text).digest('hex')}`) & ((1n << bits) - 1n));

function crockford(value: bigint): string {
  return Array.from(
    { length: 26 },
    (_, place) => alphabet[Number((value >> BigInt(5 * (25 - place))) & 31n)],
  ).join('');
}
