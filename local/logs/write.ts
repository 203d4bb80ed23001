import { AwsError } from '../support/service.ts';
import type { LogsContext } from './context.ts';
import { alreadyExists, invalidParameter, notFound } from './errors.ts';
import type { Inputs } from './input.ts';
import { MAX_GROUPS } from './store.ts';

const MINUTE_MS = 60_000;
const TOO_OLD_MS = 14 * 24 * 60 * MINUTE_MS;
const TOO_NEW_MS = 120 * MINUTE_MS;
const MAX_PUT_BYTES = 1024 * 1024;

export function createLogGroup({ store }: LogsContext, { logGroupName, tags }: Inputs['CreateLogGroup']) {
  if (store.group(logGroupName)) throw alreadyExists('group');
  if (store.groups().length >= MAX_GROUPS)
    throw new AwsError('LimitExceededException', `Local AWS keeps at most ${MAX_GROUPS} log groups.`);
  const group = store.openGroup(logGroupName);
  if (tags) store.setSettings(group, { tags });
  return {};
}

export function createLogStream(
  { store }: LogsContext,
  { logGroupName, logStreamName }: Inputs['CreateLogStream'],
) {
  const group = store.group(logGroupName);
  if (!group) throw notFound('group');
  if (group.streams.has(logStreamName)) throw alreadyExists('stream');
  store.openStream(logGroupName, logStreamName);
  return {};
}

export function putLogEvents({ store, clock }: LogsContext, input: Inputs['PutLogEvents']) {
  const group = store.group(input.logGroupName);
  if (!group) throw notFound('group');
  const stream = group.streams.get(input.logStreamName);
  if (!stream) throw notFound('stream');
  const { logEvents } = input;
  if (logEvents.some((event, index) => event.timestamp < (logEvents[index - 1]?.timestamp ?? 0)))
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  const bytes = logEvents.reduce((sum, event) => sum + Buffer.byteLength(event.message) + 26, 0);
  if (bytes > MAX_PUT_BYTES)
    throw invalidParameter(`logEvents: ${bytes} bytes in one request, at most ${MAX_PUT_BYTES} are taken.`);
  const now = clock.now();
  const firstKept = logEvents.filter((event) => event.timestamp < now - TOO_OLD_MS).length;
  const firstTooNew = logEvents.filter((event) => event.timestamp <= now + TOO_NEW_MS).length;
  store.append(group.name, stream.name, logEvents.slice(firstKept, firstTooNew));
  const rejectedLogEventsInfo = {
    ...(firstKept > 0 && { tooOldLogEventEndIndex: firstKept }),
    ...(firstTooNew < logEvents.length && { tooNewLogEventStartIndex: firstTooNew }),
  };
  return {
    // Nobody needs it any more, yet older clients go on asking for it.
    nextSequenceToken: String(now).padStart(56, '4'),
    ...(Object.keys(rejectedLogEventsInfo).length > 0 && { rejectedLogEventsInfo }),
  };
}
