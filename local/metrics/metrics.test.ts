import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type ListMetricsCommandInput,
  type MetricDatum,
  PutMetricDataCommand,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { metricId } from './model.ts';
import { type MetricsBench, protocols, startMetricsBench, startMs } from './testing.ts';

let bench: MetricsBench;
let client: CloudWatchClient;
beforeEach(async () => {
  bench = await startMetricsBench();
  client = bench.client();
});
afterEach(() => bench.close());

const minutesAgo = (minutes: number) => new Date(startMs - minutes * 60_000);
const put = (...MetricData: MetricDatum[]) =>
  client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
const statistics = (change: Partial<ConstructorParameters<typeof GetMetricStatisticsCommand>[0]> = {}) =>
  client.send(
    new GetMetricStatisticsCommand({
      ...{ Namespace: 'Shop', MetricName: 'Latency', Period: 60, Statistics: ['Sum'] },
      ...{ StartTime: minutesAgo(10), EndTime: minutesAgo(0) },
      ...change,
    }),
  );
const data = async (...queries: readonly [id: string, expression: string][]) => {
  const stat = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' },
  });
  const { MetricDataResults } = await client.send(
    new GetMetricDataCommand({
      MetricDataQueries: [
        { ...stat('m1', 'Errors'), ReturnData: false },
        { ...stat('m2', 'Requests'), ReturnData: false },
        ...queries.map(([Id, Expression]) => ({ Id, Expression })),
      ],
      ...{ StartTime: minutesAgo(5), EndTime: minutesAgo(0), ScanBy: 'TimestampAscending' },
    }),
  );
  return Object.fromEntries((MetricDataResults ?? []).map(({ Id, Values }) => [Id, Values]));
};

describe.each(protocols)('spoken to in %s', (protocol) => {
  beforeEach(() => {
    client = bench.client(protocol);
  });

  test('values come back as statistics', async () => {
    const Dimensions = [
      { Name: 'Zone', Value: 'a & b' },
      { Name: 'Host', Value: '<1>' },
    ];
    await put(
      { MetricName: 'Latency', Dimensions, Timestamp: minutesAgo(2), Value: 4, Unit: 'Milliseconds' },
      { MetricName: 'Latency', Dimensions, Timestamp: minutesAgo(2), Values: [1, 2.5], Counts: [2, 2] },
    );
    const { Datapoints, Label } = await statistics({
      Dimensions: [...Dimensions].reverse(),
      Statistics: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
    });
    expect(Label).toBe('Latency');
    expect(Datapoints).toHaveLength(2);
    expect(Datapoints).toContainEqual({
      ...{ Timestamp: minutesAgo(2), Unit: 'None' },
      ...{ SampleCount: 4, Sum: 7, Average: 1.75, Minimum: 1, Maximum: 2.5 },
    });
    const { Metrics } = await client.send(new ListMetricsCommand({ Namespace: 'Shop' }));
    expect(Metrics).toEqual([
      { Namespace: 'Shop', MetricName: 'Latency', Dimensions: [...Dimensions].reverse() },
    ]);
  });

  test('a large request, which the SDK compresses, is understood', async () => {
    const MetricData = Array.from({ length: 400 }, (_, index) => ({
      MetricName: 'Latency',
      Dimensions: [{ Name: 'Host', Value: `host-${'x'.repeat(50)}-${index}` }],
      Value: index,
    }));
    await put(...MetricData);
    expect(bench.journal.table('cloudwatch.values').size).toBe(400);
  });

  test('what is refused has its code and its message', async () => {
    const gone = client.send(new DeleteAlarmsCommand({ AlarmNames: ['none'] }));
    await expect(gone).rejects.toMatchObject({ message: 'Unknown alarm: none' });
    await expect(gone).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await expect(put({ MetricName: 'Latency', Value: Number.NaN })).rejects.toMatchObject({
      name: protocol === 'query' ? /InvalidParameterValue/ : expect.stringMatching(/^InvalidParameterValue/),
    });
  });
});

