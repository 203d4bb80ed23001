import type { Invariant } from '../observation.ts';

/** I12: nothing is done outside whose intent was not stored before. */
export const intentFirst: Invariant = {
  name: 'I12 the intent before the effect',
  watch: () => {
    const intents = new Set<string>();
    return (observation, report) => {
      if (observation.type === 'committed') for (const { id } of observation.item.outbox) intents.add(id);
      if (observation.type !== 'written' || observation.by === undefined) return;
      const { intent, action, by } = observation;
      if (intent === undefined || !intents.has(intent))
        report(`${by} called ${action} for ${intent ?? 'no intent'}, which was not stored`);
    };
  },
};
