import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { type MetricsBench, startMetricsBench, startMs } from '../../../local/metrics/testing.ts';
import { createEndpoint } from '../../../local/support/server.ts';
import { AwsError, type Caller } from '../../../local/support/service.ts';
import { createMemoryStore } from '../../../test/support/memory-store.ts';
import { type Environment, parseEnvironments } from '../../contract/environment.ts';
import type { Evidence } from '../../deployments/judge/model.ts';
import type { EvidenceQuery } from '../../deployments/seeing.ts';
import type { TaskRecord } from '../../ecs/task.ts';
import { taskToStore } from '../../intake/records.ts';
import { jsonCaller } from '../json-call.ts';
import { lookForJudge } from '../judge-evidence.ts';
import { getMetricDataBy } from './get-metric-data.ts';

const account = 'arn:aws:elasticloadbalancing:us-east-1:000000000000';
export const loadBalancerArn = `${account}:loadbalancer/app/local/0123456789abcdef`;
export const targetGroupArn = (name: string) => `${account}:targetgroup/${name}/0123456789abcdef`;
const definition = (revision: number) =>
  `arn:aws:ecs:us-east-1:000000000000:task-definition/shop-web:${revision}`;

/** When the step began: on a minute. */
export const sinceMs = startMs;

export const byMetrics: EvidenceQuery = {
  ...{ environment: 'local', cluster: 'default', ecsName: 'shop-web', share: 0.5, sinceMs },
  source: { type: 'metrics', namespace: 'Berth' },
  metrics: {},
  settings: {
    falseAlarms: 0.01,
    errors: { atMostRatio: 2 },
    latency: { percentile: 95, atMostRatio: 1.2 },
    metrics: [],
    ...{ exits: true, traffic: true },
  },
  canary: { ecsName: 'shop-web', taskDefinitionArn: definition(2), targetGroupArn: targetGroupArn('green') },
  baseline: { ecsName: 'shop-web', taskDefinitionArn: definition(1), targetGroupArn: targetGroupArn('blue') },
  baselineIsFresh: false,
};

/** Local AWS's CloudWatch over HTTP on a virtual clock, and a store with the tasks of two releases. */
export interface EvidenceBench extends Pick<MetricsBench, 'clock' | 'metrics'> {
  /** How many of the next calls are throttled, and how many values a page holds. */
  readonly faults: { throttles: number; pageSize: number | undefined };
  /** How many calls were answered. */
  readonly calls: () => number;
  readonly warnings: readonly string[];
  readonly client: CloudWatchClient;
  /** A task, running since a minute before the step unless told otherwise. */
  run(arm: 'canary' | 'baseline', id: string, change?: Partial<TaskRecord>): Promise<void>;
  /** What a task prints of itself at a moment of the step; `resolution` is 1 unless told. */
  print(id: string, atSecond: number, values: Readonly<Record<string, unknown>>, resolution?: 1 | 60): void;
  look(query?: EvidenceQuery): Promise<readonly Evidence[]>;
  close(): Promise<void>;
}

export async function startEvidenceBench(): Promise<EvidenceBench> {
  const bench = await startMetricsBench();
  const { clock, metrics } = bench;
  const store = createMemoryStore();
  const faults: EvidenceBench['faults'] = { throttles: 0, pageSize: undefined };
  const warnings: string[] = [];
  let calls = 0;
  const service = {
    ...metrics.service,
    async call(action: string, input: Record<string, unknown>, caller: Caller) {
      if (faults.throttles-- > 0) throw new AwsError('ThrottlingException', 'Rate exceeded');
      calls += 1;
      return metrics.service.call(action, { ...input, MaxDatapoints: faults.pageSize }, caller);
    },
  };
  const server = createEndpoint({
    ...{ services: [service], routes: [], flush: async () => {}, log: (line) => void warnings.push(line) },
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new CloudWatchClient({ endpoint, region: 'us-east-1', maxAttempts: 1, credentials });
  const call = jsonCaller({ credentials: async () => credentials, endpoint });
  const getMetricData = (region: string) => getMetricDataBy(call, region);
  const silent = () => {};
  const log = { info: silent, error: silent, warn: (text: string) => void warnings.push(text) };
  const deps = { store, clock, log, getMetricData, environment: () => environment };
  return {
    ...{ clock, metrics, faults, warnings, client },
    calls: () => calls,
    async run(arm, id, change = {}) {
      const record = { ...taskOf(id, byMetrics[arm].taskDefinitionArn), ...change };
      const service = record.group?.slice('service:'.length);
      await store.put(taskToStore(record, 'local', service), 'newer');
    },
    print: (id, atSecond, values, resolution = 1) =>
      metrics.extract('/berth/local/shop-web', [{ message: lineOf(id, atSecond, values, resolution) }]),
    look: (query = byMetrics) => lookForJudge(query, deps),
    async close() {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await bench.close();
    },
  };
}

const environment: Environment = parseEnvironments(
  JSON.stringify([
    {
      ...{ name: 'local', cluster: 'default', region: 'us-east-1', account: '000000000000' },
      ...{ subnets: ['subnet-1'], loadBalancerArn },
    },
  ]),
)[0]!;

const lineOf = (
  Task: string,
  atSecond: number,
  values: Readonly<Record<string, unknown>>,
  StorageResolution: number,
) =>
  JSON.stringify({
    _aws: {
      Timestamp: sinceMs + atSecond * 1000,
      CloudWatchMetrics: [
        {
          ...{ Namespace: 'Berth', Dimensions: [['Service', 'Task']] },
          Metrics: Object.keys(values).map((Name) => ({ Name, StorageResolution })),
        },
      ],
    },
    ...{ Service: 'shop-web', Task, ...values },
  });

const taskOf = (id: string, taskDefinitionArn: string): TaskRecord => ({
  taskArn: `arn:aws:ecs:us-east-1:000000000000:task/default/${id}`,
  clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
  version: 1,
  ...{ group: 'service:shop-web', startedBy: undefined, taskDefinitionArn },
  ...{ lastStatus: 'RUNNING', desiredStatus: 'RUNNING', stopCode: undefined, stoppedReason: undefined },
  ...{ availabilityZone: undefined, launchType: 'FARGATE', capacityProvider: undefined, address: undefined },
  ...{ createdAtMs: sinceMs - 70_000, startedAtMs: sinceMs - 60_000, stoppedAtMs: undefined },
  containers: [],
});
