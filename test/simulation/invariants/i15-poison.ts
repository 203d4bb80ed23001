import type { Invariant } from '../observation.ts';

/** What fails for a reason that may pass is tried for so long. */
const patienceMs = 330_000;

/** I15: what cannot be understood ends in the dead letters, and what can be does so for no cause of its own only. */
export const poisonIsSetAside: Invariant = {
  name: 'I15 poison is set aside',
  watch: () => {
    const poison = new Map<string, number>();
    const setAside = new Set<string>();
    return (observation, report) => {
      if (observation.type === 'poisoned' && !poison.has(observation.body))
        poison.set(observation.body, observation.now);
      if (observation.type === 'set-aside') {
        const { body, cause } = observation;
        setAside.add(body);
        if (cause?.startsWith('Poison') && !poison.has(body) && !isForged(body))
          report(`a letter was set aside that is as it should be: ${cause}`);
      }
      if (observation.type === 'over')
        for (const [body, at] of poison)
          if (!setAside.has(body) && observation.now - at > patienceMs)
            report(`a letter was neither handled nor set aside: ${body.slice(0, 80)}`);
    };
  },
};

/** Forged events are made at random, and some cannot be understood. */
const isForged = (body: string) => body.includes('"id":"forged-');
