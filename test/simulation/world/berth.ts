import { awsMembers } from '../../../core/aws/members.ts';
import type { Environment } from '../../../core/contract/environment.ts';
import type { Member, Members } from '../../../core/kernel/item.ts';
import type { Ref } from '../../../core/kernel/plan.ts';
import type { Log, Store } from '../../../core/kernel/ports.ts';
import { createEngine } from '../../../core/kernel/reconcile.ts';
import type { OperationDependencies } from '../../../core/operations/ports.ts';
import type { ServiceEffect } from '../../../core/services/model.ts';
import type { VirtualClock } from '../../../local/support/clock.ts';
import type { Mutant } from '../mutants.ts';
import type { Observation } from '../observation.ts';
import { type Balancer, ecsClient, loadBalancerClient, logsClient } from './clients.ts';
import { account, cluster, region, type SimulatedEcs } from './ecs.ts';
import type { Parts } from './functions.ts';
import type { Mail } from './mail.ts';
import { environmentName } from './people.ts';
import { type Process, storeOf } from './process.ts';
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
  logGroupPrefix: '/berth',
  local: false,
};

const territory = { account, environments: new Map([[cluster, environmentName]]) };
const silent: Log = { info() {}, warn() {}, error() {} };
const isWrite = /^(Create|Update|Delete|Register|Deregister)/;

type Json = Readonly<Record<string, unknown>>;

/** What all processes share. */
export interface Shared {
  readonly clock: VirtualClock;
  readonly ecs: SimulatedEcs;
  readonly stale: StaleReads;
  readonly balancer: Balancer;
  readonly mutant: Mutant | undefined;
  wakes(): Mail<Ref>;
  store(by: string): Store;
  see(observation: Observation): void;
  note(line: string): void;
}

/** What one process is made of: Berth itself, every way out of it through the process. */
export function compose(process: Process, shared: Shared): Parts {
  const { clock, mutant } = shared;
  const watched = shared.store(process.owner);
  const store = storeOf(process, mutant?.store?.(watched, clock) ?? watched);
  const ring = async (ref: Ref, at: number) =>
    shared.wakes().post(ref, Math.max(0, at - process.clock.now()));
  const base = {
    store,
    clock: process.clock,
    log: silent,
    loadBalancer: loadBalancerClient(process, shared.balancer),
    logs: logsClient(process),
    environment: () => environment,
  };
  const ecs = ecsClient(process, callBy(process, shared, undefined, undefined));
  /** Each effect has a client of its own, so that it is known what is written because of which intent. */
  const withIntent = (kind: string, member: Member): Member => ({
    ...member,
    perform(effect, context) {
      const apply = effect.type === 'apply' ? (effect as ServiceEffect) : undefined;
      const own = awsMembers({
        ...base,
        ecs: ecsClient(process, callBy(process, shared, context.id, apply)),
      });
      return (own[kind] ?? member).perform(effect, mutant?.context?.(context, effect) ?? context);
    },
  });
  const members: Members = Object.fromEntries(
    Object.entries(awsMembers({ ...base, ecs })).map(([kind, member]) => {
      const whole = withIntent(kind, member);
      return [kind, mutant?.member?.(whole) ?? whole];
    }),
  );
  const alarms = { ring };
  const engine = createEngine({ ...base, alarms, members, owner: process.owner });
  return { ...base, ecs, alarms, engine, territory };
}

/** What the API is made of besides. */
export const operationsOf = (parts: Parts, newId: () => string): OperationDependencies => ({
  ...parts,
  environments: [environment],
  logs: { tail: async () => ({ events: [] }) },
  live: { look: async () => new Map() },
  newId,
});

/** Calls ECS for a process, and tells of what it writes. */
function callBy(
  process: Process,
  { clock, ecs, stale, see, note }: Shared,
  intent: string | undefined,
  effect: ServiceEffect | undefined,
) {
  return (action: string, input: Json): Json => {
    if (action === 'DescribeServices') return stale.describe(input);
    const answer = ecs.call(action, input);
    if (!isWrite.test(action)) return answer;
    const generation = effect ? ` (generation ${effect.target.generation})` : '';
    note(`${process.owner} ${action} ${wordsOfWrite(input)}${generation}`);
    stale.sample();
    see({ type: 'written', now: clock.now(), action, input, by: process.owner, intent, effect });
    return answer;
  };
}

export const wordsOfWrite = (input: Json) =>
  [input.service ?? input.serviceName ?? input.family, input.taskDefinition, input.desiredCount]
    .filter((word) => word !== undefined)
    .map((word) => String(word).replace(/^.*\//, ''))
    .join(' ');
