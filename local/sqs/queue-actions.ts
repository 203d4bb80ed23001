import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { parseInput } from '../support/input.ts';
import { AwsError } from '../support/service.ts';
import type { Action, SqsContext } from './context.ts';
import { attributesOf, defaultSettings, type Queue, type QueueSettings, withAttributes } from './queue.ts';

const strings = z.record(z.string(), z.string()).optional();
const url = { QueueUrl: z.string() };
const name = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,80}$/, 'Can only include letters, digits, - and _, at most 80.');

const createSchema = z.object({ QueueName: name, Attributes: strings, tags: strings });
const getUrlSchema = z.object({ QueueName: name });
const urlSchema = z.object(url);
const listSchema = z.object({
  QueueNamePrefix: z.string().optional(),
  MaxResults: z.number().int().min(1).max(1000).optional(),
  NextToken: z.string().optional(),
});
const getAttributesSchema = z.object({ ...url, AttributeNames: z.array(z.string()).optional() });
const setAttributesSchema = z.object({ ...url, Attributes: z.record(z.string(), z.string()) });
const tagSchema = z.object({ ...url, Tags: z.record(z.string(), z.string()) });
const untagSchema = z.object({ ...url, TagKeys: z.array(z.string()) });
const moveSchema = z.object({ SourceArn: z.string(), DestinationArn: z.string().optional() });

/** The queue that a URL names; only its last part counts, so that a changed port changes nothing. */
export function queueAt(context: SqsContext, queueUrl: string): Queue {
  const queue = context.queues.get(queueUrl.slice(queueUrl.lastIndexOf('/') + 1));
  if (queue) return queue;
  throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

function parse<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  return parseInput(schema, input, 'InvalidParameterValue');
}

export const queueActions: Readonly<Record<string, Action>> = {
  CreateQueue(raw, context) {
    const input = parse(createSchema, raw);
    const known = context.queues.get(input.QueueName);
    const settings = withAttributes(known?.settings ?? defaultSettings, input.Attributes ?? {});
    checkDeadLetters(input.QueueName, settings, context);
    if (known && !isDeepStrictEqual(settings, known.settings)) {
      throw new AwsError('QueueNameExists', 'A queue with this name exists with different attributes.');
    }
    if (!known) context.queues.put(input.QueueName, settings, input.tags ?? {});
    return { QueueUrl: context.urlOf(input.QueueName) };
  },

  GetQueueUrl(raw, context) {
    const queue = queueAt(context, parse(getUrlSchema, raw).QueueName);
    return { QueueUrl: context.urlOf(queue.name) };
  },

  DeleteQueue(raw, context) {
    context.queues.delete(queueAt(context, parse(urlSchema, raw).QueueUrl));
  },

  ListQueues(raw, context) {
    const input = parse(listSchema, raw);
    const after = Buffer.from(input.NextToken ?? '', 'base64url').toString();
    const names = context.queues
      .all()
      .map((queue) => queue.name)
      .filter((one) => one.startsWith(input.QueueNamePrefix ?? '') && one > after)
      .sort();
    const page = names.slice(0, input.MaxResults ?? 1000);
    const more =
      names.length > page.length ? { NextToken: Buffer.from(page.at(-1)!).toString('base64url') } : {};
    return { QueueUrls: page.map(context.urlOf), ...more };
  },

  GetQueueAttributes(raw, context) {
    const input = parse(getAttributesSchema, raw);
    const attributes = describe(queueAt(context, input.QueueUrl), context);
    const wanted = input.AttributeNames ?? [];
    const all = wanted.includes('All');
    return {
      Attributes: Object.fromEntries(
        Object.entries(attributes).filter(([attribute]) => all || wanted.includes(attribute)),
      ),
    };
  },

  SetQueueAttributes(raw, context) {
    const input = parse(setAttributesSchema, raw);
    const queue = queueAt(context, input.QueueUrl);
    const settings = withAttributes(queue.settings, input.Attributes);
    if (settings.redrive !== queue.settings.redrive) checkDeadLetters(queue.name, settings, context);
    context.queues.put(queue.name, settings, queue.tags);
  },

  PurgeQueue(raw, context) {
    context.queues.purge(queueAt(context, parse(urlSchema, raw).QueueUrl));
  },

  TagQueue(raw, context) {
    const input = parse(tagSchema, raw);
    const queue = queueAt(context, input.QueueUrl);
    const tags = { ...queue.tags, ...input.Tags };
    if (Object.keys(tags).length > 50)
      throw new AwsError('InvalidParameterValue', 'A queue has at most 50 tags.');
    context.queues.put(queue.name, queue.settings, tags);
  },

  UntagQueue(raw, context) {
    const input = parse(untagSchema, raw);
    const queue = queueAt(context, input.QueueUrl);
    const tags = Object.entries(queue.tags).filter(([key]) => !input.TagKeys.includes(key));
    context.queues.put(queue.name, queue.settings, Object.fromEntries(tags));
  },

  ListQueueTags(raw, context) {
    return { Tags: queueAt(context, parse(urlSchema, raw).QueueUrl).tags };
  },

  ListDeadLetterSourceQueues(raw, context) {
    const arn = context.queues.arnOf(queueAt(context, parse(urlSchema, raw).QueueUrl).name);
    const sources = context.queues.all().filter((one) => one.settings.redrive?.deadLetterTargetArn === arn);
    return { queueUrls: sources.map((one) => context.urlOf(one.name)) };
  },

  /** The whole move happens within the call: there is nothing to list or cancel afterwards. */
  StartMessageMoveTask(raw, context) {
    const input = parse(moveSchema, raw);
    const source = existing(input.SourceArn, context);
    const destination =
      input.DestinationArn === undefined ? undefined : existing(input.DestinationArn, context);
    const moved = context.queues.redrive(source, destination);
    return { TaskHandle: Buffer.from(JSON.stringify({ source: source.name, moved })).toString('base64') };
  },
};

/** Messages that have nowhere to go would otherwise be received for ever. */
function checkDeadLetters(name: string, { redrive }: QueueSettings, context: SqsContext): void {
  if (!redrive) return;
  const deadLetters = context.queues.byArn(redrive.deadLetterTargetArn);
  if (deadLetters && deadLetters.name !== name) return;
  const reason = deadLetters
    ? 'A queue cannot be its own dead-letter queue.'
    : 'Dead letter target does not exist.';
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${JSON.stringify(redrive)} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
  );
}

function existing(arn: string, context: SqsContext): Queue {
  const queue = context.queues.byArn(arn);
  if (queue) return queue;
  throw new AwsError('ResourceNotFoundException', `There is no queue ${arn}.`, 404);
}

function describe(queue: Queue, context: SqsContext): Record<string, string> {
  const counts = context.queues.counts(queue);
  return {
    ...attributesOf(queue.settings),
    QueueArn: context.queues.arnOf(queue.name),
    CreatedTimestamp: String(Math.floor(queue.createdMs / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedMs / 1000)),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
  };
}
