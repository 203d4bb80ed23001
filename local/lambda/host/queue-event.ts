import type { QueuedAttribute, QueuedMessage } from './local-client.ts';
import type { Outcome } from './outcome.ts';

/** The event that Lambda makes of a batch of SQS messages. */
export function batchEvent(messages: readonly QueuedMessage[], queueArn: string, region: string): object {
  return { Records: messages.map((message) => record(message, queueArn, region)) };
}

function record(message: QueuedMessage, queueArn: string, region: string): object {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, attribute(value)]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

function attribute(value: QueuedAttribute): object {
  return {
    ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
    ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: value.DataType,
  };
}

/**
 * Which messages of a batch count as failed, by the rules of ReportBatchItemFailures: an error fails all; no
 * answer, or one without failures, fails none; an answer that cannot be understood, or that names a message
 * which is not in the batch, fails all.
 */
export function failedIds(outcome: Outcome, messages: readonly QueuedMessage[]): ReadonlySet<string> {
  const all = new Set(messages.map((message) => message.MessageId));
  if (outcome.state !== 'succeeded') return all;
  const answer: unknown = JSON.parse(outcome.payload);
  if (!isObject(answer)) return new Set();
  const failures = answer.batchItemFailures;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return all;
  const failed = new Set<string>();
  for (const failure of failures as readonly unknown[]) {
    const id = isObject(failure) ? failure.itemIdentifier : undefined;
    if (typeof id !== 'string' || !all.has(id)) return all;
    failed.add(id);
  }
  return failed;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
