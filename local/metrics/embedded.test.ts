import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CloudWatchClient, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogs, type Logs } from '../logs/logs.ts';
import { type MetricsBench, startMetricsBench, startMs } from './testing.ts';

const group = '/berth/local/shop-web';

let bench: MetricsBench;
let logs: Logs;
let directory: string;
let client: CloudWatchClient;

beforeEach(async () => {
  bench = await startMetricsBench();
  client = bench.client();
  directory = mkdtempSync(join(tmpdir(), 'berth-embedded-'));
  logs = createLogs({
    directory,
    clock: bench.clock,
    told: (of, events) => bench.metrics.extract(of, events),
  });
});
afterEach(async () => {
  logs.close();
  await bench.close();
  rmSync(directory, { recursive: true, force: true });
});

const print = (...messages: readonly (string | object)[]) =>
  logs.sink.open({ group, stream: 'web/main/1', source: 'run-1' }).append(
    messages.map((message, index) => ({
      ...{ timestamp: bench.clock.now(), cursor: String(index) },
      message: typeof message === 'string' ? message : JSON.stringify(message),
    })),
  );

interface Directive {
  readonly Namespace?: unknown;
  readonly Dimensions?: unknown;
  readonly Metrics?: unknown;
}

const directive = {
  Namespace: 'Berth',
  Dimensions: [['Service', 'Task']],
  Metrics: [{ Name: 'Requests', Unit: 'Count', StorageResolution: 1 }],
};
const line = (fields: object = {}, change: Directive = {}, Timestamp: unknown = startMs - 10_000) => ({
  _aws: { Timestamp, CloudWatchMetrics: [{ ...directive, ...change }] },
  ...{ Service: 'shop-web', Task: 't1', Requests: 3, ...fields },
});

const read = async (
  MetricName: string,
  { stat = 'Sum', period = 60, dimensions = { Service: 'shop-web', Task: 't1' }, namespace = 'Berth' } = {},
) => {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      MetricDataQueries: [
        {
          Id: 'q',
          MetricStat: {
            Metric: { Namespace: namespace, MetricName, Dimensions },
            ...{ Period: period, Stat: stat },
          },
        },
      ],
      ...{ StartTime: new Date(startMs - 60_000), EndTime: new Date(startMs + 60_000) },
      ScanBy: 'TimestampAscending',
    }),
  );
  return MetricDataResults?.[0]?.Values;
};
const faults = async (name: 'EMFParsingErrors' | 'EMFValidationErrors') =>
  (await read(name, { namespace: 'AWS/Logs', dimensions: { LogGroupName: group } as never }))?.[0] ?? 0;
const known = async () => (await client.send(new ListMetricsCommand({ Namespace: 'Berth' }))).Metrics ?? [];

