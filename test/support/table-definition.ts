import type {
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { tableSchema } from '../../core/kernel/table.ts';

interface Keys {
  readonly hash: { readonly name: string; readonly type: 'S' | 'N' };
  readonly range: { readonly name: string; readonly type: 'S' | 'N' };
}

const indexes = Object.entries(tableSchema.indexes);

/** What CreateTable takes to make the one table, as `core/kernel/table.ts` declares it; paid by request. */
export function tableDefinition(name: string): CreateTableCommandInput {
  const parts = [tableSchema, ...indexes.map(([, index]) => index)].flatMap(({ hash, range }) => [
    hash,
    range,
  ]);
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: keySchema(tableSchema),
    AttributeDefinitions: parts.map((part) => ({ AttributeName: part.name, AttributeType: part.type })),
    GlobalSecondaryIndexes: indexes.map(
      ([IndexName, index]): GlobalSecondaryIndex => ({
        IndexName,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: index.projection },
      }),
    ),
  };
}

const keySchema = ({ hash, range }: Keys): KeySchemaElement[] => [
  { AttributeName: hash.name, KeyType: 'HASH' },
  { AttributeName: range.name, KeyType: 'RANGE' },
];
