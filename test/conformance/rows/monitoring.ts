import {
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricAlarmCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CreateClusterCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  type MonitoringConfiguration,
  UpdateClusterSettingsCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const minuteMs = 60_000;
const wants: NonNullable<Row['wants']> = {
  script: ({ containerName }) => ({ cpuPercent: containerName === 'app' ? 5 : 0, memoryMiB: 64 }),
};
const dimensions = [
  { Name: 'ClusterName', Value: 'default' },
  { Name: 'ServiceName', Value: 'web' },
];

async function measured(
  { ecs, call, clock, measure }: World,
  change: Readonly<Record<string, unknown>> = {},
  minutes = 3,
) {
  await ecs.send(new CreateClusterCommand({}));
  call('RegisterTaskDefinition', webDefinition());
  call('CreateService', webService(change));
  measure();
  await clock.advance(minutes * minuteMs);
}

const statistics = ({ cloudwatch, clock }: World, MetricName: string, change: object = {}) =>
  cloudwatch.send(
    new GetMetricStatisticsCommand({
      ...{ Namespace: 'AWS/ECS', MetricName, Dimensions: dimensions, Period: 60 },
      Statistics: ['Average', 'Minimum', 'Maximum', 'SampleCount'],
      ...{ StartTime: new Date(clock.now() - minuteMs), EndTime: new Date(clock.now()) },
      ...change,
    }),
  );

const names = async ({ cloudwatch }: World, Namespace: string) => {
  const { Metrics = [] } = await cloudwatch.send(new ListMetricsCommand({ Namespace }));
  return [...new Set(Metrics.map(({ MetricName }) => MetricName))].sort();
};

const monitor = (
  { ecs }: World,
  ...metricConfigurations: NonNullable<MonitoringConfiguration['metricConfigurations']>
) => ecs.send(new UpdateServiceCommand({ service: 'web', monitoring: { metricConfigurations } }));

export const monitoring: readonly Row[] = [
  {
    page: 'service_utilization',
    says: 'CPU utilisation is what the tasks of a service use, in per cent of what their definition specifies',
    wants,
    async run(world) {
      await measured(world);
      const { Datapoints } = await statistics(world, 'CPUUtilization');
      // A twentieth of a core of a quarter.
      expect(Datapoints).toMatchObject([{ Average: 20, Minimum: 20, Maximum: 20, Unit: 'Percent' }]);
    },
  },
  {
    page: 'service_utilization',
    says: 'memory utilisation is what the tasks of a service use, in per cent of what their definition specifies',
    wants,
    async run(world) {
      await measured(world);
      expect((await statistics(world, 'MemoryUtilization')).Datapoints).toMatchObject([{ Average: 12.5 }]);
    },
  },
  {
    page: 'available-metrics',
    says: 'a service without running tasks has no metrics',
    wants,
    async run(world) {
      await measured(world, { desiredCount: 0 });
      expect(await names(world, 'AWS/ECS')).toEqual([]);
    },
  },
  {
    page: 'available-metrics',
    says: 'metrics are sent at intervals of a minute',
    wants,
    async run(world) {
      await measured(world, {}, 10);
      const StartTime = new Date(world.clock.now() - 5 * minuteMs);
      expect((await statistics(world, 'CPUUtilization', { StartTime })).Datapoints).toHaveLength(5);
      expect((await statistics(world, 'CPUUtilization', { Period: 20 })).Datapoints).toEqual([]);
    },
  },
  {
    page: 'API_MonitoringConfiguration',
    says: 'a service may have its metrics at a resolution of 20 seconds',
    wants,
    async run(world) {
      await measured(world);
      await monitor(world, { metricNames: ['CPUUtilization'], resolutionSeconds: 20 });
      await world.clock.advance(2 * minuteMs);
      expect((await statistics(world, 'CPUUtilization', { Period: 20 })).Datapoints).toHaveLength(3);
      expect((await statistics(world, 'MemoryUtilization', { Period: 20 })).Datapoints).toEqual([]);
      expect((await statistics(world, 'MemoryUtilization')).Datapoints).toHaveLength(1);
    },
  },
  {
    page: 'aws-properties-ecs-service-monitoringconfiguration',
    says: 'monitoring changes without an interruption, and the revision tells of it',
    wants,
    async run(world) {
      await measured(world);
      const configuration = { metricNames: ['MemoryUtilization'], resolutionSeconds: 20 };
      await monitor(world, configuration);
      const { services } = await world.ecs.send(new DescribeServicesCommand({ services: ['web'] }));
      expect(services?.[0]?.deployments).toHaveLength(1);
      const arn = services?.[0]?.currentServiceRevisions?.[0]?.arn ?? '';
      const { serviceRevisions } = await world.ecs.send(
        new DescribeServiceRevisionsCommand({ serviceRevisionArns: [arn] }),
      );
      expect(serviceRevisions?.[0]?.monitoring).toEqual({ metricConfigurations: [configuration] });
    },
  },
  {
    page: 'API_MetricConfiguration',
    says: 'the resolution is 20 or 60 seconds',
    async run(world) {
      await measured(world);
      expect(
        await refusal(monitor(world, { metricNames: ['CPUUtilization'], resolutionSeconds: 30 })),
      ).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_MetricConfiguration',
    says: 'the metrics are CPUUtilization and MemoryUtilization',
    async run(world) {
      await measured(world);
      expect(await refusal(monitor(world, { metricNames: ['Requests'], resolutionSeconds: 20 }))).toMatch(
        /^InvalidParameterException/,
      );
    },
  },
  {
    page: 'Container-Insights-metrics-ECS',
    says: 'a cluster whose containerInsights is enabled has counts of its tasks and services',
    wants,
    async run(world) {
      await measured(world);
      expect(await names(world, 'ECS/ContainerInsights')).toEqual([]);
      const settings = [{ name: 'containerInsights', value: 'enabled' }] as const;
      await world.ecs.send(new UpdateClusterSettingsCommand({ cluster: 'default', settings: [...settings] }));
      await world.clock.advance(minuteMs);
      expect(await names(world, 'ECS/ContainerInsights')).toEqual(
        expect.arrayContaining(['DesiredTaskCount', 'PendingTaskCount', 'RunningTaskCount', 'ServiceCount']),
      );
    },
  },
  {
    page: 'Container-Insights-metrics-ECS',
    says: 'what tasks use and reserve is told for the cluster, the service and the family',
    wants,
    async run(world) {
      await measured(world);
      const settings = [{ name: 'containerInsights' as const, value: 'enhanced' }];
      await world.ecs.send(new UpdateClusterSettingsCommand({ cluster: 'default', settings }));
      await world.clock.advance(2 * minuteMs);
      const of = (Id: string, MetricName: string, Dimensions: object[]) => ({
        Id,
        MetricStat: {
          Metric: { Namespace: 'ECS/ContainerInsights', MetricName, Dimensions: Dimensions as never },
          ...{ Period: 60, Stat: 'Average' },
        },
      });
      const cluster = dimensions.slice(0, 1);
      const { MetricDataResults } = await world.cloudwatch.send(
        new GetMetricDataCommand({
          MetricDataQueries: [
            of('reserved', 'CpuReserved', cluster),
            of('used', 'CpuUtilized', dimensions),
            of('memory', 'MemoryUtilized', [...cluster, { Name: 'TaskDefinitionFamily', Value: 'web' }]),
          ],
          ...{ StartTime: new Date(world.clock.now() - minuteMs), EndTime: new Date(world.clock.now()) },
        }),
      );
      const values = MetricDataResults?.map(({ Values }) =>
        Values?.map((value) => Math.round(value * 10) / 10),
      );
      expect(values).toEqual([[512], [102.4], [128]]);
    },
  },
  {
    page: 'deployment-alarm-failure',
    says: 'ECS watches a new release for as long as its alarms take to notice it',
    async run(world) {
      await measured(world);
      world.alarms.delayMs = 5 * minuteMs;
      const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
      world.alarms.set('errors', 'OK');
      world.call('RegisterTaskDefinition', webDefinition({}, { image: 'shop:2' }));
      const deploymentConfiguration = { alarms };
      world.call('UpdateService', { service: 'web', taskDefinition: 'web', deploymentConfiguration });
      const state = async () => {
        const { services } = await world.ecs.send(new DescribeServicesCommand({ services: ['web'] }));
        return services?.[0]?.deployments?.find(({ status }) => status === 'PRIMARY')?.rolloutState;
      };
      await world.clock.advance(4 * minuteMs);
      expect(await state()).toBe('IN_PROGRESS');
      await world.clock.advance(3 * minuteMs);
      expect(await state()).toBe('COMPLETED');
    },
  },
  {
    page: 'cloudwatch-metrics',
    says: 'an alarm on a service’s CPU utilisation goes into ALARM',
    wants,
    async run(world) {
      await measured(world);
      await world.cloudwatch.send(
        new PutMetricAlarmCommand({
          ...{ AlarmName: 'hot', Namespace: 'AWS/ECS', MetricName: 'CPUUtilization', Dimensions: dimensions },
          ...{ Statistic: 'Average', Period: 60, EvaluationPeriods: 2, Threshold: 19 },
          ComparisonOperator: 'GreaterThanThreshold',
        }),
      );
      await world.clock.advance(2 * minuteMs);
      const { MetricAlarms } = await world.cloudwatch.send(new DescribeAlarmsCommand({}));
      expect(MetricAlarms).toMatchObject([{ AlarmName: 'hot', StateValue: 'ALARM' }]);
    },
  },
];
