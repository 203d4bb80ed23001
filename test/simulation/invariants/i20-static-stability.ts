import type { Invariant } from '../observation.ts';

/**
 * I20: with Berth, its table or its events away nothing is done to what runs, for only Berth's own intents lead to a
 * write (I12); and where ECS cannot be read nothing is written: each write follows a read of the same service, for
 * the same intent, that was answered with something.
 */
export const staticStability: Invariant = {
  name: 'I20 who cannot see does not act',
  watch: () => {
    const seen = new Set<string>();
    return (observation, report) => {
      if (observation.type === 'answered') {
        const { by, intent, service, isTelling } = observation;
        if (isTelling) seen.add(`${by} ${intent} ${service}`);
      }
      if (observation.type !== 'called' || !/^(Create|Update)Service$/.test(observation.action)) return;
      const { by, intent, action, input } = observation;
      const name = String(input.serviceName ?? input.service);
      if (!seen.delete(`${by} ${intent} ${name}`))
        report(`${by} called ${action} of ${name} without having seen what it is`);
    };
  },
};
