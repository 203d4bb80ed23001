import type { TaskRecord } from '../../../local/ecs/model.ts';
import type { ServiceEvent } from '../../../local/events/model.ts';
import type { FaultName } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Weather } from '../weather.ts';
import type { WorldClock } from './clock.ts';
import { exitCodes } from './containers.ts';
import { cluster, type SimulatedEcs } from './ecs.ts';

interface Scene {
  readonly clock: WorldClock;
  readonly weather: Weather;
  readonly random: Random;
  ecs(): SimulatedEcs;
  /** Nothing is heard of the task any more but that it has stopped. */
  silence(taskArn: string): void;
  note(line: string): void;
}

type Mishap = (task: TaskRecord, scene: Scene) => void;

const mishaps = {
  'a task dies in whatever state it is': (task, { ecs, random }) =>
    ecs().kill(random, random.pick(exitCodes), task),
  'the hardware under a task fails': (task, { ecs, random }) => {
    ecs().interrupt(task, 'InfrastructureHealth', 'Underlying infrastructure is unhealthy');
    ecs().kill(random, 137, task);
  },
  'a task is told of maintenance': (task, { ecs }) =>
    ecs().interrupt(task, 'TerminationNotice', 'Task was retired for maintenance'),
  'a task is stopped by hand': (task, { ecs }) => {
    ecs().call('StopTask', { cluster, task: task.arn, reason: 'stopped in the console' });
  },
  'Spot takes a task back': takeBack,
  'Spot takes a zone back': ({ zone }, scene) => {
    for (const task of scene.ecs().tasks()) if (task.zone === zone) takeBack(task, scene);
  },
} as const satisfies Partial<Record<FaultName, Mishap>>;

function takeBack(task: TaskRecord, { ecs, silence }: Scene): void {
  silence(task.arn);
  ecs().interrupt(task, 'SpotInterruption', 'Your Spot Task was interrupted.');
}

const names = Object.keys(mishaps) as (keyof typeof mishaps)[];

/** Whatever state a task has just come to, something may happen to it a moment later. */
export function mishapAfter(event: ServiceEvent, scene: Scene): void {
  const { clock, weather, random, ecs, note } = scene;
  const arn = event.resources[0] ?? '';
  if (event['detail-type'] !== 'ECS Task State Change' || event.detail.lastStatus === 'STOPPED') return;
  for (const name of names) {
    if (!weather.strikes(name)) continue;
    clock.after(random.between(0, 1_500), () => {
      const task = ecs().task(arn);
      if (!task || task.lastStatus === 'STOPPED') return;
      note(`${name}: ${task.id.slice(0, 8)}, which is ${task.lastStatus}`);
      mishaps[name](task, scene);
    });
  }
}
