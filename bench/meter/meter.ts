import { createTally, type Row, type Sight } from './tally.ts';
import {
  type Attributes,
  itemBytes,
  type Keys,
  putUnits,
  readUnitsOf,
  refusedPutUnits,
  type Stored,
  storedOf,
} from './units.ts';

/** A request and its answer, as they went by. */
export interface Passage {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

export interface Meter {
  saw(passage: Passage): void;
  /** Throws when something went by that it cannot price. */
  rows(): readonly Row[];
  /** By how much more is stored since the last reset. */
  grown(): Stored;
  /** Counts anew; what is stored it still knows. */
  reset(): void;
}

/** What of DynamoDB's requests is used here. */
interface Request {
  readonly TableName: string;
  readonly Item: Attributes;
  readonly IndexName?: string;
  readonly ConsistentRead?: boolean;
  readonly Key: Attributes;
}

const free: ReadonlySet<string> = new Set(['CreateTable', 'DescribeTable', 'DeleteTable', 'ListTables']);

/**
 * Counts the requests that arrive, by who made them and what they are about, and works out what DynamoDB would charge.
 * It remembers every item that was put, for a write costs by the larger of old and new, so it has to see all writes.
 * `nameOf` says whose access key it is.
 */
export function createMeter(
  tables: Readonly<Record<string, Keys>>,
  nameOf: (accessKeyId: string) => string,
): Meter {
  const tally = createTally();
  const unpriced = new Set<string>();
  const items = new Map<string, Attributes>();
  let grown = nothingStored;

  const dynamo = (operation: string, request: Request, { status, answer }: Passage): Units => {
    const keys = tables[request.TableName];
    if (free.has(operation)) return nothing(operation);
    if (!keys || !['PutItem', 'GetItem', 'Query', 'Scan'].includes(operation)) {
      unpriced.add(`${operation} of ${request.TableName}`);
      return nothing(operation);
    }
    if (operation === 'PutItem') return put(keys, request, status, answer);
    const found = status === 200 ? (JSON.parse(answer) as { Item?: Attributes; Items?: Attributes[] }) : {};
    const bytes = [...(found.Items ?? []), ...(found.Item ? [found.Item] : [])].reduce(
      (sum, one) => sum + itemBytes(one),
      0,
    );
    const subject = request.Key
      ? subjectOf(request, keys, request.Key)
      : `${request.IndexName ?? 'all'} of ${request.TableName}`;
    return {
      ...nothing(subject),
      readUnits: status === 200 ? readUnitsOf(bytes, request.ConsistentRead === true) : 0,
    };
  };

  const put = (keys: Keys, request: Request, status: number, answer: string): Units => {
    const subject = subjectOf(request, keys, request.Item);
    const place = JSON.stringify([request.TableName, keyOf(keys, request.Item)]);
    const before = items.get(place);
    if (status === 200) {
      items.set(place, request.Item);
      grown = plus(grown, storedOf(keys, request.Item), storedOf(keys, before));
      return { ...nothing(subject), writeUnits: putUnits(keys, before, request.Item) };
    }
    if (!answer.includes('ConditionalCheckFailedException')) return nothing(subject);
    return { ...nothing(subject), refused: true, writeUnits: refusedPutUnits(before, request.Item) };
  };

  return {
    saw(passage) {
      const target = headerOf(passage, 'x-amz-target');
      const caller = nameOf(accessKeyOf(passage));
      const [prefix = '', operation = ''] = target.split('.');
      const service = services[prefix.replace(/_\d+$/, '')] ?? (target === '' ? 'other' : prefix);
      const units =
        service === 'dynamodb'
          ? dynamo(operation, JSON.parse(passage.body) as Request, passage)
          : nothing(service === 'sqs' ? queueOf(passage.body) : '');
      tally.count({ caller, service, operation, ...units });
    },
    rows() {
      if (unpriced.size > 0) throw new Error(`the meter has no price for ${[...unpriced].join(', ')}`);
      return tally.rows();
    },
    grown: () => grown,
    reset() {
      tally.reset();
      grown = nothingStored;
    },
  };
}

const services: Readonly<Record<string, string>> = {
  DynamoDB: 'dynamodb',
  AmazonSQS: 'sqs',
  AmazonEC2ContainerServiceV20141113: 'ecs',
  Logs: 'logs',
};

const nothingStored: Stored = { tableBytes: 0, indexBytes: 0 };

const plus = (sum: Stored, now: Stored, before: Stored): Stored => ({
  tableBytes: sum.tableBytes + now.tableBytes - before.tableBytes,
  indexBytes: sum.indexBytes + now.indexBytes - before.indexBytes,
});

type Units = Pick<Sight, 'subject' | 'refused' | 'readUnits' | 'writeUnits'>;

const nothing = (subject: string): Units => ({ subject, refused: false, readUnits: 0, writeUnits: 0 });

const keyOf = (keys: Keys, item: Attributes) => [item[keys.hash.name], keys.range && item[keys.range.name]];

/** `task#arn:…` with the sort key `ledger#0001` is about `task/ledger`; a table without sort keys is of one kind. */
function subjectOf({ TableName }: Request, keys: Keys, item: Attributes): string {
  if (!keys.range) return TableName;
  return [keys.hash, keys.range].map(({ name }) => String(item[name]?.S).split('#')[0]).join('/');
}

function queueOf(body: string): string {
  const { QueueUrl = '' } = JSON.parse(body) as { readonly QueueUrl?: string };
  return QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);
}

const accessKeyOf = (passage: Passage): string =>
  /Credential=([^/,\s]{1,128})\//.exec(headerOf(passage, 'authorization'))?.[1] ?? '';

function headerOf({ headers }: Passage, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : (value?.[0] ?? '');
}
