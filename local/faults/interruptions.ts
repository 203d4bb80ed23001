import type { EcsEngine } from '../ecs/engine.ts';
import type { TaskRecord } from '../ecs/model.ts';
import type { Capacity } from '../ecs/ports.ts';
import { containerId } from '../ecs/tasks/launch.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Clock } from '../support/clock.ts';
import type { FaultBook } from './book.ts';
import { means } from './decide.ts';
import type { Fault, FaultOf } from './model.ts';

export interface InterruptionsDependencies {
  readonly book: FaultBook;
  readonly clock: Clock;
  runtime(): Runtime;
  /** Asked for once something is to be interrupted. */
  ecs(): EcsEngine;
}

/** What AWS takes away: Spot capacity, a zone, a container instance. */
export interface Interruptions {
  /** Does at once what the fault does as soon as it is there. */
  begin(fault: Fault, id: string): void;
  /** What is left while such faults last. */
  readonly capacity: Capacity;
}

const spotNoticeSeconds = 120;

export function createInterruptions(deps: InterruptionsDependencies): Interruptions {
  const { book } = deps;
  return {
    begin(fault, id) {
      if (fault.kind === 'spot-reclaimed') reclaim(deps, fault, id);
      if (fault.kind === 'zone-lost') loseZone(deps, fault, id);
      if (fault.kind === 'instance-lost') {
        deps.ecs().instances.terminate(fault.cluster ?? 'default', fault.instance);
        book.struck(id);
      }
    },
    capacity: {
      hasZone: (zone) => !book.active('zone-lost').some(({ fault }) => fault.zone === zone),
      // A fault that is bounded by a count takes so many tasks and leaves room for others.
      hasSpot: () => !book.active('spot-reclaimed').some(({ fault }) => fault.forSeconds !== undefined),
    },
  };
}

/** The notice, with SIGTERM at once; whoever still runs two minutes later is killed. */
function reclaim(deps: InterruptionsDependencies, fault: FaultOf<'spot-reclaimed'>, id: string): void {
  const { book, clock, ecs } = deps;
  const tasks = ecs()
    .liveTasks()
    .filter(
      ({ capacityProvider, desiredStatus }) =>
        capacityProvider === 'FARGATE_SPOT' && desiredStatus === 'RUNNING',
    )
    .filter((task) => means(fault, { cluster: task.cluster, task: task.id }))
    .slice(0, fault.count);
  for (const task of tasks) {
    ecs().interrupt(task.id, 'TerminationNotice', 'Your Spot Task was interrupted.');
    signal(deps, task, 'SIGTERM');
    clock.after((fault.noticeSeconds ?? spotNoticeSeconds) * 1000, () => kill(deps, task.id));
  }
  book.struck(id, tasks.length);
}

/** Power is gone: nobody is asked to end. */
function loseZone(deps: InterruptionsDependencies, fault: FaultOf<'zone-lost'>, id: string): void {
  const tasks = deps
    .ecs()
    .liveTasks()
    .filter(({ zone }) => zone === fault.zone)
    .slice(0, fault.count);
  for (const task of tasks) fail(deps, task, `Host in ${fault.zone} is impaired.`);
  deps.book.struck(id, tasks.length);
}

function fail(deps: InterruptionsDependencies, task: TaskRecord, reason: string): void {
  deps.ecs().interrupt(task.id, 'InfrastructureHealth', reason);
  signal(deps, task, 'SIGKILL');
}

function kill(deps: InterruptionsDependencies, taskId: string): void {
  const task = deps
    .ecs()
    .liveTasks()
    .find(({ id }) => id === taskId);
  if (task) signal(deps, task, 'SIGKILL');
}

/** What cannot be signalled has ended, or ends by its time to stop. */
function signal({ runtime }: InterruptionsDependencies, task: TaskRecord, name: 'SIGTERM' | 'SIGKILL'): void {
  for (const container of task.containers) {
    if (container.status === 'RUNNING')
      runtime()
        .signal(containerId(task.id, container.name), name)
        .catch(() => undefined);
  }
}
