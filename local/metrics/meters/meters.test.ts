import { afterEach, expect, test } from 'vitest';
import { type Bench, network, startBench, webDefinition, webService } from '../../ecs/testing.ts';
import type { MeasuredGroup } from '../../loadbalancer/measured.ts';
import { count, emptyTally } from '../../loadbalancer/tally.ts';
import { keyOfMetric } from '../model.ts';
import type { Sample } from '../store.ts';
import { createMeters, type Meters } from './meters.ts';

const minuteMs = 60_000;
let meters: Meters;
afterEach(() => meters.stop());

/** Meters over a scripted ECS; what they measured of late, by namespace, name and dimensions. */
function metersOn(bench: Bench, groups: readonly MeasuredGroup[] = []) {
  const samples: Sample[] = [];
  meters = createMeters({
    clock: bench.clock,
    ecs: { ...bench.engine.state, liveTasks: () => bench.engine.liveTasks() },
    runtime: bench.runtime,
    loadBalancer: { measured: () => groups },
    measured: (sample) => void samples.push(sample),
    log: (line) => console.error(line),
  });
  meters.start();
  return () => {
    const found = samples.splice(0);
    return Object.fromEntries(
      found.map(({ metric, summary }) => [keyOfMetric(metric), [summary.count, summary.sum]]),
    );
  };
}

test('a service uses so much of what its tasks reserve', async () => {
  const bench = await startBench({ script: () => ({ cpuPercent: 12.5, memoryMiB: 128 }) });
  const measured = metersOn(bench);
  bench.call('CreateCluster');
  bench.call('RegisterTaskDefinition', webDefinition());
  bench.call('CreateService', webService());
  await bench.clock.advance(2 * minuteMs);
  measured();
  await bench.clock.advance(minuteMs);
  const dimensions = ['ClusterName', 'default', 'ServiceName', 'web'];
  expect(measured()).toEqual({
    // An eighth of a core of a quarter, and 128 MiB of 512, of two tasks.
    [JSON.stringify(['AWS/ECS', 'CPUUtilization', ...dimensions])]: [2, 100],
    [JSON.stringify(['AWS/ECS', 'MemoryUtilization', ...dimensions])]: [2, 50],
  });
  bench.call('UpdateService', { service: 'web', desiredCount: 0 });
  await bench.clock.advance(2 * minuteMs);
  measured();
  await bench.clock.advance(minuteMs);
  expect(measured()).toEqual({});
});

test('a service can have its metrics every twenty seconds, without a deployment', async () => {
  const bench = await startBench({ script: () => ({ cpuPercent: 12.5, memoryMiB: 128 }) });
  const measured = metersOn(bench);
  bench.call('CreateCluster');
  bench.call('RegisterTaskDefinition', webDefinition());
  bench.call('CreateService', webService());
  const monitoring = (metricNames: readonly string[], resolutionSeconds: number) => ({
    monitoring: { metricConfigurations: [{ metricNames, resolutionSeconds }] },
  });
  const update = (change: object) => ({ service: 'web', ...change });
  expect(bench.refusal('UpdateService', update(monitoring(['CPUUtilization'], 30)))).toMatch(/20 or 60/);
  expect(bench.refusal('UpdateService', update(monitoring(['Other'], 20)))).toMatch(/Other is not supported/);
  bench.call('UpdateService', update(monitoring(['CPUUtilization'], 20)));
  await bench.clock.advance(2 * minuteMs);
  measured();
  const dimensions = ['ClusterName', 'default', 'ServiceName', 'web'];
  const cpu = { [JSON.stringify(['AWS/ECS', 'CPUUtilization', ...dimensions])]: [2, 100] };
  const memory = { [JSON.stringify(['AWS/ECS', 'MemoryUtilization', ...dimensions])]: [2, 50] };
  for (const expected of [cpu, cpu, { ...cpu, ...memory }]) {
    await bench.clock.advance(20_000);
    expect(measured()).toEqual(expected);
  }
  const { services } = bench.call<{ services: { deployments: object[] }[] }>('DescribeServices', {
    services: ['web'],
  });
  expect(services[0]?.deployments).toHaveLength(1);
});

test('Container Insights count the tasks of a cluster that asks for them', async () => {
  const bench = await startBench({ script: () => ({ cpuPercent: 50, memoryMiB: 64 }) });
  const measured = metersOn(bench);
  bench.call('CreateCluster', { settings: [{ name: 'containerInsights', value: 'enabled' }] });
  bench.call('RegisterTaskDefinition', webDefinition());
  bench.call('CreateService', webService({ desiredCount: 1 }));
  bench.call('RunTask', { taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network });
  await bench.clock.advance(2 * minuteMs);
  measured();
  await bench.clock.advance(minuteMs);
  const insights = Object.entries(measured()).filter(([key]) => key.includes('ContainerInsights'));
  const of = (name: string, ...dimensions: string[]) =>
    insights.find(
      ([key]) => key === JSON.stringify(['ECS/ContainerInsights', name, ...dimensions]),
    )?.[1]?.[1];
  const cluster = ['ClusterName', 'default'];
  const service = [...cluster, 'ServiceName', 'web'];
  expect(of('TaskCount', ...cluster)).toBe(2);
  expect(of('ServiceCount', ...cluster)).toBe(1);
  expect(of('CpuUtilized', ...cluster)).toBe(1024);
  expect(of('CpuReserved', ...service)).toBe(256);
  expect(of('MemoryUtilized', ...cluster, 'TaskDefinitionFamily', 'web')).toBe(128);
  expect(of('RunningTaskCount', ...service)).toBe(1);
  expect(of('PendingTaskCount', ...service)).toBe(0);
  expect(of('DesiredTaskCount', ...service)).toBe(1);
});

test('a load balancer tells of its requests and hosts by the names that AWS gives them', async () => {
  const bench = await startBench();
  const tally = emptyTally();
  for (const status of [200, 200, 404, 500]) count(tally, { status, by: 'target', latencyMs: 50 });
  count(tally, { status: 503, by: 'load-balancer' });
  const prefix = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:';
  const measured = metersOn(bench, [
    {
      targetGroupArn: `${prefix}targetgroup/web/0123`,
      loadBalancerArns: [`${prefix}loadbalancer/app/shop/4567`],
      ...{ tally, healthy: 2, unhealthy: 1 },
    },
  ]);
  await bench.clock.advance(minuteMs);
  const found = measured();
  const whole = ['LoadBalancer', 'app/shop/4567'];
  const group = [...whole, 'TargetGroup', 'targetgroup/web/0123'];
  const of = (name: string, ...dimensions: string[]) =>
    found[JSON.stringify(['AWS/ApplicationELB', name, ...dimensions])];
  for (const dimensions of [whole, group]) {
    expect(of('RequestCount', ...dimensions)).toEqual([5, 5]);
    expect(of('HTTPCode_Target_2XX_Count', ...dimensions)).toEqual([2, 2]);
    expect(of('HTTPCode_Target_3XX_Count', ...dimensions)).toBeUndefined();
    expect(of('HTTPCode_ELB_5XX_Count', ...dimensions)).toEqual([1, 1]);
    expect(of('TargetResponseTime', ...dimensions)?.[1]).toBeCloseTo(0.2);
  }
  expect(of('HealthyHostCount', ...group)).toEqual([1, 2]);
  expect(of('UnHealthyHostCount', ...group)).toEqual([1, 1]);
  expect(of('RequestCountPerTarget', 'TargetGroup', 'targetgroup/web/0123')).toEqual([1, 2.5]);
});
