import { z } from 'zod';
import { parseInput } from '../support/input.ts';
import { AwsError } from '../support/service.ts';
import type { Action, SqsContext } from './context.ts';
import type { Received } from './line.ts';
import { type MessageAttributes, md5, md5OfAttributes, sizeOf } from './message.ts';
import type { Queue } from './queue.ts';
import { queueAt } from './queue-actions.ts';
import type { Sent } from './queues.ts';

const attribute = z.object({
  DataType: z.string().regex(/^(String|Number|Binary)(\..+)?$/, 'Must begin with String, Number or Binary.'),
  StringValue: z.string().min(1).optional(),
  BinaryValue: z.base64().optional(),
});
const attributes = z
  .record(z.string().regex(/^[A-Za-z0-9_.-]{1,256}$/), attribute)
  .refine((all) => Object.keys(all).length <= 10, 'A message has at most 10 attributes.')
  .optional();
const seconds = (most: number) => z.number().int().min(0).max(most);
const sent = {
  MessageBody: z.string().min(1),
  DelaySeconds: seconds(900).optional(),
  MessageAttributes: attributes,
  MessageSystemAttributes: z.object({ AWSTraceHeader: attribute.optional() }).optional(),
};
const url = { QueueUrl: z.string() };
const id = { Id: z.string().max(80) };
const receipt = { ReceiptHandle: z.string().max(1024) };
const visibility = { VisibilityTimeout: seconds(43_200) };

const sendSchema = z.object({ ...url, ...sent });
const batchSchema = z.object({ ...url, Entries: z.array(z.looseObject(id)) });
const receiveSchema = z.object({
  ...url,
  MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
  VisibilityTimeout: seconds(43_200).optional(),
  WaitTimeSeconds: seconds(20).optional(),
  AttributeNames: z.array(z.string()).default([]),
  MessageSystemAttributeNames: z.array(z.string()).default([]),
  MessageAttributeNames: z.array(z.string()).default([]),
});
const deleteSchema = z.object({ ...url, ...receipt });
const visibilitySchema = z.object({ ...url, ...receipt, ...visibility });
const sendEntry = z.object({ ...id, ...sent });
const deleteEntry = z.object({ ...id, ...receipt });
const visibilityEntry = z.object({ ...id, ...receipt, ...visibility });

const batchBytes = 262_144;

export const messageActions: Readonly<Record<string, Action>> = {
  SendMessage(raw, context) {
    const input = parse(sendSchema, raw);
    return send(queueAt(context, input.QueueUrl), input, context);
  },

  SendMessageBatch(raw, context) {
    const { queue, entries } = batch(raw, context);
    const bytes = entries.reduce((sum, { MessageBody: body }) => sum + sizeOf(String(body ?? '')), 0);
    if (bytes > batchBytes) {
      throw new AwsError('BatchRequestTooLong', `The batch has ${bytes} bytes; at most ${batchBytes}.`);
    }
    return each(entries, (entry) => send(queue, parse(sendEntry, entry), context));
  },

  async ReceiveMessage(raw, context) {
    const input = parse(receiveSchema, raw);
    const queue = queueAt(context, input.QueueUrl);
    const received = await context.queues.receive(queue, {
      max: input.MaxNumberOfMessages,
      waitMs: (input.WaitTimeSeconds ?? queue.settings.waitSeconds) * 1000,
      visibilitySeconds: input.VisibilityTimeout,
      holder: context.accessKeyId,
    });
    if (received.length === 0) return {};
    const system = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
    return { Messages: received.map((one) => described(one, system, input.MessageAttributeNames)) };
  },

  DeleteMessage(raw, context) {
    const input = parse(deleteSchema, raw);
    context.queues.remove(queueAt(context, input.QueueUrl), input.ReceiptHandle);
  },

  DeleteMessageBatch(raw, context) {
    const { queue, entries } = batch(raw, context);
    return each(entries, (entry) => {
      context.queues.remove(queue, parse(deleteEntry, entry).ReceiptHandle);
      return {};
    });
  },

  ChangeMessageVisibility(raw, context) {
    const input = parse(visibilitySchema, raw);
    context.queues.hide(queueAt(context, input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout);
  },

  ChangeMessageVisibilityBatch(raw, context) {
    const { queue, entries } = batch(raw, context);
    return each(entries, (entry) => {
      const { ReceiptHandle: handle, VisibilityTimeout: timeout } = parse(visibilityEntry, entry);
      context.queues.hide(queue, handle, timeout);
      return {};
    });
  },
};

function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  return parseInput(schema, input, 'InvalidParameterValue');
}

