import { refKey } from '../../../core/kernel/plan.ts';
import type { Invariant } from '../observation.ts';

/** However often a message is delivered, an aggregate takes it in once. */
export const heardOnce: Invariant = {
  name: 'M a message is taken in once',
  watch: () => {
    const heard = new Set<string>();
    return (observation, report) => {
      if (observation.type !== 'committed') return;
      const { item, before } = observation;
      for (const id of item.inbox) {
        if (before?.inbox.includes(id)) continue;
        const key = `${refKey(item.ref)} ${id}`;
        if (heard.has(key)) report(`${refKey(item.ref)} took ${id} in twice`);
        heard.add(key);
      }
    };
  },
};
