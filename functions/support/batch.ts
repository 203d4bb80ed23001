import type { SQSClient } from '@aws-sdk/client-sqs';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { Poison } from '../../core/intake/classify.ts';
import type { Log } from '../../core/kernel/ports.ts';

/** The part of an SQS event's record that is used. */
export interface QueueRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount?: string };
}

export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface BatchDependencies {
  readonly sqs: SQSClient;
  readonly deadLetterQueue: string | undefined;
  readonly log: Log;
}

/** After this many receives a record is set aside with its cause, before the queue would do so without one. */
const maxReceives = 4;

/**
 * Handles each record of a batch by itself, so that one that fails costs the others nothing. A record that can
 * never succeed, or has failed too often, is put into the dead-letter queue with its cause.
 */
export async function eachRecord(
  event: QueueEvent,
  handle: (body: string) => Promise<void>,
  deps: BatchDependencies,
): Promise<BatchAnswer> {
  const failures = await Promise.all(
    event.Records.map(async (record) => {
      try {
        await handle(record.body);
        return [];
      } catch (error) {
        return (await setAside(record, error, deps)) ? [] : [{ itemIdentifier: record.messageId }];
      }
    }),
  );
  return { batchItemFailures: failures.flat() };
}

async function setAside(record: QueueRecord, error: unknown, deps: BatchDependencies): Promise<boolean> {
  const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const receives = Number(record.attributes.ApproximateReceiveCount ?? '1');
  deps.log.error('a record could not be handled', { messageId: record.messageId, receives, cause });
  if (!(error instanceof Poison) && receives < maxReceives) return false;
  try {
    await sendToDeadLetters(record, cause, deps);
    return true;
  } catch (failure) {
    deps.log.error('a record could not be set aside', {
      messageId: record.messageId,
      failure: String(failure),
    });
    return false;
  }
}

async function sendToDeadLetters(
  record: QueueRecord,
  cause: string,
  { sqs, deadLetterQueue }: BatchDependencies,
) {
  const text = (value: string) => ({ DataType: 'String', StringValue: value });
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetterQueue,
      MessageBody: record.body,
      MessageAttributes: { cause: text(cause.slice(0, 1000)), messageId: text(record.messageId) },
    }),
  );
}
