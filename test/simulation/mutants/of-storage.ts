import type { Mutant } from './mutant.ts';

/** Mistakes in how things are stored. */
export const mistakesOfStorage: Readonly<Record<string, Mutant>> = {
  'a task record is stored whatever its version': {
    caughtBy: ['I3'],
    store: (store, clock) => ({
      ...store,
      put: (record, condition) =>
        store.put(condition === 'newer' ? { ...record, version: clock.now() } : record, condition),
    }),
  },
  'a commit does not heed the revision': {
    caughtBy: ['I3', 'I23'],
    store: (store) => ({
      ...store,
      async commit(item, expectedRevision) {
        const there = (await store.load(item.ref))?.revision ?? expectedRevision;
        return store.commit(item, there);
      },
    }),
  },
  'a lost race is taken for a win': {
    caughtBy: ['I12', 'I23', 'I3', 'M'],
    seeds: [6],
    store: (store) => ({
      ...store,
      async commit(item, expectedRevision) {
        await store.commit(item, expectedRevision);
        return 'committed';
      },
    }),
  },
  'effects are performed before the commit': {
    caughtBy: ['I12', 'I23', 'M'],
    store: (store, clock) => ({
      ...store,
      async commit(item, expectedRevision) {
        if (((await store.load(item.ref))?.revision ?? 0) !== expectedRevision) return 'lost';
        clock.after(200, () => void store.commit(item, expectedRevision));
        return 'committed';
      },
    }),
  },
  'the inbox is not kept': {
    caughtBy: ['M'],
    seeds: [5],
    store: (store) => ({
      ...store,
      async load(ref) {
        const item = await store.load(ref);
        return item && { ...item, inbox: [] };
      },
    }),
  },
  'history is not written': {
    caughtBy: ['I23'],
    store: (store) => ({
      ...store,
      put: async (record, condition) =>
        record.sort.startsWith('ledger#') ? 'stored' : store.put(record, condition),
    }),
  },
  'chance decides': {
    caughtBy: ['I28'],
    store: (store) => ({
      ...store,
      commit: async (item, expectedRevision) =>
        Math.random() < 0.1 ? 'lost' : store.commit(item, expectedRevision),
    }),
  },
  'the sweep is forgotten': { caughtBy: ['L', 'I11', 'I23'], seeds: [15], isWithoutSweep: true },
  'the dead letters are thrown away': { caughtBy: ['I15'], isWithoutDeadLetters: true },
};
