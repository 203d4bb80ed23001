import { isDeepStrictEqual } from 'node:util';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { topology } from '../../stacks/topology.ts';
import type { Attributes } from '../meter/units.ts';
import { referenceTable } from '../reference/table.ts';

interface Kept {
  readonly version: number;
  readonly lastStatus: string;
}

/** Answers how many tasks both handlers keep; throws unless both keep the same of each, which is what came last. */
export async function agreement(client: DynamoDBClient, events: readonly object[]): Promise<number> {
  const expected = lastOf(events);
  const berth = await kept(client, topology.table.name, ofBerth);
  const reference = await kept(client, referenceTable, ofReference);
  assertSame('Berth', berth, expected);
  assertSame('the reference handler', reference, expected);
  return expected.size;
}

function assertSame(
  name: string,
  kept: ReadonlyMap<string, Kept>,
  expected: ReadonlyMap<string, Kept>,
): void {
  if (kept.size !== expected.size) throw new Error(`${name} keeps ${kept.size} tasks, not ${expected.size}`);
  for (const [task, last] of expected)
    if (!isDeepStrictEqual(kept.get(task), last))
      throw new Error(
        `${name} keeps ${JSON.stringify(kept.get(task))} of ${task}, not ${JSON.stringify(last)}`,
      );
}

function lastOf(events: readonly object[]): Map<string, Kept> {
  const last = new Map<string, Kept>();
  for (const event of events) {
    const { taskArn, version, lastStatus } = (
      event as { readonly detail: Kept & { readonly taskArn: string } }
    ).detail;
    if (version > (last.get(taskArn)?.version ?? 0)) last.set(taskArn, { version, lastStatus });
  }
  return last;
}

async function kept(
  client: DynamoDBClient,
  table: string,
  read: (item: Attributes) => readonly (readonly [string, Kept])[],
): Promise<Map<string, Kept>> {
  const found = new Map<string, Kept>();
  let start: Record<string, never> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await client.send(
      new ScanCommand({ TableName: table, ...(start && { ExclusiveStartKey: start }) }),
    );
    for (const item of Items)
      for (const [task, one] of read(item as unknown as Attributes)) found.set(task, one);
    start = LastEvaluatedKey as Record<string, never> | undefined;
  } while (start);
  return found;
}

function ofBerth(item: Attributes): readonly (readonly [string, Kept])[] {
  const partition = String(item.pk?.S);
  if (!partition.startsWith('task#')) return [];
  const { version, lastStatus } = JSON.parse(String(item.body?.S)) as Kept;
  return [[partition.slice('task#'.length), { version, lastStatus }]];
}

function ofReference(item: Attributes): readonly (readonly [string, Kept])[] {
  return [
    [String(item.taskArn?.S), { version: Number(item.version?.N), lastStatus: String(item.lastStatus?.S) }],
  ];
}
