import type { Answer } from '../support/wire.ts';

interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

/** A table's keys as the topology has them. */
export interface TableSchema {
  readonly hash: KeyAttribute;
  readonly range: KeyAttribute;
  readonly indexes: Readonly<
    Record<
      string,
      { readonly hash: KeyAttribute; readonly range: KeyAttribute; readonly projection: 'KEYS_ONLY' | 'ALL' }
    >
  >;
}

type Call = (action: string, input: object) => Promise<Answer>;

/** Makes the table unless it is there, and waits until it can be used. */
export async function createTable(call: Call, name: string, schema: TableSchema): Promise<void> {
  const answer = await call('CreateTable', tableInput(name, schema));
  const exists = String(answer.body).includes('ResourceInUseException');
  if (answer.status !== 200 && !exists)
    throw new Error(`the table ${name} could not be made: ${answer.body}`);
  for (;;) {
    const { body } = await call('DescribeTable', { TableName: name });
    const status = (JSON.parse(String(body)) as { readonly Table?: { readonly TableStatus: string } }).Table
      ?.TableStatus;
    if (status === 'ACTIVE') return;
    // A table that is being deleted has to go before it can be made again.
    if (status === undefined) return createTable(call, name, schema);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function tableInput(name: string, { hash, range, indexes }: TableSchema): object {
  const keys = [hash, range, ...Object.values(indexes).flatMap((index) => [index.hash, index.range])];
  const types = new Map(keys.map((key) => [key.name, key.type]));
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(hash, range),
    GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, index]) => ({
      IndexName,
      KeySchema: keySchema(index.hash, index.range),
      Projection: { ProjectionType: index.projection },
    })),
  };
}

function keySchema(hash: KeyAttribute, range: KeyAttribute) {
  return [
    { AttributeName: hash.name, KeyType: 'HASH' },
    { AttributeName: range.name, KeyType: 'RANGE' },
  ];
}