type SendInput = z.output<typeof sendEntry> | z.output<typeof sendSchema>;

function send(queue: Queue, input: SendInput, context: SqsContext) {
  const attributes = input.MessageAttributes;
  for (const [name, one] of Object.entries(attributes ?? {})) {
    const value = one.DataType.startsWith('Binary') ? one.BinaryValue : one.StringValue;
    if (value === undefined) {
      throw new AwsError('InvalidParameterValue', `The attribute ${name} has no value of its DataType.`);
    }
  }
  const trace = input.MessageSystemAttributes?.AWSTraceHeader;
  const message = context.queues.send(queue, {
    body: input.MessageBody,
    attributes,
    traceHeader: trace?.StringValue,
    delaySeconds: input.DelaySeconds,
    senderId: context.accessKeyId,
  } satisfies Sent);
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5(message.body),
    ...(attributes ? { MD5OfMessageAttributes: md5OfAttributes(attributes) } : {}),
    ...(trace ? { MD5OfMessageSystemAttributes: md5OfAttributes({ AWSTraceHeader: trace }) } : {}),
  };
}

function batch(raw: Record<string, unknown>, context: SqsContext) {
  const input = parse(batchSchema, raw);
  const entries = input.Entries;
  if (entries.length === 0) throw new AwsError('EmptyBatchRequest', 'The batch has no entries.');
  if (entries.length > 10)
    throw new AwsError('TooManyEntriesInBatchRequest', 'A batch has at most 10 entries.');
  for (const entry of entries) {
    if (/^[A-Za-z0-9_-]{1,80}$/.test(entry.Id)) continue;
    throw new AwsError('InvalidBatchEntryId', 'An Id has 1 to 80 letters, digits, - and _.');
  }
  if (new Set(entries.map((entry) => entry.Id)).size < entries.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two entries have the same Id.');
  }
  return { queue: queueAt(context, input.QueueUrl), entries };
}

/** Each entry stands for itself: one that is refused leaves the others alone. */
function each<T extends { readonly Id: string }>(entries: readonly T[], act: (entry: T) => object) {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...act(entry) });
    } catch (thrown) {
      if (!(thrown instanceof AwsError)) throw thrown;
      Failed.push({ Id: entry.Id, Code: thrown.code, Message: thrown.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

function described(received: Received, system: readonly string[], wanted: readonly string[]) {
  const { message, delivery, handle } = received;
  const facts: Record<string, string | undefined> = {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentMs),
    ApproximateReceiveCount: String(delivery.receives),
    ApproximateFirstReceiveTimestamp: String(delivery.firstReceivedMs),
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  const told = Object.entries(facts).filter(
    ([name, value]) => value !== undefined && (system.includes('All') || system.includes(name)),
  );
  const chosen = chosenAttributes(message.attributes ?? {}, wanted);
  return {
    MessageId: message.id,
    ReceiptHandle: handle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(told.length > 0 ? { Attributes: Object.fromEntries(told) } : {}),
    ...(Object.keys(chosen).length > 0
      ? { MessageAttributes: chosen, MD5OfMessageAttributes: md5OfAttributes(chosen) }
      : {}),
  };
}

function chosenAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const matches = (name: string) =>
    wanted.some(
      (one) =>
        one === 'All' ||
        one === '.*' ||
        one === name ||
        (one.endsWith('.*') && name.startsWith(one.slice(0, -2))),
    );
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => matches(name)));
}
