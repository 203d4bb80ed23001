/** How often a caller made a call of an AWS service, and what of DynamoDB it used up. */
export interface Row {
  /** The function that called, or whoever else it was. */
  readonly caller: string;
  /** `dynamodb`, `sqs`, `ecs`, … */
  readonly service: string;
  /** For example `PutItem`. */
  readonly operation: string;
  /** What it was about: for an item the kinds of its keys (`task/record`), for a queue its name. */
  readonly subject: string;
  readonly requests: number;
  /** Those of the requests whose condition did not hold. */
  readonly refused: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

export type Sight = Omit<Row, 'requests' | 'refused'> & { readonly refused: boolean };

/** Counts what was seen, a row for each caller, operation and subject. */
export function createTally() {
  const rows = new Map<string, Row>();
  return {
    count(seen: Sight): void {
      const { caller, service, operation, subject } = seen;
      const key = JSON.stringify([caller, service, operation, subject]);
      const row = rows.get(key);
      rows.set(key, {
        ...{ caller, service, operation, subject },
        requests: (row?.requests ?? 0) + 1,
        refused: (row?.refused ?? 0) + (seen.refused ? 1 : 0),
        readUnits: (row?.readUnits ?? 0) + seen.readUnits,
        writeUnits: (row?.writeUnits ?? 0) + seen.writeUnits,
      });
    },
    rows: (): readonly Row[] => [...rows.values()],
    reset: () => rows.clear(),
  };
}

export interface Usage {
  readonly reads: number;
  readonly writes: number;
  /** Writes whose condition did not hold; they are among `writes`. */
  readonly refused: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

const readOperations: ReadonlySet<string> = new Set(['GetItem', 'Query', 'Scan']);
const writeOperations: ReadonlySet<string> = new Set(['PutItem']);

/** What was read from and written to tables. */
export function usageOf(rows: readonly Row[]): Usage {
  const table = rows.filter(({ service }) => service === 'dynamodb');
  const reads = table.filter(({ operation }) => readOperations.has(operation));
  const writes = table.filter(({ operation }) => writeOperations.has(operation));
  return {
    reads: total(reads, 'requests'),
    writes: total(writes, 'requests'),
    refused: total(writes, 'refused'),
    readUnits: total(table, 'readUnits'),
    writeUnits: total(table, 'writeUnits'),
  };
}

export const total = (
  rows: readonly Row[],
  figure: 'requests' | 'refused' | 'readUnits' | 'writeUnits',
): number => rows.reduce((sum, row) => sum + row[figure], 0);
