import { Double } from './double.ts';
import { Timestamp } from './timestamp.ts';

/** The eight kinds of CBOR items that are needed here, in the high bits of an item's first byte. */
const kinds = { unsigned: 0, negative: 1, text: 3, list: 4, map: 5, tag: 6, special: 7 } as const;

const epochSecondsTag = 1;
const specials = { false: 20, true: 21, null: 22, double: 27 } as const;

/** Encodes an output: members that are undefined are left out, `Double`s and fractions are doubles. */
export function encodeCbor(value: unknown): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: unknown, parts: Buffer[]): void {
  if (typeof value === 'number') writeNumber(value, parts);
  else if (typeof value === 'string') {
    const text = Buffer.from(value);
    parts.push(head(kinds.text, text.length), text);
  } else if (typeof value === 'boolean')
    parts.push(head(kinds.special, value ? specials.true : specials.false));
  else if (value instanceof Double) parts.push(double(value.value));
  else if (value instanceof Timestamp)
    parts.push(head(kinds.tag, epochSecondsTag), double(value.atMs / 1000));
  else if (Array.isArray(value)) {
    parts.push(head(kinds.list, value.length));
    for (const one of value) write(one, parts);
  } else if (typeof value === 'object' && value !== null) writeMap(value, parts);
  else parts.push(head(kinds.special, specials.null));
}

function writeMap(value: object, parts: Buffer[]): void {
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  parts.push(head(kinds.map, members.length));
  for (const [name, one] of members) {
    write(name, parts);
    write(one, parts);
  }
}

function writeNumber(value: number, parts: Buffer[]): void {
  if (!Number.isSafeInteger(value)) parts.push(double(value));
  else if (value < 0) parts.push(head(kinds.negative, -1 - value));
  else parts.push(head(kinds.unsigned, value));
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8((kinds.special << 5) | specials.double);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** An item's kind and its number, in as few bytes as that takes. */
function head(kind: number, number: number): Buffer {
  const high = kind << 5;
  if (number < 24) return Buffer.from([high | number]);
  if (number < 0x100) return Buffer.from([high | 24, number]);
  if (number < 0x1_0000) return Buffer.from([high | 25, number >> 8, number & 0xff]);
  const bytes = Buffer.alloc(number < 0x1_0000_0000 ? 5 : 9);
  bytes.writeUInt8(high | (bytes.length === 5 ? 26 : 27));
  if (bytes.length === 5) bytes.writeUInt32BE(number, 1);
  else bytes.writeBigUInt64BE(BigInt(number), 1);
  return bytes;
}
