import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseInput } from '../support/input.ts';
import { AwsError } from '../support/service.ts';
import { isoSeconds } from '../support/timestamp.ts';
import { busNamed } from './bus-actions.ts';
import type { EventsContext } from './context.ts';
import type { ServiceEvent } from './model.ts';

const entrySchema = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Time: z.number().optional(),
  Resources: z.array(z.string()).optional(),
  EventBusName: z.string().optional(),
});
const schema = z.object({ Entries: z.array(entrySchema).min(1).max(10) });

type Entry = z.output<typeof entrySchema>;

const maximumBytes = 262_144;

/** Puts up to ten events on their buses; each entry is accepted or refused by itself. */
export function putEvents(raw: Record<string, unknown>, context: EventsContext): unknown {
  const { Entries } = parseInput(schema, raw, 'ValidationException');
  if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) > maximumBytes) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
  const answers = Entries.map((entry) => put(entry, context));
  return { FailedEntryCount: answers.filter((one) => 'ErrorCode' in one).length, Entries: answers };
}

function put(entry: Entry, context: EventsContext) {
  try {
    const event = eventOf(entry, context);
    context.buses.publish(event, busNamed(entry.EventBusName, context));
    return { EventId: event.id };
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    return { ErrorCode: thrown.code, ErrorMessage: thrown.message };
  }
}

function eventOf(entry: Entry, context: EventsContext): ServiceEvent {
  const source = required(entry.Source, 'Source');
  const detailType = required(entry.DetailType, 'DetailType');
  const detail = parsedDetail(required(entry.Detail, 'Detail'));
  // Only AWS itself speaks for `aws.*`: otherwise any function could forge the end of a task.
  if (source.startsWith('aws.')) {
    throw new AwsError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  const atMs = entry.Time === undefined ? context.clock.now() : entry.Time * 1000;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: context.account,
    time: timeOf(atMs),
    region: context.region,
    resources: entry.Resources ?? [],
    detail,
  };
}

function required(value: string | undefined, name: string): string {
  if (value !== undefined && value !== '') return value;
  throw new AwsError(
    'InvalidArgument',
    `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
  );
}

function parsedDetail(text: string): ServiceEvent['detail'] {
  const malformed = new AwsError('MalformedDetail', 'Detail is malformed: it must be a JSON object.');
  let detail: unknown;
  try {
    detail = JSON.parse(text);
  } catch {
    throw malformed;
  }
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) throw malformed;
  return detail as ServiceEvent['detail'];
}

function timeOf(atMs: number): string {
  if (Number.isNaN(new Date(atMs).getTime()))
    throw new AwsError('InvalidArgument', 'Parameter Time is not a time.');
  return isoSeconds(atMs);
}

function sizeOf(entry: Entry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), entry.Time === undefined ? 0 : 14);
}
