import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

/** An event of ECS at the moment it was on the bus. */
export interface LoggedEvent {
  readonly atMs: number;
  readonly detailType: string;
  /** The ECS service it is about, for example `service:shop-web`; undefined when it is about none. */
  readonly subject: string | undefined;
}

/** A queue of our own, behind a rule of our own, that gets every event of ECS. */
export interface EventLog {
  /** What came since the last call, oldest first. */
  collect(): Promise<LoggedEvent[]>;
  close(): void;
}

const name = 'bench-events';
const pageSize = 10;
const mostPages = 1_000;

export async function openEventLog(endpoint: string): Promise<EventLog> {
  const config = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  };
  const sqs = new SQSClient(config);
  const events = new EventBridgeClient(config);
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await events.send(
    new PutRuleCommand({ Name: name, EventPattern: JSON.stringify({ source: ['aws.ecs'] }) }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: name, Targets: [{ Id: name, Arn: Attributes?.QueueArn }] }),
  );
  return {
    collect: () => drain(sqs, QueueUrl),
    close() {
      sqs.destroy();
      events.destroy();
    },
  };
}

async function drain(sqs: SQSClient, QueueUrl: string): Promise<LoggedEvent[]> {
  const found: LoggedEvent[] = [];
  for (let page = 0; page < mostPages; page++) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: pageSize,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    if (Messages.length === 0) break;
    found.push(...Messages.map(loggedEvent));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}

function loggedEvent({ Body = '{}', Attributes }: Message): LoggedEvent {
  const event = JSON.parse(Body) as {
    'detail-type'?: string;
    resources?: string[];
    detail?: { group?: string };
  };
  const service = event.resources
    ?.find((arn) => arn.includes(':service/'))
    ?.split('/')
    .at(-1);
  return {
    // The rule puts an event into the queue in the same turn in which ECS puts it on the bus.
    atMs: Number(Attributes?.SentTimestamp),
    detailType: event['detail-type'] ?? '',
    subject: event.detail?.group ?? (service && `service:${service}`),
  };
}
