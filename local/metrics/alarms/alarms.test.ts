import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  ListTagsForResourceCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  PutMetricDataCommand,
  paginateDescribeAlarms,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
  waitUntilAlarmExists,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MetricsBench, protocols, startMetricsBench } from '../testing.ts';

let bench: MetricsBench;
let client: CloudWatchClient;
beforeEach(async () => {
  bench = await startMetricsBench();
  client = bench.client();
});
afterEach(() => bench.close());

const minuteMs = 60_000;
const alarm = (change: Partial<PutMetricAlarmCommandInput> = {}) =>
  client.send(
    new PutMetricAlarmCommand({
      ...{ AlarmName: 'errors', Namespace: 'Shop', MetricName: 'Errors', Statistic: 'Sum', Period: 60 },
      ...{ EvaluationPeriods: 2, DatapointsToAlarm: 1, Threshold: 5 },
      ComparisonOperator: 'GreaterThanThreshold',
      ...change,
    }),
  );
const errors = (Value: number, change = {}) =>
  client.send(
    new PutMetricDataCommand({
      Namespace: 'Shop',
      MetricData: [{ MetricName: 'Errors', Value, ...change }],
    }),
  );
const described = async (name = 'errors') =>
  (await client.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0];

describe.each(protocols)('spoken to in %s', (protocol) => {
  test('an alarm is described as it was put', async () => {
    client = bench.client(protocol);
    const given = {
      ...{ AlarmDescription: 'a < b & "c"', Unit: 'Count', TreatMissingData: 'notBreaching', Threshold: 0.5 },
      ...{ Dimensions: [{ Name: 'Service', Value: 'web' }], OKActions: ['arn:aws:sns:us-east-1:1:ok'] },
    } satisfies Partial<PutMetricAlarmCommandInput>;
    await alarm(given);
    await waitUntilAlarmExists({ client, maxWaitTime: 30 }, { AlarmNames: ['errors'] });
    expect(await described()).toMatchObject({
      ...given,
      ...{ AlarmName: 'errors', StateValue: 'INSUFFICIENT_DATA', ActionsEnabled: true },
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors',
      AlarmConfigurationUpdatedTimestamp: new Date(bench.clock.now()),
    });
  });
});

test('follows its metric: OK, ALARM, INSUFFICIENT_DATA, each told once', async () => {
  const told: string[] = [];
  bench.metrics.alarms.onChange((name, state) => told.push(`${name} ${state}`));
  await alarm({ AlarmDescription: 'Too many', AlarmActions: ['arn:aws:sns:us-east-1:1:page'] });
  await errors(3);
  await bench.clock.advance(2 * minuteMs);
  expect(bench.metrics.alarms.state('errors')).toBe('OK');
  await errors(6);
  await bench.clock.advance(2 * minuteMs);
  expect(await described()).toMatchObject({
    StateValue: 'ALARM',
    StateReason: expect.stringMatching(/^Threshold Crossed: 1 out of the last 2 datapoints \[6\.0/),
  });
  await bench.clock.advance(10 * minuteMs);
  expect(told).toEqual(['errors OK', 'errors ALARM', 'errors INSUFFICIENT_DATA']);
  expect(bench.events).toHaveLength(3);
  expect(bench.events[1]).toMatchObject({
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: ['arn:aws:cloudwatch:us-east-1:000000000000:alarm:errors'],
    detail: {
      alarmName: 'errors',
      state: { value: 'ALARM', timestamp: '2026-11-23T10:03:01.000+0000' },
      previousState: { value: 'OK' },
      configuration: {
        description: 'Too many',
        metrics: [
          {
            metricStat: {
              metric: { namespace: 'Shop', name: 'Errors', dimensions: {} },
              period: 60,
              stat: 'Sum',
            },
            returnData: true,
          },
        ],
      },
    },
  });
  const { AlarmHistoryItems } = await client.send(new DescribeAlarmHistoryCommand({ AlarmName: 'errors' }));
  expect(AlarmHistoryItems?.map((item) => item.HistorySummary)).toEqual([
    'Alarm updated from ALARM to INSUFFICIENT_DATA',
    'Local AWS carries out no actions of alarms: arn:aws:sns:us-east-1:1:page',
    'Alarm updated from OK to ALARM',
    'Alarm updated from INSUFFICIENT_DATA to OK',
    'Alarm "errors" created',
  ]);
});

test('of a short period is looked at every ten seconds', async () => {
  await alarm({ Period: 10, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
  await errors(9, { StorageResolution: 1 });
  await bench.clock.advance(11_000);
  expect(bench.metrics.alarms.state('errors')).toBe('ALARM');
  await bench.clock.advance(30_000);
  expect(bench.metrics.alarms.state('errors')).toBe('OK');
});

test('on an expression follows what that gives', async () => {
  const stat = (Id: string, MetricName: string) => ({
    ...{ Id, ReturnData: false },
    MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period: 60, Stat: 'Sum' },
  });
  await alarm({
    ...{ Namespace: undefined, MetricName: undefined, Statistic: undefined, Period: undefined },
    EvaluationPeriods: 1,
    Metrics: [stat('m1', 'Errors'), stat('m2', 'Requests'), { Id: 'rate', Expression: '100 * m1 / m2' }],
  });
  await errors(1);
  await errors(10, { MetricName: 'Requests' });
  await bench.clock.advance(minuteMs + 1000);
  expect(await described()).toMatchObject({ StateValue: 'ALARM', Metrics: expect.any(Array) });
});

test('is set to a state by hand, until it is evaluated; both outlive a restart', async () => {
  await alarm();
  const set = (StateValue: 'ALARM', StateReasonData?: string) =>
    client.send(
      new SetAlarmStateCommand({ AlarmName: 'errors', StateValue, StateReason: 'by hand', StateReasonData }),
    );
  await expect(set('ALARM', '{')).rejects.toMatchObject({ name: 'InvalidFormatFault' });
  await set('ALARM', '{"by":"hand"}');
  expect(await described()).toMatchObject({ StateReason: 'by hand', StateReasonData: '{"by":"hand"}' });
  const next = bench.restarted();
  expect(next.alarms.state('errors')).toBe('ALARM');
  await bench.clock.advance(2 * minuteMs);
  expect(next.alarms.state('errors')).toBe('INSUFFICIENT_DATA');
  next.stop();
});

test('keeps its state and tags when it is put again', async () => {
  await alarm({ Tags: [{ Key: 'team', Value: 'shop' }] });
  await client.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue: 'OK', StateReason: 'x' }));
  await alarm({ Threshold: 6 });
  expect(await described()).toMatchObject({ StateValue: 'OK', Threshold: 6 });
  const ResourceARN = (await described())?.AlarmArn;
  const tags = async () => (await client.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
  await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'tier', Value: '1' }] }));
  expect(await tags()).toEqual([
    { Key: 'team', Value: 'shop' },
    { Key: 'tier', Value: '1' },
  ]);
  await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['team'] }));
  expect(await tags()).toEqual([{ Key: 'tier', Value: '1' }]);
});

