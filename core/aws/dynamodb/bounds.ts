import { BerthError } from '../../kernel/errors.ts';

/** DynamoDB refuses items over 400 KiB, names of attributes included; this leaves room for them. */
const maxItemBytes = 380_000;
/** DynamoDB's own limits: a sort key may take half of what a partition key may. */
export const maxPartitionBytes = 2048;
export const maxSortBytes = 1024;
const maxPageEntries = 1000;

/** @throws BerthError `invalid-request` where DynamoDB would refuse the key. */
export function checkKey(partition: string, sort: string): void {
  checkPart('partition', partition, maxPartitionBytes);
  checkPart('sort', sort, maxSortBytes);
}

/** A list's name and the place in it are a key of an index. */
export function checkList(list: { readonly name: string; readonly order: string } | undefined): void {
  if (list) checkKey(list.name, list.order);
}

/** @throws BerthError `too-large` for a body that makes the item larger than DynamoDB takes. */
export function checkSize(partition: string, sort: string, body: string): void {
  const bytes = Buffer.byteLength(partition) + Buffer.byteLength(sort) + Buffer.byteLength(body);
  if (bytes <= maxItemBytes) return;
  throw new BerthError(
    'too-large',
    `${partition} ${sort} would take ${bytes} bytes and at most ${maxItemBytes} are kept in one item; make it smaller`,
  );
}

/** @throws BerthError `invalid-request` unless it is a whole number from 1 to 1000. */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxPageEntries) return;
  throw new BerthError(
    'invalid-request',
    `a page has 1 to ${maxPageEntries} entries, so ${limit} cannot be its limit`,
  );
}

/** Numbers that order something: beyond these, neighbours are no longer told apart. */
export function checkNumber(name: string, value: number | undefined): void {
  if (value === undefined || Number.isSafeInteger(value)) return;
  throw new BerthError('invalid-request', `${name} has to be a whole number below 2^53, not ${value}`);
}

export const isKeyPart = (value: unknown, maxBytes: number): boolean =>
  typeof value === 'string' && value !== '' && value.isWellFormed() && Buffer.byteLength(value) <= maxBytes;

function checkPart(name: string, value: string, maxBytes: number): void {
  if (isKeyPart(value, maxBytes)) return;
  const shown = value.length > 80 ? `${value.slice(0, 80)}…` : value;
  throw new BerthError(
    'invalid-request',
    `a ${name} key has to be 1 to ${maxBytes} bytes of well-formed text; ${JSON.stringify(shown)} has ${Buffer.byteLength(value)}`,
  );
}
