import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  InvalidParameterException,
  PutLogEventsCommand,
  paginateFilterLogEvents,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsError } from '../support/service.ts';
import { createLogs, type Logs } from './logs.ts';

const target = { group: '/berth/shop', stream: 'web/web/1f', source: 'run-1' };
const logGroupName = target.group;
const logStreamName = target.stream;

let directory: string;
let raw: string;
let logs: Logs;
let server: Server;
let client: CloudWatchLogsClient;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'berth-logs-'));
  raw = join(directory, 'raw');
  writeFileSync(raw, '');
  logs = createLogs({ directory: join(directory, 'logs') });
  server = await serve();
  client = new CloudWatchLogsClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});

afterEach(() => {
  logs.close();
  client.destroy();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** AWS JSON 1.1 as the endpoint speaks it, with nothing but this service behind it. */
async function serve(): Promise<Server> {
  const listening = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [prefix, action = ''] = String(request.headers['x-amz-target']).split('.');
    expect(prefix).toBe(logs.service.targetPrefix);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    try {
      response.end(
        JSON.stringify(await logs.service.call(action, JSON.parse(String(Buffer.concat(chunks))), {})),
      );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      response.statusCode = error.status;
      response.end(JSON.stringify({ __type: error.code, message: error.message, ...error.fields }));
    }
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return listening;
}

async function messages(input: Partial<FilterLogEventsCommand['input']> = {}): Promise<string[]> {
  const { events = [] } = await client.send(new FilterLogEventsCommand({ logGroupName, ...input }));
  return events.map((event) => event.message ?? '');
}

async function put(stream: string, lines: [timestamp: number, message: string][]): Promise<void> {
  await client
    .send(new CreateLogStreamCommand({ logGroupName, logStreamName: stream }))
    .catch(() => undefined);
  const logEvents = lines.map(([timestamp, message]) => ({ timestamp, message }));
  await client.send(new PutLogEventsCommand({ logGroupName, logStreamName: stream, logEvents }));
}

describe('a followed file', () => {
  test('is read as far as it is written, whole lines only', async () => {
    logs.sink.follow(target, raw);
    expect(await messages()).toEqual([]);
    appendFileSync(raw, 'one\r\n\ntwo\nthr');
    expect(await messages()).toEqual(['one', 'two']);
    appendFileSync(raw, 'ee\n');
    expect(await messages()).toEqual(['one', 'two', 'three']);
  });

  test('gives its unfinished last line when the container has ended', async () => {
    const following = logs.sink.follow(target, raw);
    appendFileSync(raw, 'last words');
    following.finish();
    expect(await messages()).toEqual(['last words']);
  });

  test('goes on where it was after a restart, with no line lost or doubled', async () => {
    logs.sink.follow(target, raw);
    appendFileSync(raw, 'one\ntwo\nthr');
    await messages();
    logs.close();
    appendFileSync(raw, 'ee\nfour\n');
    logs = createLogs({ directory: join(directory, 'logs') });
    logs.sink.follow(target, raw);
    expect(await messages()).toEqual(['one', 'two', 'three', 'four']);
  });

  test('forgets an event that a kill cut in two and reads its line again', async () => {
    logs.sink.follow(target, raw);
    appendFileSync(raw, 'one\ntwo\n');
    await messages();
    logs.close();
    const segment = readdirSync(join(directory, 'logs'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(directory, 'logs', name))
      .find((name) => name.endsWith('.jsonl'))!;
    appendFileSync(segment, '{"n":2,"t":17');
    appendFileSync(raw, 'three\n');
    logs = createLogs({ directory: join(directory, 'logs') });
    logs.sink.follow(target, raw);
    expect(await messages()).toEqual(['one', 'two', 'three']);
  });

  test('is read from its start by another run of the same container', async () => {
    logs.sink.follow(target, raw).finish();
    appendFileSync(raw, 'first run, a long line\n');
    logs.sink.follow(target, raw).finish();
    writeFileSync(raw, 'second run\n');
    logs.sink.follow({ ...target, source: 'run-2' }, raw).finish();
    expect(await messages()).toEqual(['first run, a long line', 'second run']);
  });

  test('may hold lines of any length and bytes that are no text', async () => {
    const following = logs.sink.follow(target, raw);
    appendFileSync(raw, 'ä'.repeat(400_000));
    appendFileSync(raw, Buffer.from([0x0a, 0xff, 0xfe, 0x0a]));
    following.finish();
    const kept: string[] = [];
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName }))
      kept.push(...(page.events ?? []).map((event) => event.message ?? ''));
    expect(kept.slice(0, -1).join('')).toBe('ä'.repeat(400_000));
    expect(Math.max(...kept.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(256 * 1024);
    expect(kept.at(-1)).toBe('\uFFFD\uFFFD');
  });

  test('keeps its newest 8 MiB and says how many lines are gone', async () => {
    const following = logs.sink.follow(target, raw);
    for (let part = 0; part < 10; part++) appendFileSync(raw, `${part} ${'x'.repeat(1000)}\n`.repeat(1200));
    following.finish();
    const kept: string[] = [];
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName }))
      kept.push(...(page.events ?? []).map((event) => event.message ?? ''));
    const dropped = Number(/^\((\d+) older lines were dropped/.exec(kept[0] ?? '')?.[1]);
    expect(dropped + kept.length - 1).toBe(12_000);
    expect(kept.at(-1)?.slice(0, 2)).toBe('9 ');
  });
});

