import { randomUUID } from 'node:crypto';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sqsAlarms } from '../core/aws/alarms.ts';
import { createDynamoStore } from '../core/aws/dynamodb/store.ts';
import { awsMembers } from '../core/aws/members.ts';
import { type Environment, parseEnvironments } from '../core/contract/environment.ts';
import type { Territory } from '../core/intake/classify.ts';
import { BerthError } from '../core/kernel/errors.ts';
import { createEngine } from '../core/kernel/reconcile.ts';
import { consoleLog } from './support/log.ts';

/** The one place that reads the function's environment and makes what reaches outside. */
export function compose(env: NodeJS.ProcessEnv = process.env) {
  const log = consoleLog;
  const clock = { now: () => Date.now() };
  const sqs = new SQSClient({});
  const ecs = new ECSClient({});
  const logs = new CloudWatchLogsClient({});
  const loadBalancer = new ElasticLoadBalancingV2Client({});
  const environments = parseEnvironments(required(env, 'BERTH_ENVIRONMENTS'));
  const environment = environmentBy(environments);
  const store = createDynamoStore({ client: new DynamoDBClient({}), table: required(env, 'BERTH_TABLE') });
  const alarms = sqsAlarms(sqs, required(env, 'BERTH_WAKE_QUEUE'), clock);
  const members = awsMembers({ store, clock, log, ecs, loadBalancer, logs, environment });
  const engine = createEngine({ store, clock, alarms, members, log, owner: randomUUID() });
  const deadLetterQueue = env.BERTH_DEAD_LETTER_QUEUE;
  const territory = territoryOf(environments);
  return {
    log,
    clock,
    sqs,
    ecs,
    logs,
    environments,
    environment,
    store,
    alarms,
    engine,
    deadLetterQueue,
    territory,
  };
}

export type Composition = ReturnType<typeof compose>;

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`the function needs the environment variable ${name}`);
  return value;
}

const environmentBy = (environments: readonly Environment[]) => (name: string) => {
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  const those = environments.map((environment) => environment.name).join(', ');
  throw new BerthError('not-found', `there is no environment ${JSON.stringify(name)}; there are: ${those}`);
};

const territoryOf = (environments: readonly Environment[]): Territory => ({
  account: environments[0]?.account ?? '',
  environments: new Map(environments.map(({ cluster, name }) => [cluster, name])),
});
