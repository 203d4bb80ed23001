import type { ECSClient } from '@aws-sdk/client-ecs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { AwsError } from '../../../local/support/service.ts';
import { awsError, type Process } from './process.ts';

type Json = Readonly<Record<string, unknown>>;

interface Command {
  readonly input: Json;
}

const actionOf = (command: object) => command.constructor.name.replace(/Command$/, '');

/** What a client has to have of the SDK's; the adapters use nothing else. */
export const clientBy = <Client>(send: (action: string, input: Json) => Promise<unknown>): Client =>
  ({ send: (command: Command) => send(actionOf(command), command.input) }) as Client;

/**
 * An ECS client whose calls are answered in this process, in the shapes of the SDK; each is told of as it
 * begins and when its answer is there.
 */
export const ecsClient = (
  process: Process,
  told: {
    called(action: string, input: Json): void;
    answered(action: string, input: Json, answer: Json): void;
  },
  call: (action: string, input: Json) => Json,
): ECSClient =>
  clientBy(async (action, given) => {
    const input = toWire(given) as Json;
    told.called(action, input);
    const answer = await process.call(action, true, () => {
      try {
        return withDates(call(action, input)) as Json;
      } catch (error) {
        throw error instanceof AwsError ? awsError(error.code, error.message, error.status) : error;
      }
    });
    told.answered(action, input, answer);
    return answer;
  });

/** Dates travel as epoch seconds; whatever ends in `At` is one. What is undefined does not travel. */
function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const member = (value as Json)[name];
    if (typeof member === 'number' && name.endsWith('At')) copy[name] = new Date(member * 1000);
    else if (name === 'events') copy[name] = (member as object[]).map(messageWithDates);
    else if (member !== undefined) copy[name] = withDates(member);
  }
  return copy;
}

/** A service keeps its last hundred messages, which never change. */
function messageWithDates(message: object): unknown {
  const known = messages.get(message);
  if (known !== undefined) return known;
  const dated = withDates(message);
  messages.set(message, dated);
  return dated;
}

const messages = new WeakMap<object, unknown>();

function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = toWire((value as Json)[name]);
  return copy;
}

/** The last lines of any task. */
export const lastLinesIn = (process: Process) => async () =>
  process.call('GetLogEvents', false, () => ['last words']);

/** Where what is sent to a queue goes. */
export interface Queues {
  wake(body: string, delayMs: number): void;
  work(body: string, delayMs: number): void;
  deadLetter(body: string, cause: string | undefined): void;
}

export const wakeQueue = 'wake';
export const workQueue = 'work';
export const deadLetterQueue = 'dead-letters';

interface Sent {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: { readonly cause?: { readonly StringValue?: string } };
}

export const sqsClient = (process: Process, queues: Queues): SQSClient =>
  clientBy((action, input) =>
    process.call(`${action} to ${String(input.QueueUrl)}`, false, () => {
      const { QueueUrl, MessageBody, DelaySeconds = 0, MessageAttributes } = input as unknown as Sent;
      if (QueueUrl === wakeQueue) queues.wake(MessageBody, DelaySeconds * 1000);
      else if (QueueUrl === workQueue) queues.work(MessageBody, DelaySeconds * 1000);
      else queues.deadLetter(MessageBody, MessageAttributes?.cause?.StringValue);
      return {};
    }),
  );
