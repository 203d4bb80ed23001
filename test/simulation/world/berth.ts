import { sqsAlarms } from '../../../core/aws/alarms.ts';
import {
  actingMembers,
  actingReceivers,
  deploymentsAlone,
  workingMembers,
  workingReceivers,
} from '../../../core/aws/members.ts';
import type { Environment } from '../../../core/contract/environment.ts';
import type { AskWebhook } from '../../../core/deployments/gates/webhooks.ts';
import type { EvidenceQuery } from '../../../core/deployments/seeing.ts';
import type { Member, Members, Receivers } from '../../../core/kernel/item.ts';
import type { Log, Store } from '../../../core/kernel/ports.ts';
import { createEngine } from '../../../core/kernel/reconcile.ts';
import type { OperationDependencies } from '../../../core/operations/ports.ts';
import type { ServiceEffect } from '../../../core/services/model.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Observation } from '../observation.ts';
import type { Weather } from '../weather.ts';
import { type Balancer, loadBalancerClient } from './balancer.ts';
import {
  deadLetterQueue,
  ecsClient,
  lastLinesIn,
  type Queues,
  sqsClient,
  wakeQueue,
  workQueue,
} from './clients.ts';
import type { WorldClock } from './clock.ts';
import { account, cluster, region, type SimulatedEcs } from './ecs.ts';
import { evidenceOf } from './evidence.ts';
import type { Parts } from './functions.ts';
import { environmentName, webhookIn } from './people.ts';
import { isWrite, type Process, storeOf } from './process.ts';
import type { StaleReads } from './stale-reads.ts';

const environment: Environment = {
  name: environmentName,
  cluster,
  region,
  account,
  loadBalancerArn: `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/berth/1`,
  vpcId: 'vpc-1',
  subnets: ['subnet-a', 'subnet-b'],
  securityGroups: [],
  launchType: 'FARGATE',
  ecsInfrastructureRoleArn: `arn:aws:iam::${account}:role/ecs`,
  hookFunctionArn: `arn:aws:lambda:${region}:${account}:function:hook`,
  hookRoleArn: `arn:aws:iam::${account}:role/hook`,
  logGroupPrefix: '/berth',
  github: {
    webhookSecretArn: `arn:aws:secretsmanager:${region}:${account}:secret:github-abcdef`,
    apiUrl: 'https://api.github.com',
  },
  local: false,
};

const territory = { account, environments: new Map([[cluster, environmentName]]) };
const silent: Log = { info() {}, warn() {}, error() {} };

type Json = Readonly<Record<string, unknown>>;

/** What all processes share. */
export interface Shared {
  readonly clock: WorldClock;
  readonly ecs: SimulatedEcs;
  readonly stale: StaleReads;
  readonly balancer: Balancer;
  readonly queues: Queues;
  readonly mutant: Mutant | undefined;
  readonly weather: Weather;
  store(by: string): Store;
  /** Whether anybody makes use of a service. */
  traffic(ecsName: string): boolean;
  see(observation: Observation): void;
  note(line: string): void;
  /** Somebody has registered a task definition. */
  registered(arn: string): void;
}

/** What one process is made of: Berth itself, every way out of it through the process. */
export function compose(process: Process, shared: Shared): Parts {
  const { clock, mutant, ecs: there, traffic } = shared;
  const watched = shared.store(process.owner);
  const sqs = sqsClient(process, shared.queues);
  const ecs = ecsOf(process, shared, undefined, undefined);
  const base = {
    store: storeOf(process, mutant?.store?.(watched, clock) ?? watched),
    clock: process.clock,
    log: silent,
    loadBalancer: loadBalancerClient(process, shared.balancer),
    readLastLines: lastLinesIn(process),
    environment: () => environment,
  };
  const judge = async (query: EvidenceQuery) => {
    try {
      const nowMs = Math.min(clock.now(), process.clock.now());
      const measure = () => evidenceOf(query, nowMs, traffic(query.ecsName), there);
      return await process.call('GetMetricData', false, measure);
    } catch {
      return [];
    }
  };
  const eyes = { ...base, ecs };
  /** Each effect has a client of its own, so that it is known what is written because of which intent. */
  const withIntent = (kind: string, member: Member): Member => ({
    ...member,
    perform(effect, given) {
      const context = mutant?.context?.(given, effect) ?? given;
      if (effect.type === 'ask_webhook')
        return process.call('POST to a webhook', false, () => webhookSays(effect as AskWebhook));
      const apply = effect.type === 'apply' ? (effect as ServiceEffect) : undefined;
      const hands = ecsOf(process, shared, given.id, apply);
      const own = {
        ...actingMembers({ ...base, ecs: hands, hands }),
        ...workingMembers({ ...base, ecs: hands, hands }),
      };
      return (own[kind] ?? member).perform(effect, context);
    },
  });
  const mistaken = (members: Members, change = (_: string, member: Member) => member): Members =>
    Object.fromEntries(
      Object.entries(members).map(([kind, member]) => {
        const whole = change(kind, member);
        return [kind, mutant?.member?.(whole) ?? whole];
      }),
    );
  /** Who only takes something in makes the same mistakes in it. */
  const heardBy = (receivers: Receivers): Receivers =>
    Object.fromEntries(
      Object.entries(receivers).map(([kind, receiver]) => {
        const whole = { domain: receiver, look: async () => ({}), perform: async () => ({}) };
        return [kind, mutant?.member?.(whole as unknown as Member).domain ?? receiver];
      }),
    );
  const alarms = sqsAlarms(sqs, { wake: wakeQueue, work: workQueue }, process.clock);
  const engineOf = (members: Members, receivers: Receivers = {}) =>
    createEngine({ ...base, alarms, members, receivers: heardBy(receivers), owner: process.owner });
  const known = mutant?.territory?.(territory) ?? territory;
  return {
    ...eyes,
    sqs,
    deadLetterQueue,
    alarms,
    engine: engineOf(mistaken(actingMembers({ ...eyes, judge, hands: ecs }), withIntent), workingReceivers),
    work: engineOf(mistaken(workingMembers({ ...eyes, hands: ecs }), withIntent), actingReceivers),
    api: engineOf({}, { ...actingReceivers, ...workingReceivers }),
    hook: engineOf(mistaken(deploymentsAlone(eyes))),
    territory: known,
  };
}

