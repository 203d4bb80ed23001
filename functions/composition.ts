import { randomUUID } from 'node:crypto';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sqsAlarms } from '../core/aws/alarms.ts';
import { createDynamoStore } from '../core/aws/dynamodb/store.ts';
import { inspectorOf } from '../core/aws/ecs/inspect.ts';
import { liveServices } from '../core/aws/ecs/live.ts';
import { ownersIn } from '../core/aws/ecs/owners.ts';
import { getMetricDataBy } from '../core/aws/evidence/get-metric-data.ts';
import { reportStatus } from '../core/aws/github-status.ts';
import { registries } from '../core/aws/images/images.ts';
import { jsonCaller } from '../core/aws/json-call.ts';
import { lookForJudge } from '../core/aws/judge-evidence.ts';
import { lastLinesBy } from '../core/aws/last-lines.ts';
import { cloudWatchLogs } from '../core/aws/logs.ts';
import {
  actingMembers,
  actingReceivers,
  deploymentsAlone,
  lookingMembers,
  workingMembers,
  workingReceivers,
} from '../core/aws/members.ts';
import { secretNamesOf } from '../core/aws/secret-names.ts';
import { secretsManager } from '../core/aws/secrets.ts';
import type { Environment } from '../core/contract/environment.ts';
import type { EvidenceQuery } from '../core/deployments/seeing.ts';
import type { Territory } from '../core/intake/classify.ts';
import { BerthError } from '../core/kernel/errors.ts';
import type { Members, Receivers } from '../core/kernel/item.ts';
import { createEngine } from '../core/kernel/reconcile.ts';
import { callMs } from '../core/kernel/settle.ts';
import { idsBy } from '../core/operations/ids.ts';
import type { PipelineEffect } from '../core/pipelines/model.ts';
import { describedIn } from './support/description.ts';
import { consoleLog } from './support/log.ts';

/*
 * The one place that reads the function's environment and makes what reaches outside. There is a part for each
 * function, so that no bundle carries a client that its function does not use.
 */

/** Records, and asks for looks: all that taking events in needs. */
export function composeIntake(env: NodeJS.ProcessEnv = process.env) {
  const clock = { now: () => Date.now() };
  const environments = environmentsOf(env);
  const sqs = new SQSClient({});
  return {
    log: consoleLog,
    clock,
    environments,
    environment: environmentBy(environments),
    territory: territoryOf(environments),
    store: createDynamoStore({ client: new DynamoDBClient({}), table: required(env, 'BERTH_TABLE') }),
    sqs,
    alarms: sqsAlarms(sqs, { wake: env.BERTH_WAKE_QUEUE, work: env.BERTH_WORK_QUEUE }, clock),
    deadLetterQueue: env.BERTH_DEAD_LETTER_QUEUE,
  };
}

/** Besides, reads ECS. */
export const composeSweep = () => ({ ...composeIntake(), ecs: new ECSClient({}) });

/** Takes in what people ask and shows them what there is; what it comes to is decided by whoever is woken. */
export function composeApi() {
  const eyes = composeSweep();
  return {
    ...composeTaking(eyes),
    logs: cloudWatchLogs(new CloudWatchLogsClient({})),
    live: liveServices(eyes.ecs),
    describe: describedIn(new URL('openapi.json', import.meta.url)),
  };
}

/** Says what deployments would come to, and takes over what is there already. */
export function composePreflight() {
  const eyes = composeSweep();
  return {
    ...composeTaking(eyes),
    inspector: inspectorOf(eyes.ecs),
    secretNames: secretNamesOf(callerOf(eyes)),
  };
}

/** Takes in what GitHub tells. */
export function composeGitHub() {
  const eyes = composeSweep();
  return { ...composeTaking(eyes), secrets: secretsManager(callerOf(eyes), eyes.clock, eyes.log) };
}

/** Says what would be decided now; tells nobody anything. */
export function composeExplain() {
  const eyes = composeEyes();
  return { ...eyes, engine: engineOf(eyes, lookingMembers(eyes)) };
}

/** What taking a manifest in needs. */
const composeTaking = (eyes: ReturnType<typeof composeSweep>) => ({
  ...eyes,
  engine: engineOf(eyes, {}, { ...actingReceivers, ...workingReceivers }),
  owners: ownersIn(eyes.ecs),
  images: registries(),
  newId: idsBy(eyes.clock),
});

/** Takes in what ECS asks, and looks; judging and effects are left to `composeEngine`. */
export function composeHook() {
  const eyes = composeSweep();
  return { ...eyes, engine: engineOf(eyes, deploymentsAlone(eyes)) };
}

/** Looks at services, deployments and locks, and settles their outboxes. */
export function composeEngine() {
  const eyes = composeEyes();
  const loadBalancer = new ElasticLoadBalancingV2Client({});
  const getMetricData = (region: string) => getMetricDataBy(callerOf(eyes), region);
  const judge = (query: EvidenceQuery) => lookForJudge(query, { ...eyes, getMetricData });
  const members = actingMembers({ ...eyes, judge, hands: handsOf(), loadBalancer });
  return { ...eyes, engine: engineOf(eyes, members, workingReceivers) };
}

/** Looks at jobs, applications and pipelines, and settles their outboxes. */
export function composeWork() {
  const eyes = composeEyes();
  const secrets = secretsManager(callerOf(eyes), eyes.clock, eyes.log);
  const reporter = (effect: PipelineEffect) => reportStatus(effect, { ...eyes, secrets });
  const members = workingMembers({ ...eyes, reporter, hands: handsOf() });
  return { ...eyes, engine: engineOf(eyes, members, actingReceivers) };
}

// A write that hangs ends while its lease still holds; the loop tries again, and asks anew before it does.
const requestHandler = { requestTimeout: callMs, throwOnRequestTimeout: true };
const handsOf = () => new ECSClient({ maxAttempts: 1, requestHandler });

/** Calls services for which there is no client here. */
const callerOf = ({ ecs }: ReturnType<typeof composeSweep>) =>
  jsonCaller({ credentials: ecs.config.credentials, endpoint: process.env.AWS_ENDPOINT_URL });

function composeEyes() {
  const eyes = composeSweep();
  return { ...eyes, readLastLines: lastLinesBy(callerOf(eyes)) };
}

const engineOf = (parts: ReturnType<typeof composeIntake>, members: Members, receivers?: Receivers) =>
  createEngine({ ...parts, members, ...(receivers && { receivers }), owner: randomUUID() });

/** Whoever deployed the function has checked them (`parseEnvironments`), and filled in what was left out. */
const environmentsOf = (env: NodeJS.ProcessEnv) =>
  JSON.parse(required(env, 'BERTH_ENVIRONMENTS')) as readonly Environment[];

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

function required(env: NodeJS.ProcessEnv, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`the function needs the environment variable ${name}`);
  return value;
}
