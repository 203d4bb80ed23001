import type { OperationDependencies } from '../../../core/operations/ports.ts';
import { mainNameOf } from '../../../core/services/records.ts';
import type { QueueRecord } from '../../../functions/support/batch.ts';
import type { Functions } from '../../../local/ecs/ports.ts';
import type { ServiceEvent } from '../../../local/events/model.ts';
import { topology } from '../../../stacks/topology.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import type { Mutant } from '../mutants/mutant.ts';
import type { Observation } from '../observation.ts';
import { createRandom, type Random } from '../random.ts';
import type { Story } from '../story.ts';
import { drawWeather, type Period, type Weather } from '../weather.ts';
import { Balancer } from './balancer.ts';
import { compose, operationsOf, type Shared } from './berth.ts';
import { WorldClock } from './clock.ts';
import { type SimulatedEcs, startEcs } from './ecs.ts';
import { type Parts, sweep, takeEvents, wake, work } from './functions.ts';
import { hookCalls } from './hooks.ts';
import { laggingIndex } from './lagging-index.ts';
import { mishapAfter } from './mishaps.ts';
import { Outside } from './outside.ts';
import { ecsNameOf, environmentName } from './people.ts';
import { Pool } from './pool.ts';
import { EventBus, wakeUps } from './post.ts';
import type { Ending, Process } from './process.ts';
import { type Handled, Queue } from './queue.ts';
import { Runner } from './runner.ts';
import { type StaleReads, staleReads } from './stale-reads.ts';
import { watchedStore } from './watched-store.ts';

const beginning = Date.parse('2026-11-20T10:00:00.000Z');

/** Berth as it runs: processes that come and go over one store, with queues between them and ECS beside them. */
export interface World {
  readonly clock: WorldClock;
  readonly random: Random;
  readonly weather: Weather;
  readonly period: Period;
  readonly ecs: SimulatedEcs;
  readonly outside: Outside;
  readonly runner: Runner;
  readonly trace: readonly string[];
  /** Runs a piece of work in a process of the API; undefined while Berth is away. */
  asApi(work: (deps: OperationDependencies) => Promise<void>): Promise<Ending> | undefined;
  note(line: string): void;
}

interface Options {
  readonly seed: number;
  readonly story: Story;
  /** How long people do something, and something goes wrong; a night comes on top. */
  readonly lengthMs: number;
  readonly mutant: Mutant | undefined;
  see(observation: Observation): void;
}

/** The parts of a world, of which some are made of others that come later. */
interface Making {
  readonly clock: WorldClock;
  readonly random: Random;
  readonly weather: Weather;
  readonly mutant: Mutant | undefined;
  see(observation: Observation): void;
  note(line: string): void;
}

export async function createWorld({ seed, story, lengthMs, mutant, see }: Options): Promise<World> {
  const clock = new WorldClock(beginning);
  const random = createRandom(seed);
  const period = periodOf(story, lengthMs);
  const weather = drawWeather(random.fork('faults'), clock, period);
  const trace: string[] = [];
  const note = (line: string) =>
    void trace.push(`${((clock.now() - beginning) / 1000).toFixed(3).padStart(9)}  ${line}`);
  note(`seed ${seed}: ${weather.active.join(', ') || 'fair weather'}`);
  const making: Making = { clock, random, weather, mutant, see, note };

  let hear: (event: ServiceEvent) => void = () => {};
  const balancer = new Balancer();
  balancer.shifted = (ruleArn, weights) => {
    note(
      `ECS sets ${weights.map(({ targetGroupArn, weight }) => `${weight} ${targetGroupArn.split('/')[1]}`)}`,
    );
    see({ type: 'shifted', now: clock.now(), ruleArn, weights });
  };
  let ask: Functions['invoke'] = () => Promise.reject(new Error('nobody is there yet'));
  const ecs = await startEcs({
    ...{ clock, random, mutant, trafficRules: balancer },
    functions: { invoke: (arn, payload) => ask(arn, payload) },
    publish: (event) => hear(event),
  });
  const stale = staleReads(clock, weather, random.fork('stale'), ecs, (ecsName) =>
    see({ type: 'looked', now: clock.now(), ecsName }),
  );
  const people = random.fork('people');
  const outside = new Outside({ clock, random: people, ecs: () => ecs, see, note, changed: stale.sample });
  const { pool, bus } = openMail({ ...making, ecs, stale, balancer, outside, story });
  ask = hookCalls({ clock, weather, random: random.fork('hooks'), mutant, note }, pool);
  const taskRandom = random.fork('tasks');
  hear = (event) => {
    stale.sample();
    see({ type: 'published', now: clock.now(), event });
    bus.publish(event);
    mishapAfter(event, {
      clock,
      weather,
      random: taskRandom,
      ecs: () => ecs,
      silence: (arn) => bus.silence(arn),
      note,
    });
  };
  let ids = 0;
  const newId = () => String(++ids).padStart(26, '0');
  return {
    clock,
    random: people,
    weather,
    period,
    ecs,
    outside,
    runner: new Runner({ clock, weather, random: random.fork('runner'), ecs, see, note }),
    trace,
    note,
    asApi: (work) => pool('answers a request', 'api', (parts) => work(operationsOf(parts, newId))),
  };
}

