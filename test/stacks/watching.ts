import { expect } from 'vitest';
import type { Stage } from '../../stacks/stages.ts';
import type { Topology } from '../../stacks/topology.ts';
import type { Manifest } from './harness/manifest.ts';
import { polled } from './names.ts';

/** Alarms look at what is there, and tell somebody where the stage says whom. */
export function everythingIsWatched(manifest: Manifest, topology: Topology, stage: Stage): void {
  const alarms = Object.values(manifest['cloudwatch.MetricAlarm'] ?? {});
  const watching = (metricName: string, dimensions: object) =>
    alarms.filter((alarm) => {
      const isOfMetric = alarm.metricName === metricName;
      return isOfMetric && JSON.stringify(alarm.dimensions) === JSON.stringify(dimensions);
    });
  for (const FunctionName of Object.keys(manifest['lambda.Function'] ?? {}))
    for (const metric of ['Errors', 'Throttles'])
      expect(watching(metric, { FunctionName }), `${metric} of ${FunctionName}`).toHaveLength(1);
  for (const [name, { deadLetter }] of Object.entries(topology.queues)) {
    const metric =
      deadLetter === undefined ? 'ApproximateNumberOfMessagesVisible' : 'ApproximateAgeOfOldestMessage';
    expect(watching(metric, { QueueName: `berth-${stage.name}-${name}` }), name).toHaveLength(1);
  }
  for (const { alarmActions } of alarms)
    expect(alarmActions).toEqual(
      stage.alarmTopicArn
        ? [stage.alarmTopicArn.replace(stage.region, '<region>').replace(stage.account, '<account>')]
        : undefined,
    );
}

/** Whatever is handed on without somebody waiting for the answer ends somewhere where it is seen. */
export function nothingIsLost(manifest: Manifest, topology: Topology): void {
  const deadLetters = new Set(
    Object.entries(topology.queues).flatMap(([name, node]) =>
      node.deadLetter === undefined ? [`queue:${name}`] : [],
    ),
  );
  const isDeadLetter = expect.toSatisfy((queue: string) => deadLetters.has(queue));
  for (const [name, queue] of Object.entries(manifest['sqs.Queue'] ?? {}))
    if (!deadLetters.has(`queue:${name.replace(/^berth-[^-]+-/, '')}`))
      expect(queue.redrivePolicy, name).toMatchObject({ deadLetterTargetArn: isDeadLetter });
  for (const target of Object.values(manifest['cloudwatch.EventTarget'] ?? {}))
    expect(target.deadLetterConfig).toEqual({ arn: isDeadLetter });
  for (const { target } of Object.values(manifest['scheduler.Schedule'] ?? {})) {
    const { arn, deadLetterConfig } = target as { arn: string; deadLetterConfig: object };
    expect(deadLetterConfig).toEqual({ arn: isDeadLetter });
    const fn = Object.entries(manifest['lambda.Function'] ?? {}).find(([name]) =>
      name.endsWith(`-${arn.replace('function:', '')}`),
    )?.[1];
    expect(fn?.deadLetterConfig).toEqual({ targetArn: isDeadLetter });
  }
  mappingsFit(manifest, topology);
}

/** What AWS asks of a queue that feeds a function, and of how much of it the function may take. */
function mappingsFit(manifest: Manifest, topology: Topology): void {
  for (const mapping of Object.values(manifest['lambda.EventSourceMapping'] ?? {})) {
    expect(mapping.functionResponseTypes).toEqual(['ReportBatchItemFailures']);
    if ((mapping.batchSize as number) > 10)
      expect(mapping.maximumBatchingWindowInSeconds).toBeGreaterThanOrEqual(1);
  }
  for (const { name, queue, maxConcurrency } of polled(topology)) {
    const { timeoutSeconds, reservedConcurrency = maxConcurrency } = topology.functions[name]!;
    expect(topology.queues[queue]?.visibilitySeconds, queue).toBeGreaterThanOrEqual(timeoutSeconds);
    expect(maxConcurrency, name).toBeGreaterThanOrEqual(2);
    expect(reservedConcurrency, name).toBeGreaterThanOrEqual(maxConcurrency);
  }
}
