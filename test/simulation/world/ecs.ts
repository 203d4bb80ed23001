import { createEcs } from '../../../local/ecs/engine.ts';
import type { ServiceEvent } from '../../../local/ecs/events.ts';
import type { DefinitionRecord, ServiceRecord, TaskRecord } from '../../../local/ecs/model.ts';
import { ScriptedTargets } from '../../../local/ecs/testing.ts';
import type { ContainerLaunch } from '../../../local/runtimes/runtime.ts';
import { type Script, scriptedRuntime } from '../../../local/runtimes/testing/scripted.ts';
import type { VirtualClock } from '../../../local/support/clock.ts';
import { openJournal } from '../../../local/support/journal.ts';
import type { Random } from '../random.ts';
import type { Behaviour } from '../story.ts';

export const cluster = 'local';
export const account = '000000000000';
export const region = 'us-east-1';

type Json = Readonly<Record<string, unknown>>;

/** ECS itself: Local AWS's own engine over containers that follow a script, and what is true in it. */
export interface SimulatedEcs {
  /** Calls an action, in wire shapes; throws `AwsError`. */
  call(action: string, input: Json): Json;
  service(name: string): ServiceRecord | undefined;
  tasks(name: string): readonly TaskRecord[];
  imageOf(definitionArn: string): string;
  killOne(random: Random): void;
  stop(): Promise<void>;
}

export async function startEcs(
  clock: VirtualClock,
  all: Random,
  publish: (event: ServiceEvent) => void,
): Promise<SimulatedEcs> {
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
    random: random.next,
    publish,
    options: { steadySeconds: 2, drainDeadlineSeconds: 10 },
  });
  await engine.start();
  const call = (action: string, input: Json) =>
    JSON.parse(JSON.stringify(engine.service.call(action, { ...input }, {}))) as Json;
  call('CreateCluster', { clusterName: cluster });
  const services = journal.table<ServiceRecord>('ecs.services');
  const tasks = journal.table<TaskRecord>('ecs.tasks');
  const definitions = journal.table<DefinitionRecord>('ecs.taskDefinitions');
  return {
    call,
    service: (name) => services.get(`${cluster}/${name}`),
    tasks: (name) => [...tasks.values()].filter(({ service }) => service?.key === `${cluster}/${name}`),
    imageOf(definitionArn) {
      for (const one of definitions.values())
        if (one.definition.taskDefinitionArn === definitionArn)
          return String(one.definition.containerDefinitions?.[0]?.image);
      return 'none';
    },
    killOne(drawing) {
      const [first, ...others] = runtime.running();
      if (first !== undefined) runtime.kill(drawing.pick([first, ...others]));
    },
    stop: () => engine.stop(),
  };
}

/** A release's tag begins with how it behaves, for example `shop:crashes-3`. */
export const behaviourOf = (image: string) =>
  image.slice(image.indexOf(':') + 1).replace(/-\d+$/, '') as Behaviour;

const neverHealthy = { healthyAfterMs: Number.MAX_SAFE_INTEGER };

function scriptOf({ image }: ContainerLaunch, random: Random): Script {
  const startDelayMs = random.between(100, 3_000);
  const stopMs = random.between(0, 2_000);
  switch (behaviourOf(image)) {
    case 'works':
      return { startDelayMs, stopMs };
    case 'crashes':
      return { startDelayMs, exitAfterMs: random.between(50, 1_500), exitCode: 1, ...neverHealthy };
    case 'sickens':
      return { startDelayMs, stopMs, ...neverHealthy };
    case 'never-starts':
      return { startDelayMs, startError: `CannotPullContainerError: pull image manifest has been retried` };
  }
}