describe('statistics', () => {
  test('periods begin at the start, rounded down to the minute', async () => {
    await put(
      { MetricName: 'Latency', Timestamp: minutesAgo(7), Value: 1 },
      { MetricName: 'Latency', Timestamp: minutesAgo(3), Value: 2 },
      { MetricName: 'Latency', Timestamp: minutesAgo(2), Value: 4 },
    );
    const StartTime = new Date(minutesAgo(7).getTime() + 32_000);
    const { Datapoints } = await statistics({ StartTime, Period: 300 });
    expect(Datapoints?.map(({ Timestamp, Sum }) => [Timestamp, Sum])).toEqual([
      [minutesAgo(7), 3],
      [minutesAgo(2), 4],
    ]);
  });

  test('percentiles and trimmed means tell of the values', async () => {
    const Values = Array.from({ length: 100 }, (_, index) => index + 1);
    await put({ MetricName: 'Latency', Timestamp: minutesAgo(1), Values });
    const { Datapoints } = await statistics({
      Statistics: undefined,
      ExtendedStatistics: [
        'p50',
        'p99.9',
        'tm90',
        'TM(10%:90%)',
        'PR(:10)',
        'TC(10%:)',
        'TS(:10%)',
        'wm98',
        'IQM',
      ],
    });
    expect(Datapoints?.[0]?.ExtendedStatistics).toEqual({
      ...{ p50: 50, 'p99.9': 100, tm90: 45.5, 'TM(10%:90%)': 50.5, 'PR(:10)': 10, 'TC(10%:)': 90 },
      ...{ 'TS(:10%)': 55, wm98: 50.47, IQM: 50.5 },
    });
  });

  test('of a statistic set there are no percentiles, unless all its values are one', async () => {
    const set = (SampleCount: number, Sum: number, Minimum: number, Maximum: number) => ({
      StatisticValues: { SampleCount, Sum, Minimum, Maximum },
    });
    await put({ MetricName: 'Latency', Timestamp: minutesAgo(2), ...set(3, 6, 1, 3) });
    await put({ MetricName: 'Latency', Timestamp: minutesAgo(1), ...set(2, 14, 7, 7) });
    const ExtendedStatistics = ['p50'];
    const { Datapoints } = await statistics({ Statistics: undefined, ExtendedStatistics });
    expect(Datapoints?.map((point) => point.ExtendedStatistics)).toEqual([{}, { p50: 7 }]);
    const { Datapoints: averages } = await statistics({ Statistics: ['Average'] });
    expect(averages?.map(({ Average }) => Average)).toEqual([2, 7]);
  });

  test('high resolution is kept by the second for three hours', async () => {
    const values = [1, 2, 3].map((Value, index) => ({
      ...{ MetricName: 'Latency', Value, StorageResolution: 1 },
      Timestamp: new Date(startMs - 30_000 + index * 5000),
    }));
    await put(...values, { MetricName: 'Slow', Value: 1, Timestamp: new Date(startMs - 30_000) });
    const window = { StartTime: minutesAgo(1), Period: 5 };
    expect((await statistics(window)).Datapoints?.map(({ Sum }) => Sum)).toEqual([1, 2, 3]);
    expect((await statistics({ ...window, MetricName: 'Slow' })).Datapoints).toEqual([]);
    await bench.clock.advance(4 * 3600 * 1000);
    await put({ MetricName: 'Latency', Value: 9, StorageResolution: 1 });
    expect((await statistics(window)).Datapoints).toEqual([]);
    expect((await statistics({ StartTime: minutesAgo(1) })).Datapoints?.[0]?.Sum).toBe(6);
  });

  test.each([
    [{ Statistics: undefined }, 'MissingRequiredParameterException'],
    [{ ExtendedStatistics: ['p1'] }, 'InvalidParameterCombinationException'],
    [{ Statistics: undefined, ExtendedStatistics: ['p101'] }, 'InvalidParameterValueException'],
    [{ Statistics: undefined, ExtendedStatistics: ['median'] }, 'InvalidParameterValueException'],
    [{ Period: 61 }, 'InvalidParameterValueException'],
    [{ StartTime: minutesAgo(1441) }, 'InvalidParameterCombinationException'],
    [{ StartTime: minutesAgo(0) }, 'InvalidParameterCombinationException'],
  ])('%j is refused as %s', async (change, name) => {
    await expect(statistics(change as object)).rejects.toMatchObject({ name });
  });
});

