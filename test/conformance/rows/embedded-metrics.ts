import { GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'vitest';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const page = 'CloudWatch_Embedded_Metric_Format_Specification';
const logGroupName = '/berth/local/shop-web';

async function log({ logs, clock }: World, ...events: readonly object[]) {
  const stream = { logGroupName, logStreamName: 'web' };
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand(stream));
  const logEvents = events.map((event) => ({ timestamp: clock.now(), message: JSON.stringify(event) }));
  await logs.send(new PutLogEventsCommand({ ...stream, logEvents }));
}

interface Parts {
  readonly dimensions?: readonly (readonly string[])[];
  readonly metrics?: readonly object[];
  readonly atMs?: number;
}

const document = ({ clock }: World, fields: object, { dimensions = [[]], metrics = [], atMs }: Parts) => ({
  _aws: {
    Timestamp: atMs ?? clock.now(),
    CloudWatchMetrics: [{ Namespace: 'Shop', Dimensions: dimensions, Metrics: metrics }],
  },
  ...fields,
});

async function values({ cloudwatch, clock }: World, MetricName: string, Stat: string, Period = 60) {
  const { MetricDataResults } = await cloudwatch.send(
    new GetMetricDataCommand({
      MetricDataQueries: [
        { Id: 'q', MetricStat: { Metric: { Namespace: 'Shop', MetricName }, Period, Stat } },
      ],
      ...{ StartTime: new Date(clock.now() - 600_000), EndTime: new Date(clock.now() + 600_000) },
      ScanBy: 'TimestampAscending',
    }),
  );
  return MetricDataResults?.[0]?.Values;
}

const dimensionsOf = async ({ cloudwatch }: World) => {
  const { Metrics = [] } = await cloudwatch.send(new ListMetricsCommand({ Namespace: 'Shop' }));
  return Metrics.map(({ Dimensions = [] }) => Dimensions.map(({ Name, Value }) => `${Name}=${Value}`));
};

const time = { Name: 'time', Unit: 'Milliseconds' };

export const embeddedMetrics: readonly Row[] = [
  {
    page,
    says: 'metric values that log events embed are extracted, at the moment that the event names',
    async run(world) {
      const atMs = world.clock.now() - 120_000;
      await log(world, document(world, { time: 100 }, { metrics: [time], atMs }));
      expect(await values(world, 'time', 'Average')).toEqual([100]);
      expect(await dimensionsOf(world)).toEqual([[]]);
    },
  },
  {
    page,
    says: 'a metric may have an array of numbers, at most 100',
    async run(world) {
      const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
      const metrics = [time, { Name: 'long' }];
      await log(world, document(world, { time: numbers(100), long: numbers(101) }, { metrics }));
      expect(await values(world, 'time', 'SampleCount')).toEqual([100]);
      expect(await values(world, 'time', 'p90')).toEqual([90]);
      expect(await values(world, 'long', 'SampleCount')).toEqual([]);
    },
  },
  {
    page,
    says: 'each set of dimensions is a metric of its own; their values are texts on the root',
    async run(world) {
      const dimensions = [['Service', 'Task'], ['Service'], [], ['Number']];
      const fields = { time: 1, Service: 'web', Task: 't1', Number: 5 };
      await log(world, document(world, fields, { dimensions, metrics: [time] }));
      expect((await dimensionsOf(world)).sort()).toEqual([[], ['Service=web'], ['Service=web', 'Task=t1']]);
    },
  },
  {
    page,
    says: 'a metric is of high resolution where its StorageResolution is 1, and of a minute otherwise',
    async run(world) {
      const metrics = [{ ...time, StorageResolution: 1 }, { Name: 'slow' }];
      await log(world, document(world, { time: 1, slow: 1 }, { metrics }));
      expect(await values(world, 'time', 'Sum', 1)).toEqual([1]);
      expect(await values(world, 'slow', 'Sum', 1)).toEqual([]);
      expect(await values(world, 'slow', 'Sum')).toEqual([1]);
    },
  },
  {
    page,
    says: 'a directive may name at most 100 metrics, and a set at most 30 dimensions',
    async run(world) {
      const many = Array.from({ length: 101 }, (_, index) => `m${index}`);
      const metrics = many.map((Name) => ({ Name }));
      const dimensions = [many.slice(0, 31)];
      const fields = Object.fromEntries(many.map((name) => [name, 'x']));
      await log(
        world,
        document(world, { m0: 1 }, { metrics }),
        document(world, { ...fields, time: 1 }, { metrics: [time], dimensions }),
      );
      expect(await dimensionsOf(world)).toEqual([]);
    },
  },
];