describe('a log event in embedded metric format', () => {
  test('becomes values of its metrics, whoever wrote it', async () => {
    print('starts', line());
    const call = (action: string, input: object) => logs.service.call(action, input as never, {});
    await call('CreateLogStream', { logGroupName: group, logStreamName: 'by-hand' });
    await call('PutLogEvents', {
      ...{ logGroupName: group, logStreamName: 'by-hand' },
      logEvents: [{ timestamp: startMs, message: JSON.stringify(line({ Requests: 4 })) }],
    });
    expect(await read('Requests')).toEqual([7]);
    expect(await read('Requests', { stat: 'SampleCount' })).toEqual([2]);
  });

  test('has values by the second where it says so', async () => {
    for (const second of [2, 7, 11, 29]) print(line({}, {}, startMs - 40_000 + second * 1000));
    expect(await read('Requests', { period: 1 })).toEqual([3, 3, 3, 3]);
    expect(await read('Requests', { period: 5 })).toEqual([3, 3, 3, 3]);
    expect(await read('Requests', { period: 10 })).toEqual([6, 3, 3]);
    expect(await read('Requests', { period: 30 })).toEqual([6, 6]);
    print(line({ Slow: 1 }, { Metrics: [{ Name: 'Slow' }] }));
    expect(await read('Slow', { period: 10 })).toEqual([]);
    expect(await read('Slow')).toEqual([1]);
  });

  test('may hold up to a hundred values of a metric, of which percentiles are known', async () => {
    const Metrics = [{ Name: 'Latency', Unit: 'Milliseconds' }];
    print(line({ Latency: Array.from({ length: 100 }, (_, index) => index + 1) }, { Metrics }));
    expect(await read('Latency', { stat: 'p95' })).toEqual([95]);
    expect(await read('Latency', { stat: 'SampleCount' })).toEqual([100]);
    print(
      line({ Latency: Array.from({ length: 101 }, () => 1) }, { Metrics }),
      line({ Latency: [] }, { Metrics }),
    );
    expect(await read('Latency', { stat: 'SampleCount' })).toEqual([100]);
    expect(await faults('EMFValidationErrors')).toBe(2);
  });

  test('is a metric of its own for each set of dimensions', async () => {
    print(line({}, { Dimensions: [['Service', 'Task'], ['Service'], []] }));
    for (const dimensions of [{ Service: 'shop-web', Task: 't1' }, { Service: 'shop-web' }, {}])
      expect(await read('Requests', { dimensions: dimensions as never })).toEqual([3]);
  });

  test('of which a part cannot be taken gives the rest', async () => {
    const Metrics = ['Requests', 'Text', 'Missing', 'toString', '_aws'].map((Name) => ({ Name }));
    print(line({ Text: '5' }, { Metrics, Dimensions: [['Service'], ['Nobody'], ['Requests']] }));
    print(line({ Odd: 1 }, { Metrics: [{ Name: 'Odd', Unit: 'Furlongs' }, { Name: 'Requests' }] }));
    expect(await known()).toHaveLength(2);
    expect(await faults('EMFValidationErrors')).toBe(2);
    expect(await faults('EMFParsingErrors')).toBe(0);
  });

  test.each([
    ['without a moment', line({}, {}, null)],
    ['with a moment that is text', line({}, {}, '2026-11-23T10:00:00Z')],
    ['without a namespace', line({}, { Namespace: undefined })],
    ['with a namespace that is none', line({}, { Namespace: '' })],
    ['without dimension sets', line({}, { Dimensions: [] })],
    ['with dimensions in one list', line({}, { Dimensions: ['Service'] })],
    ['with 31 dimensions', line({}, { Dimensions: [Array.from({ length: 31 }, (_, n) => `d${n}`)] })],
    ['without metrics', line({}, { Metrics: undefined })],
    ['with 101 metrics', line({}, { Metrics: Array.from({ length: 101 }, (_, n) => ({ Name: `m${n}` })) })],
    ['with a metric that has no name', line({}, { Metrics: [{ Unit: 'Count' }] })],
    ['with directives that are no list', { _aws: { Timestamp: startMs, CloudWatchMetrics: {} } }],
  ])('is not taken %s, and counted', async (_, message) => {
    print(message);
    expect(await known()).toEqual([]);
    expect(await faults('EMFParsingErrors')).toBe(1);
  });

  test.each([
    ['that is older than two weeks', line({}, {}, startMs - 15 * 24 * 3600_000)],
    ['that lies hours ahead', line({}, {}, startMs + 3 * 3600_000)],
  ])('%s is not taken', async (_, message) => {
    print(message);
    expect(await known()).toEqual([]);
    expect(await faults('EMFValidationErrors')).toBe(1);
  });

  test.each([
    ['text before it', `INFO ${JSON.stringify(line())}`],
    ['text after it', `${JSON.stringify(line())} done`],
    ['no end', JSON.stringify(line()).slice(0, -1)],
    ['another use of the word', '{"_aws":{"requestId":"1"}}'],
    ['a list', `[${JSON.stringify(line())}]`],
  ])('is none with %s', async (_, message) => {
    print(message);
    expect(await known()).toEqual([]);
    expect((await faults('EMFParsingErrors')) + (await faults('EMFValidationErrors'))).toBe(0);
  });

  test('leaves values that outlive Local AWS', async () => {
    print(line());
    const { service } = bench.restarted();
    const listed = service.call('ListMetrics', { Namespace: 'Berth' }, {});
    expect(await listed).toMatchObject({ Metrics: [{ MetricName: 'Requests' }] });
  });
});
