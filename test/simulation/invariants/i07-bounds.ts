import { isUp, type ServiceRecord, type TaskRecord } from '../../../local/ecs/model.ts';
import type { Invariant } from '../observation.ts';
import { steadySeconds } from '../world/ecs.ts';

interface Wanted {
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
}

/**
 * I7, of ECS itself: it starts no task beyond floor(desired × maximum %), and stops no healthy one of its own accord
 * where that leaves fewer than ceil(desired × minimum %). The bounds are those that were asked for.
 */
export const bounds: Invariant = {
  name: 'I7 a rollout keeps within its bounds',
  watch: ({ ecs }) => {
    const wanted = new Map<string, Wanted>();
    const leaving = new Set<string>();
    const isShifting = new Set<string>();
    return (observation, report) => {
      if (observation.type === 'called') {
        const { service, serviceName, deploymentConfiguration } = observation.input;
        // A call may be sent and not be taken: what is there in the end is seen below.
        const name = String(serviceName ?? service);
        const asked = deploymentConfiguration as (Wanted & { readonly strategy?: string }) | undefined;
        // Where traffic is shifted, a second set of tasks stands beside the first.
        if (asked?.strategy === undefined || asked.strategy === 'ROLLING') {
          if (asked && !isShifting.has(name)) wanted.set(name, asked);
        } else {
          isShifting.add(name);
          wanted.delete(name);
        }
      }
      if (observation.type !== 'published') return;
      const task = ecs.task(observation.event.resources[0] ?? '');
      const name = task?.service?.key.split('/')[1] ?? '';
      const service = task && ecs.service(name);
      const limits = wanted.get(name);
      if (!task || !service || !limits || service.status !== 'ACTIVE') return;
      const tasks = ecs.tasks(name);
      if (task.version === 1) {
        const up = tasks.filter(({ lastStatus }) => isUp(lastStatus)).length;
        const most = Math.floor((service.desiredCount * limits.maximumPercent) / 100);
        if (up > most) report(`${name} has ${up} tasks up, and at most ${most} may be`);
      }
      if (task.desiredStatus !== 'STOPPED' || leaving.has(task.id)) return;
      leaving.add(task.id);
      if (task.stopCode !== 'ServiceSchedulerInitiated' || !wasHealthy(task, observation.now)) return;
      if (!task.stoppedReason?.startsWith('Scaling activity')) return;
      const left = tasks.filter((one) => isHealthy(one, service, observation.now)).length;
      const least = Math.ceil((service.desiredCount * limits.minimumHealthyPercent) / 100);
      if (left < least)
        report(`${name} was left with ${left} healthy tasks, and at least ${least} have to be`);
    };
  },
};

const isHealthy = (task: TaskRecord, _service: ServiceRecord, now: number) =>
  task.desiredStatus === 'RUNNING' && wasHealthy(task, now);

/** As ECS counts: what is checked has to be HEALTHY, what is not has to run for a while. */
export function wasHealthy(task: TaskRecord, now: number): boolean {
  if (task.lastStatus !== 'RUNNING' || task.startedAt === undefined) return false;
  if (task.containers.some(({ essential, checked }) => essential && checked))
    return task.health === 'HEALTHY';
  return task.targets.length > 0 || now - task.startedAt >= steadySeconds * 1000;
}