/** What a webhook says stands in its address; one that says nothing is as good as not there. */
function webhookSays({ url, attempt }: AskWebhook) {
  const text = webhookIn(url);
  if (text === 'yes' || text === 'no') return { says: text, text };
  if (text === 'later, then yes') return { says: attempt < 3 ? 'later' : 'yes', text };
  return { says: 'later', text: text === 'nothing' ? 'it did not answer' : text };
}

/** What the API is made of besides. */
export const operationsOf = (parts: Parts, newId: () => string): OperationDependencies => ({
  ...parts,
  engine: parts.api,
  environments: [environment],
  logs: { tail: async () => ({ events: [] }) },
  live: { look: async () => new Map() },
  owners: { find: async () => ({ seen: 'absent' }) },
  images: { resolve: async () => ({ is: 'unknown', text: 'no registry is asked here' }) },
  describe: async () => ({}),
  newId,
});

/** ECS as a process calls it, because of an intent: each call is told of, and so is each write that took effect. */
function ecsOf(
  process: Process,
  { clock, ecs, stale, weather, see, note, mutant, registered }: Shared,
  intent: string | undefined,
  effect: ServiceEffect | undefined,
) {
  const by = process.owner;
  const told = {
    called: (action: string, input: Json) =>
      see({ type: 'called', now: clock.now(), action, input, by, intent }),
    answered(action: string, input: Json, { services = [], failures = [] }: Json) {
      if (action !== 'DescribeServices') return;
      const told = [...(services as Json[]), ...(failures as Json[])];
      for (const service of input.services as string[]) {
        const isTelling = told.some(({ serviceName, arn }) => String(serviceName ?? arn).endsWith(service));
        see({ type: 'answered', now: clock.now(), service, isTelling, by, intent });
      }
    },
  };
  const client = ecsClient(process, told, (action, input) => {
    if (action === 'DescribeServices') return stale.describe(input);
    if (action === 'DescribeServiceDeployments') return stale.describeDeployments(input);
    if (action === 'RunTask' && weather.strikes('RunTask answers with failures')) return noRoom;
    const hasty =
      weather.has('a PAUSE hook is over within a minute') && isWrite(action) ? hurried(input) : input;
    const isHasty = hasty !== input && weather.strikes('a PAUSE hook is over within a minute');
    const answer = ecs.call(action, isHasty ? hasty : input);
    if (action === 'DescribeTasks') {
      see({ type: 'described', now: clock.now(), tasks: answer.tasks as Json[] });
      return stale.describeTasks(answer);
    }
    if (action === 'ListTasks') return stale.listTasks(answer);
    if (!isWrite(action)) return answer;
    const generation = effect?.type === 'apply' ? ` (generation ${effect.target.generation})` : '';
    note(`${by} ${action} ${wordsOfWrite(input)}${generation}`);
    stale.sample();
    see({ type: 'written', now: clock.now(), action, input, by, intent, effect });
    if (action === 'RegisterTaskDefinition')
      registered(String((answer.taskDefinition as Json).taskDefinitionArn));
    return answer;
  });
  return mutant?.client?.(client, intent) ?? client;
}

/** As if somebody had set the least time that ECS knows for its PAUSE hooks; the same where there is none. */
function hurried(input: Json): Json {
  const { deploymentConfiguration } = input as { deploymentConfiguration?: { lifecycleHooks?: Json[] } };
  const hooks = deploymentConfiguration?.lifecycleHooks ?? [];
  if (!hooks.some(({ targetType }) => targetType === 'PAUSE')) return input;
  const lifecycleHooks = hooks.map((hook) =>
    hook.targetType === 'PAUSE'
      ? { ...hook, timeoutConfiguration: { timeoutInMinutes: 1, action: 'ROLLBACK' } }
      : hook,
  );
  return { ...input, deploymentConfiguration: { ...deploymentConfiguration, lifecycleHooks } };
}

const noRoom = { tasks: [], failures: [{ reason: 'RESOURCE:FARGATE' }] };

export const wordsOfWrite = (input: Json) =>
  [
    input.service ?? input.serviceName ?? input.family ?? input.group,
    input.taskDefinition,
    input.desiredCount,
  ]
    .filter((word) => word !== undefined)
    .map((word) => String(word).replace(/^.*\//, ''))
    .join(' ');