function periodOf({ night }: Story, lengthMs: number): Period {
  const nightMs = (ms: number) => (night && ms > night.at ? night.lengthMs : 0);
  return { lengthMs, night, momentOf: (storyMs) => beginning + storyMs + nightMs(storyMs) };
}

/** Runs a piece of work in a process of a function; undefined where nobody is there to do it. */
export type Run = (
  what: string,
  name: keyof typeof topology.functions,
  work: (parts: Parts) => Promise<void>,
) => Promise<Ending> | undefined;

interface Mailing extends Making {
  readonly ecs: SimulatedEcs;
  readonly stale: StaleReads;
  readonly balancer: Balancer;
  readonly outside: Outside;
  readonly story: Story;
}

function openMail(making: Mailing): { readonly pool: Run; readonly bus: EventBus } {
  const { clock, random, weather, mutant, see, note, ecs, stale, balancer, outside, story } = making;
  const pool = new Pool({ clock, weather, random: random.fork('processes'), trace: note });
  const composed = new WeakMap<Process, Parts>();
  const partsOf = (process: Process): Parts => {
    const parts = composed.get(process) ?? compose(process, shared);
    composed.set(process, parts);
    return parts;
  };
  const run: Run = (what, name, work) =>
    pool.run(what, topology.functions[name].timeoutSeconds, (process) => work(partsOf(process)));
  const dead = (body: string, cause: string | undefined) => {
    if (!mutant?.isWithoutDeadLetters) see({ type: 'set-aside', now: clock.now(), body, cause });
  };

  const queue = (name: QueueName, handle: (parts: Parts, records: Records) => Promise<Handled>) =>
    new Queue({
      clock,
      name,
      ...topology.queues[name],
      ...topology.functions[name].triggers[0],
      awayForMs: () => pool.awayForMs,
      dead: (body) => dead(body, undefined),
      take: (records) => taken(run, name, records, handle),
    });
  const office = {
    clock,
    weather,
    random: random.fork('mail'),
    poisoned: (body: string) => see({ type: 'poisoned', now: clock.now(), body }),
  };
  const index = laggingIndex(clock, weather, random.fork('index'));
  const shared: Shared = {
    clock,
    ecs,
    stale,
    balancer,
    weather,
    traffic: (ecsName) =>
      story.services.some(({ name, hasTraffic }) => hasTraffic && ecsNameOf(name) === mainNameOf(ecsName)),
    queues: {
      wake: wakeUps(office, queue('wake', wake)),
      work: wakeUps(office, queue('work', work)),
      deadLetter: dead,
    },
    mutant,
    store: watchedStore(createMemoryStore({ isWeighed: false }), { clock, index, see, note }),
    see,
    note,
    registered(arn) {
      if (!weather.strikes('a task definition is deregistered')) return;
      const service = arn.replace(/^.*\/berth-local-|:\d+$/g, '');
      clock.after(random.between(0, 3_000), () => outside.deregister(arn, service));
    },
  };
  if (!mutant?.isWithoutSweep) sweepForEver(clock, run);
  return { pool: run, bus: new EventBus(office, queue('ecs-events', takeEvents)) };
}

type Records = readonly QueueRecord[];
type QueueName = 'ecs-events' | 'wake' | 'work';

function taken(
  run: Run,
  name: QueueName,
  records: Records,
  handle: (parts: Parts, records: Records) => Promise<Handled>,
): Promise<Handled> | undefined {
  let handled: Handled;
  const what =
    name !== 'ecs-events'
      ? `${name === 'wake' ? 'wakes' : 'works on'} ${records.map(({ body }) => body).join(' ')}`
      : undefined;
  const running = run(what ?? `takes ${records.length} events`, name, async (parts) => {
    handled = await handle(parts, records);
  });
  return running?.then((ending) => (ending === 'done' ? handled : undefined));
}

function sweepForEver(clock: WorldClock, run: Run): void {
  clock.after(topology.functions.sweep.triggers[0].rateMinutes * 60_000, () => {
    sweepForEver(clock, run);
    void run('sweeps', 'sweep', (parts) => sweep(parts, environmentName));
  });
}
