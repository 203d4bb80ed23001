import { ledgerOf } from '../../core/kernel/ledger.ts';
import type { Domain, Plan, Ref } from '../../core/kernel/plan.ts';
import type { Item, LedgerEntry, Log, Store } from '../../core/kernel/ports.ts';
import { createEngine, type Engine, type EngineDependencies } from '../../core/kernel/reconcile.ts';
import type { Perform } from '../../core/kernel/settle.ts';
import { createMemoryStore } from './memory-store.ts';

/** The least domain that has everything: a bench on which jobs are laid, worked at once each, and finished. */
export interface Bench {
  readonly jobs: Readonly<Record<string, 'waiting' | 'working' | 'done' | 'failed'>>;
  /** Ids of the intents whose outcomes came in; none may come twice. */
  readonly outcomes: readonly string[];
  readonly failures: readonly string[];
  /** Ids of the messages that came in; none may come twice. */
  readonly heard: readonly string[];
  readonly lookAt?: number;
  readonly neighbours: readonly Ref[];
  /** Jobs to be handed to another bench. */
  readonly handing: readonly { readonly job: string; readonly to: Ref }[];
}

export type ToyMessage =
  | { readonly type: 'lay'; readonly jobs: readonly string[] }
  | { readonly type: 'look-at'; readonly at: number }
  | { readonly type: 'neighbour'; readonly ref: Ref }
  | { readonly type: 'hand'; readonly job: string; readonly to: Ref };

export interface Work {
  readonly type: 'work';
  readonly job: string;
}

const empty: Bench = { jobs: {}, outcomes: [], failures: [], heard: [], neighbours: [], handing: [] };

export const toyDomain: Domain<Bench, ToyMessage, string, number, Work> = {
  kind: 'bench',
  absorb(bench = empty, input) {
    if (input.type === 'message')
      return absorbMessage({ ...bench, heard: [...bench.heard, input.id] }, input.message);
    const { outcome, effect, id } = input;
    return {
      ...bench,
      jobs: { ...bench.jobs, [effect.job]: outcome.ok ? 'done' : 'failed' },
      outcomes: [...bench.outcomes, id],
      failures: outcome.ok ? bench.failures : [...bench.failures, outcome.failure.code],
    };
  },
  observe: (bench) => Object.keys(bench.jobs).join(),
  decide(bench): Plan<Bench, Work> {
    const waiting = jobsOf(bench, 'waiting');
    const started = Object.fromEntries(waiting.map((job) => [job, 'working' as const]));
    return {
      next: { ...bench, jobs: { ...bench.jobs, ...started }, handing: [] },
      effects: [
        ...waiting.map((job): Work => ({ type: 'work', job })),
        ...bench.handing.map(({ job, to }) => ({
          type: 'send' as const,
          to,
          message: { type: 'lay', jobs: [job] } satisfies ToyMessage,
        })),
      ],
      ...(bench.lookAt !== undefined && { wakeAt: bench.lookAt }),
      reasons: [{ code: 'toy', text: `${waiting.length} jobs were waiting` }],
    };
  },
  index: (bench) => ({ status: statusOf(bench), list: { name: 'benches', order: 'all' } }),
  followers: (bench) => bench.neighbours,
};

/** Says everything of a bench, so that the ledger's `from` and `to` chain through every change. */
export const statusOf = (bench: Bench): string => JSON.stringify(bench);

function absorbMessage(bench: Bench, message: ToyMessage): Bench {
  switch (message.type) {
    case 'lay': {
      const fresh = message.jobs.filter((job) => !(job in bench.jobs));
      return {
        ...bench,
        jobs: { ...bench.jobs, ...Object.fromEntries(fresh.map((job) => [job, 'waiting' as const])) },
      };
    }
    case 'look-at':
      return { ...bench, lookAt: message.at };
    case 'neighbour':
      return { ...bench, neighbours: [...bench.neighbours, message.ref] };
    case 'hand':
      return { ...bench, handing: [...bench.handing, { job: message.job, to: message.to }] };
  }
}

const jobsOf = (bench: Bench, state: string): string[] =>
  Object.entries(bench.jobs)
    .filter(([, it]) => it === state)
    .map(([job]) => job);

export const bench = (id: string): Ref => ({ kind: toyDomain.kind, id });

/** Everything outside of the kernel, in one place, so that a test can look at it and disturb it. */
export interface ToyWorld {
  readonly store: Store;
  now: number;
  /** The alarms that were rung, oldest first. */
  readonly alarms: { readonly ref: Ref; readonly at: number }[];
  /** The effects that were performed, in order; failed attempts are not among them. */
  readonly worked: {
    readonly owner: string;
    readonly id: string;
    readonly job: string;
    readonly attempt: number;
  }[];
  /** How many times each ref was looked at. */
  looks: number;
  engine(
    owner: string,
    over?: Partial<EngineDependencies> & { perform?: Perform; look?(): Promise<void> },
  ): Engine;
  bench(id: string): Promise<Bench>;
  item(id: string): Promise<Item>;
  history(id: string): Promise<LedgerEntry[]>;
}

export const silentLog: Log = { info() {}, warn() {}, error() {} };

export function createToyWorld(): ToyWorld {
  const store = createMemoryStore();
  const world: ToyWorld = {
    store,
    now: 1_000_000,
    alarms: [],
    worked: [],
    looks: 0,
    engine(owner, { perform, look, ...over } = {}) {
      return createEngine({
        store,
        clock: { now: () => world.now },
        alarms: { ring: async (ref, at) => void world.alarms.push({ ref, at }) },
        log: silentLog,
        owner,
        members: {
          bench: {
            domain: toyDomain,
            async look() {
              world.looks++;
              await look?.();
              return 0;
            },
            async perform(effect, context) {
              const answer = await perform?.(effect, context);
              const { job } = effect as Work;
              world.worked.push({ owner, id: context.id, job, attempt: context.attempt });
              return answer;
            },
          },
        },
        ...over,
      });
    },
    async item(id) {
      const item = await store.load(bench(id));
      if (!item) throw new Error(`there is no bench ${id}`);
      return item;
    },
    bench: async (id) => (await world.item(id)).state as Bench,
    async history(id) {
      const { entries } = await store.query({ ...ledgerOf(bench(id)), limit: 1000 });
      return entries.map(({ body }) => body as LedgerEntry);
    },
  };
  return world;
}