test('is found by prefix, state, action and metric, page by page', async () => {
  for (let index = 0; index < 5; index++)
    await alarm({ AlarmName: `errors-${index}`, AlarmActions: [`arn:aws:sns:us-east-1:1:${index}`] });
  await alarm({ AlarmName: 'other', MetricName: 'Other' });
  const find = async (input: DescribeAlarmsCommandInput) =>
    (await client.send(new DescribeAlarmsCommand(input))).MetricAlarms?.map(({ AlarmName }) => AlarmName);
  expect(await find({ AlarmNamePrefix: 'oth' })).toEqual(['other']);
  expect(await find({ ActionPrefix: 'arn:aws:sns:us-east-1:1:3' })).toEqual(['errors-3']);
  expect(await find({ StateValue: 'ALARM' })).toEqual([]);
  expect(await find({ AlarmTypes: ['CompositeAlarm'] })).toEqual([]);
  const forMetric = new DescribeAlarmsForMetricCommand({ Namespace: 'Shop', MetricName: 'Other' });
  expect((await client.send(forMetric)).MetricAlarms).toHaveLength(1);
  const pages: number[] = [];
  for await (const page of paginateDescribeAlarms({ client, pageSize: 4 }, {}))
    pages.push(page.MetricAlarms?.length ?? 0);
  expect(pages).toEqual([4, 2]);
});

test('is deleted with all or none of those named', async () => {
  await alarm();
  const remove = (...AlarmNames: string[]) => client.send(new DeleteAlarmsCommand({ AlarmNames }));
  await expect(remove('errors', 'none')).rejects.toMatchObject({ name: 'ResourceNotFound' });
  await client.send(new DisableAlarmActionsCommand({ AlarmNames: ['errors', 'none'] }));
  expect(await described()).toMatchObject({ ActionsEnabled: false });
  await remove('errors');
  expect(await described()).toBeUndefined();
});

test.each<[string, Partial<PutMetricAlarmCommandInput>, string]>([
  ['without a metric', { MetricName: undefined }, 'MissingRequiredParameterException'],
  ['with two statistics', { ExtendedStatistic: 'p90' }, 'InvalidParameterCombinationException'],
  [
    'of an unknown statistic',
    { Statistic: undefined, ExtendedStatistic: 'x' },
    'InvalidParameterValueException',
  ],
  ['of a period of 61 seconds', { Period: 61 }, 'InvalidParameterValueException'],
  ['over more than a day', { Period: 300, EvaluationPeriods: 289 }, 'ValidationException'],
  ['with more datapoints than periods', { DatapointsToAlarm: 3 }, 'ValidationException'],
  ['for anomalies', { ThresholdMetricId: 'm1' }, 'ValidationException'],
  [
    'by a bad expression',
    {
      ...{ Namespace: undefined, MetricName: undefined, Statistic: undefined, Period: undefined },
      Metrics: [{ Id: 'e1', Expression: 'm1 *' }],
    },
    'ValidationException',
  ],
])('an alarm %s is refused', async (_, change, name) => {
  await expect(alarm(change)).rejects.toMatchObject({ name });
  expect(await described()).toBeUndefined();
});
