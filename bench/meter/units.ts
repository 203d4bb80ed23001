/** An attribute as DynamoDB's protocol writes it, such as `{ "S": "text" }`. */
export type Attribute = Readonly<Record<string, unknown>>;
export type Attributes = Readonly<Record<string, Attribute>>;

/** A table's keys: `range` and `indexes` where it has them. */
export interface Keys {
  readonly hash: { readonly name: string };
  readonly range?: { readonly name: string };
  readonly indexes?: Readonly<Record<string, IndexKeys>>;
}

interface IndexKeys {
  readonly hash: { readonly name: string };
  readonly range: { readonly name: string };
  readonly projection: 'KEYS_ONLY' | 'ALL';
}

const writeUnitBytes = 1024;
const readUnitBytes = 4096;
/** What DynamoDB adds to a list or a map, and to each element. */
const collectionBytes = 3;
const elementBytes = 1;
const storedBesideBytes = 100;

/** Bytes of an item by the rules of the DynamoDB developer guide, "Item sizes and formats"; numbers are an estimate there, too. */
export function itemBytes(item: Attributes): number {
  return sum(Object.entries(item), ([name, value]) => Buffer.byteLength(name) + valueBytes(value));
}

export const writeUnitsOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / writeUnitBytes));

/** An eventually consistent read costs half of a strongly consistent one; a read of nothing costs the least. */
export const readUnitsOf = (bytes: number, consistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / readUnitBytes)) * (consistent ? 1 : 0.5);

/** A put whose condition held: the table's write, by the larger of the two items, and what it changes in each index. */
export function putUnits(keys: Keys, before: Attributes | undefined, after: Attributes): number {
  return (
    refusedPutUnits(before, after) +
    sum(Object.values(keys.indexes ?? {}), (index) => indexUnits(keys, index, before, after))
  );
}

/** A put whose condition did not hold costs as much as the table's write would have; indexes are not touched. */
export const refusedPutUnits = (before: Attributes | undefined, after: Attributes): number =>
  writeUnitsOf(Math.max(before ? itemBytes(before) : 0, itemBytes(after)));

/** What is stored: DynamoDB adds 100 bytes to each item, and to each entry of an index. */
export interface Stored {
  readonly tableBytes: number;
  readonly indexBytes: number;
}

export function storedOf(keys: Keys, item: Attributes | undefined): Stored {
  if (!item) return { tableBytes: 0, indexBytes: 0 };
  const entries = Object.values(keys.indexes ?? {})
    .map((index) => projected(keys, index, item))
    .filter((entry) => entry !== undefined);
  return {
    tableBytes: itemBytes(item) + storedBesideBytes,
    indexBytes: sum(entries, (entry) => itemBytes(entry) + storedBesideBytes),
  };
}

/** An entry whose key moves is deleted and written anew; one that stays as it was costs nothing. */
function indexUnits(keys: Keys, index: IndexKeys, before: Attributes | undefined, after: Attributes): number {
  const was = before && projected(keys, index, before);
  const is = projected(keys, index, after);
  if (!was) return is ? writeUnitsOf(itemBytes(is)) : 0;
  if (!is) return writeUnitsOf(itemBytes(was));
  if (!sameKey(index, was, is)) return writeUnitsOf(itemBytes(was)) + writeUnitsOf(itemBytes(is));
  return same(was, is) ? 0 : writeUnitsOf(Math.max(itemBytes(was), itemBytes(is)));
}

/** The item as the index has it; undefined where it lacks one of the index's keys and so is not in it. */
function projected(
  keys: Keys,
  { hash, range, projection }: IndexKeys,
  item: Attributes,
): Attributes | undefined {
  if (!(hash.name in item && range.name in item)) return undefined;
  if (projection === 'ALL') return item;
  const names = [keys.hash.name, keys.range?.name, hash.name, range.name];
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

const sameKey = ({ hash, range }: IndexKeys, one: Attributes, other: Attributes) =>
  [hash.name, range.name].every((name) => same(one[name], other[name]));

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

function valueBytes(value: Attribute): number {
  const [type = '', content] = Object.entries(value)[0] ?? [];
  switch (type) {
    case 'S':
      return Buffer.byteLength(String(content));
    case 'N':
      return numberBytes(String(content));
    case 'B':
      return Buffer.from(String(content), 'base64').length;
    case 'SS':
      return sum(content as string[], Buffer.byteLength);
    case 'NS':
      return sum(content as string[], numberBytes);
    case 'L':
      return collectionBytes + sum(content as Attribute[], (one) => elementBytes + valueBytes(one));
    case 'M':
      return (
        collectionBytes +
        Object.keys(content as Attributes).length * elementBytes +
        itemBytes(content as Attributes)
      );
    default:
      // BOOL and NULL.
      return 1;
  }
}

/** A byte for every two significant digits and one more, another for the sign. */
function numberBytes(text: string): number {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}

function sum<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