describe('values', () => {
  test.each<[string, MetricDatum, string]>([
    [
      'from more than two weeks ago',
      { MetricName: 'x', Value: 1, Timestamp: minutesAgo(14 * 1440 + 1) },
      'InvalidParameterValueException',
    ],
    [
      'from more than two hours ahead',
      { MetricName: 'x', Value: 1, Timestamp: minutesAgo(-121) },
      'InvalidParameterValueException',
    ],
    ['that are too large', { MetricName: 'x', Value: 2 ** 361 }, 'InvalidParameterValueException'],
    ['given twice', { MetricName: 'x', Value: 1, Values: [1] }, 'InvalidParameterCombinationException'],
    ['that are not there', { MetricName: 'x' }, 'MissingRequiredParameterException'],
    [
      'with counts for others',
      { MetricName: 'x', Values: [1, 2], Counts: [1] },
      'InvalidParameterValueException',
    ],
    [
      'of a resolution of five seconds',
      { MetricName: 'x', Value: 1, StorageResolution: 5 },
      'InvalidParameterValueException',
    ],
    ['without a name', { MetricName: undefined, Value: 1 }, 'MissingRequiredParameterException'],
    [
      'in more than thirty dimensions',
      {
        MetricName: 'x',
        Value: 1,
        Dimensions: Array.from({ length: 31 }, (_, n) => ({ Name: `d${n}`, Value: 'v' })),
      },
      'ValidationException',
    ],
  ])('%s are refused, and with them all of the request', async (_, datum, name) => {
    await expect(put({ MetricName: 'good', Value: 1 }, datum)).rejects.toMatchObject({ name });
    expect((await client.send(new ListMetricsCommand({}))).Metrics).toEqual([]);
  });

  test('survive a restart; what was measured does not, and 15 days are kept', async () => {
    await put({ MetricName: 'Latency', Value: 5 });
    const measured = metricId('AWS/ECS', 'CPUUtilization');
    const summary = { count: 1, sum: 1, minimum: 1, maximum: 1 };
    bench.metrics.measured({ metric: measured, unit: 'Percent', atMs: startMs, resolution: 60, summary });
    const list = async () => (await bench.restarted().service.call('ListMetrics', {}, {})) as object;
    expect(await list()).toEqual({
      Metrics: [{ Namespace: 'Shop', MetricName: 'Latency', Dimensions: [] }],
    });
    await bench.clock.advance(16 * 24 * 3600 * 1000);
    await put({ MetricName: 'Latency', Value: 6 });
    expect(bench.journal.table('cloudwatch.values').size).toBe(1);
  });
});

