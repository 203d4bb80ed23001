import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { fieldsOf } from './marshal.ts';
import { referenceTable } from './table.ts';

/**
 * What Berth's event function is compared with. It does as the sample in AWS's developer guide does ("Handling
 * Amazon ECS events"): get the task's item, compare `detail.version`, put the whole detail if it is newer. The sample
 * takes one event at a time; here the events of a batch go beside each other, those of one task in order, which is
 * as fast as this can safely be. What the sample prints of each event is left out.
 */
interface TaskEvent {
  readonly version: string;
  readonly detail: { readonly taskArn: string; readonly version: number };
}

const client = new DynamoDBClient({});

export async function handler(batch: { readonly Records: readonly { readonly body: string }[] }) {
  const events = batch.Records.map(({ body }) => JSON.parse(body) as TaskEvent);
  const byTask = Map.groupBy(events, ({ detail }) => detail.taskArn);
  await Promise.all([...byTask.values()].map(inOrder));
  return { batchItemFailures: [] };
}

async function inOrder(events: readonly TaskEvent[]): Promise<void> {
  for (const event of events) await save(event);
}

async function save({ version, detail }: TaskEvent): Promise<void> {
  const Key = { taskArn: { S: detail.taskArn } };
  const { Item } = await client.send(new GetItemCommand({ TableName: referenceTable, Key }));
  if (Item && Number(Item.version?.N) >= detail.version) return;
  const record = { cw_version: version, ...detail };
  await client.send(new PutItemCommand({ TableName: referenceTable, Item: fieldsOf(record) }));
}
