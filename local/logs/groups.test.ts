import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VirtualClock } from '../support/clock.ts';
import { createLogs, type Logs } from './logs.ts';

const logGroupName = '/berth/shop';
const dayMs = 24 * 3600 * 1000;

let directory: string;
let clock: VirtualClock;
let logs: Logs;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'berth-log-groups-'));
  clock = new VirtualClock(Date.parse('2026-11-23T10:00:00Z'));
  logs = createLogs({ directory, clock });
});
afterEach(() => {
  logs.close();
  rmSync(directory, { recursive: true, force: true });
});

const call = (action: string, input: Record<string, unknown> = {}) =>
  logs.service.call(action, { logGroupName, ...input }, {}) as Record<string, unknown>;
const groups = () => (logs.service.call('DescribeLogGroups', {}, {}) as { logGroups: object[] }).logGroups;
const messages = () =>
  (call('FilterLogEvents').events as { readonly message: string }[]).map(({ message }) => message);

test('a group is deleted with its streams, on disk too', () => {
  call('CreateLogGroup');
  call('CreateLogStream', { logStreamName: 'one' });
  call('CreateLogStream', { logStreamName: 'two' });
  call('PutLogEvents', { logStreamName: 'one', logEvents: [{ timestamp: clock.now(), message: 'x' }] });
  call('DeleteLogStream', { logStreamName: 'one' });
  expect(messages()).toEqual([]);
  expect(call('DescribeLogStreams').logStreams).toMatchObject([{ logStreamName: 'two' }]);
  call('DeleteLogGroup');
  expect(groups()).toEqual([]);
  logs = createLogs({ directory, clock });
  expect(groups()).toEqual([]);
  for (const [action, input] of [
    ['DeleteLogGroup', {}],
    ['DeleteLogStream', { logStreamName: 'one' }],
    ['PutRetentionPolicy', { retentionInDays: 1 }],
  ] as const)
    expect(() => call(action, input)).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }));
});

test('events that outlive the retention are not shown; it outlives a restart', async () => {
  call('CreateLogGroup');
  call('CreateLogStream', { logStreamName: 'one' });
  const put = (message: string) =>
    call('PutLogEvents', { logStreamName: 'one', logEvents: [{ timestamp: clock.now(), message }] });
  put('old');
  await clock.advance(2 * dayMs);
  put('new');
  expect(() => call('PutRetentionPolicy', { retentionInDays: 2 })).toThrow(
    expect.objectContaining({ name: 'InvalidParameterException' }),
  );
  call('PutRetentionPolicy', { retentionInDays: 1 });
  logs = createLogs({ directory, clock });
  expect(groups()).toMatchObject([{ logGroupName, retentionInDays: 1 }]);
  expect(messages()).toEqual(['new']);
  expect(call('GetLogEvents', { logStreamName: 'one' }).events).toMatchObject([{ message: 'new' }]);
  call('DeleteRetentionPolicy');
  expect(messages()).toEqual(['old', 'new']);
});

test('a group bears tags, by its name and by its ARN', () => {
  call('CreateLogGroup', { tags: { team: 'shop' } });
  const resourceArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`;
  const byArn = (action: string, input: object = {}) =>
    logs.service.call(action, { resourceArn, ...input }, {}) as { readonly tags: object };
  byArn('TagResource', { tags: { tier: '1' } });
  expect(byArn('ListTagsForResource').tags).toEqual({ team: 'shop', tier: '1' });
  byArn('UntagResource', { tagKeys: ['team'] });
  call('TagLogGroup', { tags: { old: 'yes' } });
  expect(call('ListTagsLogGroup').tags).toEqual({ tier: '1', old: 'yes' });
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, '']));
  expect(() => call('TagLogGroup', { tags: many })).toThrow(
    expect.objectContaining({ name: 'TooManyTagsException' }),
  );
});