describe('CloudWatch Logs', () => {
  test('filters by stream, prefix, time and text, interleaved by time', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    const now = Date.now() - 1000;
    await put('web/a', [
      [now, 'GET / 200'],
      [now + 20, 'GET /cart 500 oh no'],
    ]);
    await put('worker/b', [[now + 10, 'order 7 "done"']]);
    expect(await messages()).toEqual(['GET / 200', 'order 7 "done"', 'GET /cart 500 oh no']);
    expect(await messages({ logStreamNames: ['web/a'] })).toHaveLength(2);
    expect(await messages({ logStreamNamePrefix: 'worker/' })).toEqual(['order 7 "done"']);
    expect(await messages({ startTime: now + 10, endTime: now + 10 })).toEqual(['order 7 "done"']);
    expect(await messages({ filterPattern: 'GET 500' })).toEqual(['GET /cart 500 oh no']);
    expect(await messages({ filterPattern: 'GET -500' })).toEqual(['GET / 200']);
    expect(await messages({ filterPattern: '?order ?"oh no"' })).toHaveLength(2);
  });

  test('pages through everything once, also what comes meanwhile', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    const start = Date.now() - 100_000;
    for (const stream of ['a', 'b', 'c'])
      await put(
        stream,
        Array.from({ length: 50 }, (_, index) => [start + index, `${stream}${index}`]),
      );
    const seen: string[] = [];
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName, limit: 7 }))
      seen.push(...(page.events ?? []).map((event) => event.message ?? ''));
    expect(seen).toHaveLength(150);
    expect(new Set(seen).size).toBe(150);
  });

  test('reads one stream from either end, with tokens that hold', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    const now = Date.now() - 1000;
    await put('s', [
      [now, '1'],
      [now, '2'],
      [now, '3'],
    ]);
    const get = async (input: object) => {
      const answer = await client.send(
        new GetLogEventsCommand({ logGroupName, logStreamName: 's', ...input }),
      );
      return { ...answer, text: answer.events?.map((event) => event.message).join('') };
    };
    const tail = await get({ limit: 2 });
    expect(tail.text).toBe('23');
    expect((await get({ limit: 2, nextToken: tail.nextBackwardToken })).text).toBe('1');
    const head = await get({ limit: 2, startFromHead: true });
    expect(head.text).toBe('12');
    const rest = await get({ nextToken: head.nextForwardToken });
    expect(rest.text).toBe('3');
    const end = await get({ nextToken: rest.nextForwardToken });
    expect([end.text, end.nextForwardToken]).toEqual(['', rest.nextForwardToken]);
    await put('s', [[now + 5, '4']]);
    expect((await get({ nextToken: end.nextForwardToken })).text).toBe('4');
  });

  test('lists groups and streams', async () => {
    logs.sink.follow(target, raw);
    appendFileSync(raw, 'one\n');
    await messages();
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/berth' }));
    expect(logGroups?.map((group) => group.arn)).toEqual([
      'arn:aws:logs:us-east-1:000000000000:log-group:/berth/shop:*',
    ]);
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', descending: true }),
    );
    expect(logStreams?.map((stream) => stream.logStreamName)).toEqual([logStreamName]);
    expect(logStreams?.[0]?.lastEventTimestamp).toBeTypeOf('number');
  });

  test('a group is named by its ARN, with or without :*, in this account and region only', async () => {
    logs.sink.follow(target, raw);
    appendFileSync(raw, 'one\n');
    const own = 'arn:aws:logs:us-east-1:000000000000:log-group:/berth/shop';
    const texts = async (logGroupIdentifier: string) => {
      const { events } = await client.send(new GetLogEventsCommand({ logGroupIdentifier, logStreamName }));
      return events?.map(({ message }) => message);
    };
    for (const known of [own, `${own}:*`, logGroupName]) expect(await texts(known)).toEqual(['one']);
    for (const [from, to] of [
      ['us-east-1', 'eu-west-1'],
      ['000000000000', '111111111111'],
      ['log-group', 'delivery'],
      [':logs:', ':lambda:'],
    ] as const) {
      await expect(texts(own.replace(from, to))).rejects.toThrow(ResourceNotFoundException);
    }
  });

  test('refuses what does not fit, in its own words, and changes nothing', async () => {
    const send = (input: object) =>
      client.send(new GetLogEventsCommand({ logGroupName, logStreamName, ...input }));
    await expect(send({})).rejects.toThrow(ResourceNotFoundException);
    await client.send(new CreateLogGroupCommand({ logGroupName }));
    await expect(client.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toThrow(
      ResourceAlreadyExistsException,
    );
    await expect(send({})).rejects.toThrow('The specified log stream does not exist.');
    await expect(send({ limit: 0 })).rejects.toThrow(InvalidParameterException);
    await expect(messages({ nextToken: 'f/../../x' })).rejects.toThrow(/nextToken/);
    await expect(messages({ filterPattern: '{ $.a = }' })).rejects.toThrow(InvalidParameterException);
    await expect(messages({ filterPattern: '[ip, user]' })).rejects.toThrow(/patterns of terms/);
    await expect(messages({ limit: -1 })).rejects.toThrow(InvalidParameterException);
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const backwards = [
      { timestamp: 2, message: 'b' },
      { timestamp: 1, message: 'a' },
    ];
    await expect(
      client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: backwards })),
    ).rejects.toThrow(/chronological/);
    const late = await client.send(
      new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: backwards.toReversed() }),
    );
    expect(late.rejectedLogEventsInfo?.tooOldLogEventEndIndex).toBe(2);
    expect(await messages()).toEqual([]);
    expect(() => logs.service.call('StartQuery', {}, {})).toThrow(/StartQuery/);
  });

  test('keeps names from reaching outside its folder', async () => {
    const before = readdirSync(directory).sort();
    const evil = ['../../evil', '..', '/etc/passwd', 'x/../../../y', '.', '%2e%2e%2f'];
    await client.send(new CreateLogGroupCommand({ logGroupName: '/../../evil' }));
    for (const name of evil) {
      await client.send(new CreateLogStreamCommand({ logGroupName: '/../../evil', logStreamName: name }));
      logs.sink.open({ group: name, stream: name, source: 's' });
    }
    expect(readdirSync(directory).sort()).toEqual(before);
    for (const group of readdirSync(join(directory, 'logs'))) expect(group).not.toMatch(/[./\\]/);
    const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName: '/../../evil' }));
    expect(logStreams?.map((stream) => stream.logStreamName).sort()).toEqual([...evil].sort());
  });

  test('is empty after a reset and usable again', async () => {
    logs.sink.follow(target, raw);
    appendFileSync(raw, 'one\n');
    expect(await messages()).toEqual(['one']);
    logs.reset();
    await expect(messages()).rejects.toThrow(ResourceNotFoundException);
    logs.sink.follow({ ...target, source: 'run-2' }, raw);
    expect(await messages()).toEqual(['one']);
  });
});
