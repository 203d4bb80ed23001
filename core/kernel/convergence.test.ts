import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gatedStore } from '../../test/support/memory-store.ts';
import { bench, createToyWorld, statusOf, type ToyMessage, type ToyWorld } from '../../test/support/toy.ts';
import type { Engine } from './reconcile.ts';

/**
 * Two processes run the loop over the same aggregates and are stopped at every passage: into and out of each
 * operation of the store, and out of each effect. What happens next is drawn: one of them takes a step, dies,
 * or finds its next effect failing; time passes; a message arrives, once or twice.
 */
type Step =
  | { readonly type: 'step'; readonly process: 0 | 1 }
  | { readonly type: 'die'; readonly process: 0 | 1 }
  | { readonly type: 'fail'; readonly process: 0 | 1 }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'arrive'; readonly message: number };

const benches = [bench('a'), bench('b')] as const;

/** Each job is laid by one message only, so that it is known how often it ought to be done. */
const messages: readonly { to: 0 | 1; message: ToyMessage; jobs: readonly [0 | 1, string][] }[] = [
  {
    to: 0,
    message: { type: 'lay', jobs: ['saw', 'glue'] },
    jobs: [
      [0, 'saw'],
      [0, 'glue'],
    ],
  },
  { to: 1, message: { type: 'lay', jobs: ['paint'] }, jobs: [[1, 'paint']] },
  { to: 0, message: { type: 'hand', job: 'sand', to: benches[1] }, jobs: [[1, 'sand']] },
  { to: 1, message: { type: 'hand', job: 'drill', to: benches[0] }, jobs: [[0, 'drill']] },
  { to: 0, message: { type: 'lay', jobs: ['oil'] }, jobs: [[0, 'oil']] },
];

const which = fc.constantFrom<0 | 1>(0, 1);
const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ type: fc.constant('step' as const), process: which }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('die' as const), process: which }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('fail' as const), process: which }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('pass' as const),
        ms: fc.constantFrom(200, 4_000, 11_000, 40_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('arrive' as const), message: fc.nat(messages.length - 1) }),
    },
  ),
  { minLength: 30, maxLength: 160, size: 'max' },
);

it('ends the same, whatever two processes do to each other: all done, absorbed once, told once', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (drawn) => {
      const play = createPlay();
      for (const step of drawn) await play.take(step);
      await play.settle();
      await play.check();
      await play.thaw();
      await play.settle();
      await play.check();
    }),
    { numRuns: 250 },
  );
});

/** Lets everything run that is not stopped at a passage. */
const quiet = () => new Promise<void>((resolve) => setImmediate(resolve));

class Process {
  readonly engine: Engine;
  isIdle = true;
  failNext = false;
  #open: (() => void) | undefined;

  constructor(world: ToyWorld, owner: string, watch: (owner: string, intent: string) => Promise<void>) {
    const pass = () =>
      new Promise<void>((resolve) => {
        this.#open = resolve;
      });
    this.engine = world.engine(owner, {
      store: gatedStore(world.store, pass),
      perform: async (_, context) => {
        await watch(owner, context.id);
        await pass();
        if (!this.failNext) return;
        this.failNext = false;
        throw new Error('a drawn failure');
      },
    });
  }

  /** Goes through the passage at which it stands, or looks at what is due. */
  async step(world: ToyWorld): Promise<void> {
    if (this.isIdle) {
      const due = await world.store.due(world.now, 5);
      this.isIdle = false;
      const idle = () => {
        this.isIdle = true;
      };
      void this.engine.wake(due.length > 0 ? due : benches).then(idle, idle);
    } else {
      const open = this.#open;
      this.#open = undefined;
      open?.();
    }
    await quiet();
  }
}

function createPlay() {
  const world = createToyWorld();
  const api = world.engine('api');
  const arrived = new Set<number>();
  const dead: Process[] = [];
  const violations: string[] = [];
  let born = 0;

  /** An effect begins only while its intent is stored, or was, and while nobody else holds the lease. */
  const watch = async (owner: string, intent: string) => {
    const { lease } = await world.item(intent.startsWith('bench#a') ? 'a' : 'b');
    if (!lease?.owner.startsWith(`${owner}/`) || lease.until <= world.now)
      violations.push(`${owner} began ${intent}`);
  };
  const birth = () => new Process(world, `process-${born++}`, watch);
  const processes = [birth(), birth()] as [Process, Process];

  return {
    async take(step: Step): Promise<void> {
      if (step.type === 'step') return processes[step.process].step(world);
      if (step.type === 'pass') world.now += step.ms;
      else if (step.type === 'fail') processes[step.process].failNext = true;
      else if (step.type === 'die') {
        dead.push(processes[step.process]);
        processes[step.process] = birth();
      } else {
        const { to, message } = messages[step.message] ?? messages[0]!;
        arrived.add(step.message);
        await api.deliver(benches[to], message, `message-${step.message}`);
      }
    },

    /** A process to which nothing happens does what is due, as long as anything is. */
    async settle(): Promise<void> {
      const last = world.engine(`last-${born++}`);
      for (let round = 0; round < 200; round++) {
        const due = await world.store.due(Number.MAX_SAFE_INTEGER, 5);
        if (due.length === 0) return;
        world.now += 1_000;
        await last.wake(await dueNow(world));
      }
      throw new Error('what is due never comes to an end');
    },

    /** Whoever was stopped or thought dead goes on where it stood, long after. */
    async thaw(): Promise<void> {
      for (const process of [...dead, ...processes])
        for (let passage = 0; passage < 500 && !process.isIdle; passage++) await process.step(world);
    },

    async check(): Promise<void> {
      expect(violations).toEqual([]);
      const expected = [...arrived].flatMap((message) => messages[message]?.jobs ?? []);
      for (const [place, ref] of benches.entries()) {
        const jobs = expected.filter(([at]) => at === place).map(([, job]) => job);
        const item = await world.store.load(ref);
        if (!item) {
          expect(jobs).toEqual([]);
          continue;
        }
        const state = await world.bench(ref.id);
        expect(item.outbox).toEqual([]);
        expect(state.jobs).toEqual(Object.fromEntries(jobs.map((job) => [job, 'done'])));
        expect(new Set(state.outcomes).size).toBe(state.outcomes.length);
        expect(new Set(state.heard).size).toBe(state.heard.length);
        expect(state.outcomes).toHaveLength(jobs.length);
        for (const job of jobs) expect(world.worked.map((work) => work.job)).toContain(job);
        await checkHistory(world, ref.id);
      }
    },
  };
}

const dueNow = async (world: ToyWorld) => [...(await world.store.due(world.now, 5))];

/** Each line goes on where the one before ended, and the last is what is: nothing is missing or told twice. */
async function checkHistory(world: ToyWorld, id: string): Promise<void> {
  const lines = await world.history(id);
  let at: string | undefined;
  for (const line of lines) {
    expect(line.from).toBe(at);
    at = line.to;
  }
  expect(at).toBe(statusOf(await world.bench(id)));
}
