import type { Invariant } from '../observation.ts';
import { TaskTokens } from './task-tokens.ts';

/**
 * I26, of ECS itself: the same token and parameters give the same tasks and start nothing; other parameters are
 * refused, with the tasks that are there. And of Berth: it never uses a token for two different requests.
 */
export const tokens: Invariant = {
  name: 'I26 a token stands for one request',
  watch: ({ ecs }) => {
    const creations = new Map<string, string>();
    const tasks = new TaskTokens(ecs);
    return (observation, report) => {
      if (observation.type === 'ran') {
        const problem = tasks.problemWith(observation);
        if (problem) report(problem);
      }
      if (observation.type !== 'called' || observation.input.clientToken === undefined) return;
      const { clientToken, ...request } = observation.input;
      const known = creations.get(String(clientToken));
      const asked = JSON.stringify(request);
      if (known !== undefined && known !== asked)
        report(`${observation.by} used the token of another request for ${observation.action}`);
      creations.set(String(clientToken), asked);
    };
  },
};