describe('lists', () => {
  test('are paged, and filtered by name, dimension and recent activity', async () => {
    const datum = (n: number) => ({
      MetricName: `m${n}`,
      Value: 1,
      Dimensions: [{ Name: 'n', Value: String(n) }],
    });
    await put(...Array.from({ length: 600 }, (_, n) => datum(n)));
    let pages = 0;
    const names = new Set<string | undefined>();
    for await (const page of paginateListMetrics({ client }, { Namespace: 'Shop' })) {
      pages += 1;
      for (const { MetricName } of page.Metrics ?? []) names.add(MetricName);
    }
    expect([pages, names.size]).toEqual([2, 600]);
    const filtered = async (input: ListMetricsCommandInput) =>
      (await client.send(new ListMetricsCommand(input))).Metrics?.length;
    expect(await filtered({ MetricName: 'm7' })).toBe(1);
    expect(await filtered({ Dimensions: [{ Name: 'n', Value: '7' }] })).toBe(1);
    expect(await filtered({ Dimensions: [{ Name: 'other' }] })).toBe(0);
    await bench.clock.advance(3 * 3600 * 1000 + 1);
    expect(await filtered({ MetricName: 'm7', RecentlyActive: 'PT3H' })).toBe(0);
    await expect(filtered({ NextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidNextToken' });
  });
});

describe('metric data', () => {
  beforeEach(async () => {
    const values: readonly (readonly [number, number])[] = [
      [1, 10],
      [2, 20],
      [0, 40],
    ];
    for (const [index, [errors, requests]] of values.entries()) {
      const Timestamp = minutesAgo(4 - index);
      await put({ MetricName: 'Requests', Timestamp, Value: requests });
      if (errors > 0) await put({ MetricName: 'Errors', Timestamp, Value: errors });
    }
  });

  test.each<[string, readonly number[]]>([
    ['100 * m1 / m2', [10, 10]],
    ['100 * FILL(m1, 0) / m2', [10, 10, 0]],
    ['-m2 ^ 2 + 1', [-99, -399, -1599]],
    ['(m2 - 10) * 2', [0, 20, 60]],
    ['m2 / SUM(m2) * PERIOD(m2)', [(10 / 70) * 60, (20 / 70) * 60, (40 / 70) * 60]],
    ['MAX([m1, m2])', [10, 20, 40]],
    ['AVG(METRICS())', [5.5, 11, 40]],
    ['m2 - MIN(m2)', [0, 10, 30]],
    ['RATE(m2) * 60', [10, 20]],
    ['DIFF(m2)', [10, 20]],
    ['RUNNING_SUM(m2)', [10, 30, 70]],
    ['IF(m2 > 15 AND m2 < 30, 1, 0)', [0, 1, 0]],
    ['IF(m2 > 15, m2)', [20, 40]],
    ['FILL(m1, REPEAT)', [1, 2, 2, 2]],
    ['m2 / 0', []],
  ])('%s', async (expression, values) => {
    const { e1 } = await data(['e1', expression]);
    const rounded = (all: readonly number[] | undefined) =>
      all?.map((value) => Math.round(value * 1e9) / 1e9);
    expect(rounded(e1)).toEqual(rounded(values));
  });

  test.each([
    ['SEARCH("x", "Sum", 60)', /no function SEARCH/],
    ['ANOMALY_DETECTION_BAND(m1)', /no function ANOMALY_DETECTION_BAND/],
    ['SELECT AVG(x) FROM y', /Metrics Insights/],
    ['SUM(m1)', /must give a time series/],
    ['m1 +', /ends too early/],
    ['m1 ; m2', /";" is not understood/],
    ['m9 * 2', /no query with the id m9/],
    ['e1 + 1', /depends on itself/],
    ['constructor(m1)', /no function CONSTRUCTOR/],
    [`${'('.repeat(60)}m1${')'.repeat(60)}`, /nested too deeply/],
  ])('%s is refused', async (expression, message) => {
    await expect(data(['e1', expression])).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  test('pages hold so many points of all results together', async () => {
    const query = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' },
    });
    const input = {
      MetricDataQueries: [query('m1', 'Errors'), query('m2', 'Requests'), query('m3', 'None')],
      ...{ StartTime: minutesAgo(5), EndTime: minutesAgo(0), MaxDatapoints: 2 },
    };
    const found = new Map<string, number[]>();
    let pages = 0;
    for await (const page of paginateGetMetricData({ client }, input)) {
      pages += 1;
      for (const { Id = '', Values = [] } of page.MetricDataResults ?? [])
        found.set(Id, [...(found.get(Id) ?? []), ...Values]);
    }
    expect(pages).toBe(3);
    expect(Object.fromEntries(found)).toEqual({ m1: [2, 1], m2: [40, 20, 10], m3: [] });
  });
});
