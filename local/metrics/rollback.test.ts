import { expect, test } from 'vitest';
import { createEcs } from '../ecs/engine.ts';
import { ScriptedTargets, webDefinition, webService } from '../ecs/testing.ts';
import { scriptedRuntime } from '../runtimes/scripted/runtime.ts';
import { VirtualClock } from '../support/clock.ts';
import { openJournal } from '../support/journal.ts';
import { createMeters } from './meters/meters.ts';
import { createMetrics } from './metrics.ts';

type Json = Readonly<Record<string, unknown>>;

const minuteMs = 60_000;

test('a release that uses too much CPU is measured, alarms, and is rolled back', async () => {
  const clock = new VirtualClock(Date.parse('2026-11-23T10:00:00Z'));
  const journal = openJournal();
  const runtime = scriptedRuntime(clock, ({ image }) => ({ cpuPercent: image === 'shop:2' ? 24 : 5 }));
  const place = { account: '000000000000', region: 'us-east-1', clock, journal };
  const told: string[] = [];
  const publish = ({ 'detail-type': type, detail }: { 'detail-type': string; detail: Json }) =>
    void told.push(`${type} ${String(detail.eventName ?? (detail.state as Json | undefined)?.value)}`);
  const metrics = createMetrics({ ...place, publish });
  const targetGroups = new ScriptedTargets();
  const ecs = createEcs({ ...place, runtime, targetGroups, publish, alarms: metrics.alarms });
  const meters = createMeters({
    ...{ clock, runtime, measured: metrics.measured, log: console.error },
    ecs: { ...ecs.state, liveTasks: ecs.liveTasks },
    loadBalancer: { measured: () => [] },
  });
  metrics.start();
  await ecs.start();
  meters.start();
  const call = (service: 'ecs' | 'metrics', action: string, input: Json = {}) =>
    (service === 'ecs' ? ecs : metrics).service.call(action, { ...input }, {}) as Json;

  await call('metrics', 'PutMetricAlarm', {
    ...{ AlarmName: 'hot', Namespace: 'AWS/ECS', MetricName: 'CPUUtilization', Statistic: 'Maximum' },
    ...{ Period: 60, EvaluationPeriods: 1, Threshold: 90, ComparisonOperator: 'GreaterThanThreshold' },
    Dimensions: [
      { Name: 'ClusterName', Value: 'default' },
      { Name: 'ServiceName', Value: 'web' },
    ],
  });
  call('ecs', 'CreateCluster');
  call('ecs', 'RegisterTaskDefinition', webDefinition());
  const alarms = { alarmNames: ['hot'], enable: true, rollback: true };
  call('ecs', 'CreateService', webService({ deploymentConfiguration: { alarms } }));
  await clock.advance(10 * minuteMs);
  expect(metrics.alarms.state('hot')).toBe('OK');
  told.length = 0;

  call('ecs', 'RegisterTaskDefinition', webDefinition({}, { image: 'shop:2' }));
  call('ecs', 'UpdateService', { service: 'web', taskDefinition: 'web' });
  await clock.advance(20 * minuteMs);
  const { services } = call('ecs', 'DescribeServices', { services: ['web'] }) as {
    services: { taskDefinition: string }[];
  };
  expect(services[0]?.taskDefinition).toMatch(/task-definition\/web:1$/);
  expect(told.filter((one) => !one.includes('Task State'))).toEqual(
    expect.arrayContaining([
      'CloudWatch Alarm State Change ALARM',
      'ECS Deployment State Change SERVICE_DEPLOYMENT_FAILED',
    ]),
  );
  expect(metrics.alarms.state('hot')).toBe('OK');
  meters.stop();
  metrics.stop();
  await ecs.stop();
});
