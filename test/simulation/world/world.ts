import type { Ref } from '../../../core/kernel/plan.ts';
import { refKey } from '../../../core/kernel/plan.ts';
import type { OperationDependencies } from '../../../core/operations/ports.ts';
import { VirtualClock } from '../../../local/support/clock.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import { drawWeather, type Weather } from '../faults.ts';
import type { Mutant } from '../mutants.ts';
import type { Observation } from '../observation.ts';
import { createRandom, type Random } from '../random.ts';
import { compose, operationsOf, type Shared, wordsOfWrite } from './berth.ts';
import { type SimulatedEcs, startEcs } from './ecs.ts';
import { sweep, takeEvents, wake } from './functions.ts';
import { Mail } from './mail.ts';
import { environmentName } from './people.ts';
import { Pool } from './pool.ts';
import type { Ending } from './process.ts';
import { staleReads } from './stale-reads.ts';
import { watchedStore } from './watched-store.ts';

const beginning = Date.parse('2026-11-20T10:00:00.000Z');
const sweepEveryMs = 60_000;

/** Berth as it runs: processes that come and go over one store, with queues between them and ECS beside them. */
export interface World {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly weather: Weather;
  readonly ecs: SimulatedEcs;
  readonly trace: readonly string[];
  /** Runs a piece of work in a process of the API; undefined while Berth is away. */
  asApi(work: (deps: OperationDependencies) => Promise<void>): Promise<Ending> | undefined;
  /** Somebody outside of Berth writes to ECS; what ECS refuses is left at that. */
  writeOutside(action: string, input: Readonly<Record<string, unknown>>): void;
  note(line: string): void;
}

export interface Watcher {
  see(observation: Observation): void;
  taskChanged(arn: string, at: number): void;
}

interface Options {
  readonly seed: number;
  readonly chaosMs: number;
  readonly watcher: Watcher;
  readonly mutant: Mutant | undefined;
}

export async function createWorld({ seed, chaosMs, watcher, mutant }: Options): Promise<World> {
  const clock = new VirtualClock(beginning);
  const random = createRandom(seed);
  const period = { from: beginning, until: beginning + chaosMs };
  const weather = drawWeather(random.fork('faults'), clock, period);
  const trace: string[] = [];
  const note = (line: string) =>
    void trace.push(`${((clock.now() - beginning) / 1000).toFixed(3).padStart(9)}  ${line}`);
  note(`seed ${seed}: ${weather.active.join(', ') || 'fair weather'}`);
  const { see } = watcher;

  const ecs = await startEcs(clock, random, (event) => {
    stale.sample();
    watcher.taskChanged(event.resources[0] ?? '', clock.now());
    mails.events.post(JSON.stringify(event), 0);
  });
  const stale = staleReads(clock, weather, random.fork('stale'), ecs, (ecsName) =>
    see({ type: 'looked', now: clock.now(), ecsName }),
  );
  const shared: Shared = {
    clock,
    ecs,
    stale,
    balancer: { targetGroups: new Map(), listeners: [] },
    mutant,
    wakes: () => mails.wakes,
    store: watchedStore(createMemoryStore(), { clock, see, note }),
    see,
    note,
  };
  const pool = new Pool({ clock, weather, random: random.fork('processes'), trace: note });
  const mails = openMails({ clock, weather, random: random.fork('mail') }, pool, shared);
  if (!mutant?.isWithoutSweep) sweepForEver(clock, pool, shared);

  let ids = 0;
  const newId = () => String(++ids).padStart(26, '0');
  return {
    clock,
    random: random.fork('people'),
    weather,
    ecs,
    trace,
    note,
    asApi: (work) =>
      pool.run('answers a request', (process) => work(operationsOf(compose(process, shared), newId))),
    writeOutside: (action, input) => writeOutside(shared, action, input),
  };
}

function openMails(
  post: { clock: VirtualClock; weather: Weather; random: Random },
  pool: Pool,
  shared: Shared,
): { readonly wakes: Mail<Ref>; readonly events: Mail<string> } {
  const wakes = new Mail<Ref>({
    ...post,
    lost: 'a wake-up is lost',
    twice: 'a wake-up comes twice',
    late: 'a wake-up is late',
    batchSize: 5,
    take: (refs) =>
      pool.run(`wakes ${refs.map(refKey).join(', ')}`, (process) => wake(compose(process, shared), refs)),
  });
  const events = new Mail<string>({
    ...post,
    lost: 'an event is lost',
    twice: 'an event comes twice',
    late: 'an event is late',
    batchSize: 25,
    take: (bodies) =>
      pool.run(`takes ${bodies.length} events`, (process) => takeEvents(compose(process, shared), bodies)),
  });
  return { wakes, events };
}

function sweepForEver(clock: VirtualClock, pool: Pool, shared: Shared): void {
  clock.after(sweepEveryMs, () => {
    sweepForEver(clock, pool, shared);
    void pool.run('sweeps', (process) => sweep(compose(process, shared), environmentName));
  });
}

function writeOutside(
  { clock, ecs, stale, see, note }: Shared,
  action: string,
  input: Readonly<Record<string, unknown>>,
) {
  try {
    ecs.call(action, input);
  } catch (error) {
    note(`outside: ${action} was refused: ${String(error)}`);
    return;
  }
  note(`outside: ${action} ${wordsOfWrite(input)}`);
  stale.sample();
  see({
    type: 'written',
    now: clock.now(),
    action,
    input,
    by: undefined,
    intent: undefined,
    effect: undefined,
  });
}
