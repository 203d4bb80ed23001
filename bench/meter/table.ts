import { fileURLToPath } from 'node:url';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { localClient } from '../../test/support/dynamodb-client.ts';
import { openChild } from '../child.ts';
import type { Row } from './tally.ts';
import type { Keys, Stored } from './units.ts';

export type TableOrder = 'where' | 'take';
export type TableAnswer = { readonly url: string } | Taken;

/** What arrived since the last time. */
export interface Taken {
  readonly rows: readonly Row[];
  readonly grown: Stored;
  /** The messages that were sent to queues. */
  readonly sent: readonly string[];
}

/** DynamoDB tables in a process of their own, whose door counts; what is sent to SQS there is kept. */
export interface Tables {
  readonly url: string;
  /** Its requests are counted like anybody's, under the access key `local`. */
  readonly client: DynamoDBClient;
  take(): Promise<Taken>;
  close(): void;
}

export interface TableOfBench {
  readonly keys: Keys;
  readonly definition: CreateTableCommandInput;
}

const program = fileURLToPath(new URL('./table-process.ts', import.meta.url));

export async function openTables(tables: Readonly<Record<string, TableOfBench>>): Promise<Tables> {
  const keys = Object.fromEntries(Object.entries(tables).map(([name, one]) => [name, one.keys]));
  const child = openChild<TableOrder, TableAnswer>(program, { args: [JSON.stringify(keys)] });
  const where = await child.ask('where');
  if (!('url' in where)) throw new Error('the tables did not tell where they are');
  const client = localClient(where.url);
  const close = () => {
    client.destroy();
    child.close();
  };
  try {
    for (const { definition } of Object.values(tables)) await client.send(new CreateTableCommand(definition));
  } catch (error) {
    close();
    throw error;
  }
  return {
    url: where.url,
    client,
    async take() {
      const answer = await child.ask('take');
      if (!('rows' in answer)) throw new Error('the tables did not tell what arrived');
      return answer;
    },
    close,
  };
}
