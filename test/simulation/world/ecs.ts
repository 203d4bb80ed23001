import { createEcs } from '../../../local/ecs/engine.ts';
import type {
  DefinitionRecord,
  RevisionRecord,
  ServiceDeploymentRecord,
  ServiceRecord,
  StopCode,
  TaskRecord,
} from '../../../local/ecs/model.ts';
import type { Functions, TrafficRules, TrafficWeight } from '../../../local/ecs/ports.ts';
import { ScriptedTargets } from '../../../local/ecs/testing.ts';
import type { ServiceEvent } from '../../../local/events/model.ts';
import { scriptedRuntime } from '../../../local/runtimes/scripted/runtime.ts';
import { openJournal } from '../../../local/support/journal.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Random } from '../random.ts';
import type { WorldClock } from './clock.ts';
import { scriptOf } from './containers.ts';

export const cluster = 'local';
export const account = '000000000000';
export const region = 'us-east-1';

/** How long a task without any check has to run before ECS calls it healthy; how long targets drain at most. */
export const steadySeconds = 2;
const drainDeadlineSeconds = 10;

type Json = Readonly<Record<string, unknown>>;

/** ECS itself: Local AWS's own engine over containers that follow a script, and what is true in it. */
export interface SimulatedEcs {
  /** Calls an action, in wire shapes, of which nothing is to be changed; throws `AwsError`. */
  call(action: string, input: Json): Json;
  service(name: string): ServiceRecord | undefined;
  services(): Iterable<ServiceRecord>;
  task(arn: string): TaskRecord | undefined;
  /** The tasks of one service, or all. */
  tasks(service?: string): readonly TaskRecord[];
  definition(arn: string): DefinitionRecord | undefined;
  serviceDeployment(arn: string): ServiceDeploymentRecord | undefined;
  revision(arn: string): RevisionRecord | undefined;
  /** How a listener's rule leads, by target group. */
  weights(ruleArn: string): readonly TrafficWeight[];
  /** The task definition that a service deployment leads to. */
  aimOf(serviceDeploymentArn: string): string | undefined;
  /** Kills a container; without a choice one of those that run, if any does. */
  kill(random: Random, exitCode: number, task?: TaskRecord): void;
  /** Stops a task as AWS itself does now and then. */
  interrupt(task: TaskRecord, stopCode: StopCode, stoppedReason: string): void;
  stop(): Promise<void>;
}

interface Options {
  readonly clock: WorldClock;
  readonly random: Random;
  readonly mutant: Mutant | undefined;
  readonly trafficRules: TrafficRules;
  readonly functions: Functions;
  publish(event: ServiceEvent): void;
}

export async function startEcs(options: Options): Promise<SimulatedEcs> {
  const { clock, random: all, mutant, publish, trafficRules, functions } = options;
  const random = all.fork('ecs');
  const journal = openJournal();
  const runtime = scriptedRuntime(clock, (launch) => scriptOf(launch, random));
  const engine = createEcs({
    account,
    region,
    clock,
    journal,
    runtime,
    targetGroups: new ScriptedTargets(),
    trafficRules,
    functions,
    random: random.next,
    publish: mutant?.publish?.(publish) ?? publish,
    options: { steadySeconds, drainDeadlineSeconds },
  });
  await engine.start();
  const plain = (action: string, input: Json) => engine.service.call(action, { ...input }, {}) as Json;
  const call = mutant?.ecs?.(plain) ?? plain;
  call('CreateCluster', { clusterName: cluster });
  const services = journal.table<ServiceRecord>('ecs.services');
  const tasks = journal.table<TaskRecord>('ecs.tasks');
  const definitions = journal.table<DefinitionRecord>('ecs.taskDefinitions');
  const deployments = journal.table<ServiceDeploymentRecord>('ecs.serviceDeployments');
  const revisions = journal.table<RevisionRecord>('ecs.serviceRevisions');
  return {
    call,
    service: (name) => services.get(`${cluster}/${name}`),
    services: () => services.values(),
    task: (arn) => tasks.get(arn.slice(arn.lastIndexOf('/') + 1)),
    tasks: (name) =>
      [...tasks.values()].filter(
        ({ service }) => name === undefined || service?.key === `${cluster}/${name}`,
      ),
    definition: (arn) => definitions.get(arn.slice(arn.lastIndexOf('/') + 1)),
    serviceDeployment: (arn) => deployments.get(arn),
    revision: (arn) => revisions.get(arn),
    weights: (ruleArn) => trafficRules.weights(ruleArn) ?? [],
    aimOf(arn) {
      const target = deployments.get(arn)?.targetRevision;
      return target === undefined ? undefined : revisions.get(target)?.definitionArn;
    },
    kill(drawing, exitCode, task) {
      const running = runtime.running().filter((id) => !task || id.startsWith(task.id));
      const [first, ...others] = running;
      if (first !== undefined) runtime.kill(drawing.pick([first, ...others]), exitCode);
    },
    interrupt: (task, stopCode, stoppedReason) => engine.interrupt(task.id, stopCode, stoppedReason),
    stop: () => engine.stop(),
  };
}

export const imageOf = (ecs: SimulatedEcs, definitionArn: string): string =>
  String(ecs.definition(definitionArn)?.definition.containerDefinitions?.[0]?.image ?? 'none');
