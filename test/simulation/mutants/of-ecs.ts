import type { ServiceEvent } from '../../../local/events/model.ts';
import type { Mutant } from './mutant.ts';

type Json = Readonly<Record<string, unknown>>;

/** Mistakes that ECS itself, Local AWS's, could have. */
export const mistakesOfEcs: Readonly<Record<string, Mutant>> = {
  'ECS starts more than it may': {
    caughtBy: ['I7'],
    ecs: (call) => (action, input) => call(action, withBounds(input, { maximumPercent: 300 })),
  },
  'ECS stops more than it may': {
    caughtBy: ['I7'],
    ecs: (call) => (action, input) =>
      call(action, withBounds(input, { minimumHealthyPercent: 0, maximumPercent: 100 })),
  },
  'ECS does not tell of every version': {
    caughtBy: ['I25'],
    publish: (publish) => (event) => {
      if (event.detail.lastStatus !== 'ACTIVATING') publish(event);
    },
  },
  'ECS does not say why a task has stopped': {
    caughtBy: ['I25'],
    publish: (publish) => (event) => publish(withoutStopCode(event)),
  },
  'ECS answers with what was before it told': {
    caughtBy: ['I25'],
    ecs: (call) => (action, input) => {
      const answer = call(action, input);
      if (action !== 'DescribeTasks') return answer;
      const tasks = (answer.tasks as Json[]).map((task) => ({ ...task, version: Number(task.version) - 1 }));
      return { ...answer, tasks };
    },
  },
  'ECS forgets the tokens of tasks': {
    caughtBy: ['I26'],
    seeds: [6],
    ecs:
      (call) =>
      (action, { clientToken, ...input }) =>
        call(action, action === 'RunTask' ? input : { ...input, clientToken }),
  },
  'ECS takes other parameters for the same': {
    caughtBy: ['I26'],
    seeds: [15],
    ecs: (call) => {
      const known = new Map<unknown, Json>();
      return (action, input) => {
        if (action !== 'RunTask') return call(action, input);
        if (!known.has(input.clientToken)) known.set(input.clientToken, input);
        return call(action, known.get(input.clientToken) ?? input);
      };
    },
  },
};

function withBounds(input: Json, bounds: Json): Json {
  const { deploymentConfiguration } = input;
  if (!deploymentConfiguration) return input;
  return { ...input, deploymentConfiguration: { ...(deploymentConfiguration as Json), ...bounds } };
}

function withoutStopCode(event: ServiceEvent): ServiceEvent {
  const { stopCode: _, ...detail } = event.detail;
  return { ...event, detail };
}
