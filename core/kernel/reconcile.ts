import { ringOnce } from './bells.ts';
import { LostRace } from './errors.ts';
import {
  type AnyReceiver,
  assemble,
  type Member,
  type Members,
  type Receivers,
  settled,
  unchanged,
} from './item.ts';
import type { Indexing, Input, Instant, Plan, Ref } from './plan.ts';
import { refKey } from './plan.ts';
import type { Alarms, Clock, Item, Log, Store } from './ports.ts';
import { type Performed, perform } from './settle.ts';

export interface EngineDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly alarms: Alarms;
  /** What is decided here. */
  readonly members: Members;
  /** What only takes messages in here, and is rung for: others decide. */
  readonly receivers?: Receivers;
  readonly log: Log;
  /** Who this is among all that settle outboxes, unique to the process; each wake adds its number. */
  readonly owner: string;
}

export interface Engine {
  /**
   * Looks at each aggregate, and at those that follow it, until nothing is left to do. One that fails keeps
   * no other from its turn; what it failed with is thrown at the end.
   */
  wake(refs: readonly Ref[]): Promise<void>;
  /**
   * Takes a message in and stores what it comes to, decided upon where that is done here; all else is left to a later
   * `wake`, which is rung for.
   */
  deliver(ref: Ref, message: unknown, id: string): Promise<Item | undefined>;
  /** What would be decided now, without any change. */
  explain(ref: Ref): Promise<(Plan<unknown, unknown> & Indexing) | undefined>;
}

const maxRaces = 6;
const maxTurns = 12;
const maxAgenda = 40;

/** Nearer than this a wake-up is also sent as a delayed message; the sweep finds what lies farther off. */
const alarmHorizonMs = 75_000;

/**
 * A lease that seems to last longer was taken by a clock that is far ahead. The sweep finds its end: else everybody who
 * looks until then would ring for the very same moment, and all would look at once.
 */
const implausibleMs = 20_000;

/** The one loop by which every aggregate moves. */
export function createEngine(given: EngineDependencies): Engine {
  const deps = { ...given, alarms: ringOnce(given.alarms, given.clock) };
  let wakes = 0;
  return {
    // One process may run several wakes beside each other, and each settles for itself.
    wake: (refs) => withBells({ ...deps, owner: `${deps.owner}/${++wakes}` }, (run) => wakeAll(run, refs)),
    async deliver(ref, message, id) {
      const what = { ...nothing, inputs: [{ type: 'message' as const, id, message }], settle: false };
      return withBells(deps, (run) => turn(run, ref, what));
    },
    async explain(ref) {
      const item = await deps.store.load(ref);
      if (!item) return undefined;
      const now = deps.clock.now();
      const { domain, look } = member(deps, ref);
      const plan = domain.decide(item.state, await look(domain.observe(item.state, now)), now);
      return { ...plan, ...domain.index(plan.next) };
    },
  };
}

interface Run extends EngineDependencies {
  /** What was rung and has not been answered. */
  readonly bells: Promise<void>[];
}

/** Nobody waits for a bell before he goes on; but a function must not end before its bells are heard. */
async function withBells<Result>(
  deps: EngineDependencies,
  work: (run: Run) => Promise<Result>,
): Promise<Result> {
  const bells: Promise<void>[] = [];
  try {
    return await work({ ...deps, bells });
  } finally {
    await Promise.all(bells);
  }
}

async function wakeAll(deps: Run, refs: readonly Ref[]): Promise<void> {
  const agenda = new Agenda(refs);
  const failures: unknown[] = [];
  for (let ref = agenda.next(); ref; ref = agenda.next()) {
    const isTooMany = agenda.taken > maxAgenda;
    const look =
      isTooMany || !isDecidedHere(deps, ref)
        ? deps.alarms.ring(ref, deps.clock.now())
        : run(deps, ref, agenda);
    await look.catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 1) throw new AggregateError(failures, `${failures.length} looks failed`);
  if (failures.length > 0) throw failures[0];
}

/** Looks at one aggregate, settles what that comes to, and looks again. */
async function run(deps: Run, ref: Ref, agenda: Agenda): Promise<void> {
  let item = await turn(deps, ref, { ...nothing, settle: true });
  for (let count = 0; item && count < maxTurns; count++) {
    if (count === 0) agenda.follow(ref, member(deps, ref).domain.followers?.(item.state) ?? []);
    if (!maySettle(item, deps)) return ringAfterLease(deps, item);
    const performed = await settleOutbox(deps, item, agenda);
    if (performed.done.length === 0 && performed.retries.length === 0) return;
    item = await turn(deps, ref, { ...performed, settle: true }, item);
  }
  if (item && item.outbox.length > 0) ring(deps, ref, deps.clock.now());
}

interface Turn extends Performed {
  /** Whether the caller goes on to settle the outbox, and so takes the lease. */
  readonly settle: boolean;
}

const nothing: Performed = { inputs: [], done: [], retries: [] };

/**
 * Load, absorb, observe, decide, commit; again from the start when somebody else was faster. `known` is the item
 * as this run stored it last: it need not be read again, for the commit says whether it is still so.
 */
async function turn(deps: Run, ref: Ref, what: Turn, known?: Item): Promise<Item | undefined> {
  const domain = receiver(deps, ref);
  for (let race = 0; race < maxRaces; race++) {
    const item = race === 0 && known ? known : await deps.store.load(ref);
    const now = deps.clock.now();
    const fresh = what.inputs.filter((input) => input.type === 'outcome' || !item?.inbox.includes(input.id));
    if (item && isOldNews(what, fresh)) return remind(deps, item, now);
    const state = absorbAll(domain, item, fresh, now);
    if (state === undefined) return undefined;
    const next = assemble({
      item,
      ref,
      state,
      plan: isDecidedHere(deps, ref) ? await decided(deps, ref, state, now) : undefined,
      inputs: fresh,
      performed: what,
      domain,
      now,
      ...leasing(what, deps),
    });
    if (item && unchanged(item, next, now)) return item;
    if ((await deps.store.commit(next, item?.revision ?? 0)) === 'committed') {
      ringIfNear(deps, next, now);
      return next;
    }
  }
  throw new LostRace(`${refKey(ref)} kept changing; look again`);
}

async function decided(deps: Run, ref: Ref, state: unknown, now: Instant): Promise<Plan<unknown, unknown>> {
  const { domain, look } = member(deps, ref);
  return domain.decide(state, await look(domain.observe(state, now)), now);
}

/** Whoever delivered it first may have died before it rang. */
function remind(deps: Run, item: Item, now: Instant): Item {
  if (item.outbox.length > 0 || item.heard) ring(deps, item.ref, Math.max(now, item.lease?.until ?? now));
  return item;
}

/** A delivery of nothing but known messages is no occasion to decide anew. */
function isOldNews(what: Turn, fresh: readonly Input<unknown, unknown>[]): boolean {
  return !what.settle && what.inputs.length > 0 && fresh.length === 0;
}

function absorbAll(
  domain: AnyReceiver,
  item: Item | undefined,
  inputs: readonly Input<unknown, unknown>[],
  now: Instant,
): unknown {
  const pending = new Set(item?.outbox.map((intent) => intent.id));
  return inputs
    .filter((input) => input.type === 'message' || pending.has(input.id))
    .reduce<unknown>((state, input) => domain.absorb(state, input, now), item?.state);
}

const leasing = (what: Turn, deps: EngineDependencies) => (what.settle ? { owner: deps.owner } : {});

/** Somebody else settles this outbox; if they die doing it, somebody has to come back. */
function ringAfterLease(deps: Run, { ref, outbox, lease }: Item): void {
  if (outbox.length === 0 || !lease || lease.until - deps.clock.now() > implausibleMs) return;
  // A full second, for a lease is taken anew with every commit: one bell does for several.
  ring(deps, ref, Math.ceil(lease.until / 1000) * 1000);
}

/** An outbox is settled by one at a time: its order holds, and no effect runs beside itself. */
function maySettle(item: Item, deps: EngineDependencies): boolean {
  if (item.outbox.length === 0) return false;
  return item.lease?.owner === deps.owner && item.lease.until > deps.clock.now();
}

async function settleOutbox(deps: Run, item: Item, agenda: Agenda): Promise<Performed> {
  return settled(item, deps.clock, (intent) =>
    perform(intent, {
      item,
      store: deps.store,
      clock: deps.clock,
      log: deps.log,
      perform: member(deps, item.ref).perform,
      send: async (to, message, id) => {
        const settle = isDecidedHere(deps, to);
        await turn(deps, to, { ...nothing, inputs: [{ type: 'message', id, message }], settle });
        if (settle) agenda.add(to);
        // Elsewhere only a bell goes on with it: who dies now has told of it, or sends again.
        else await Promise.all(deps.bells);
      },
    }),
  );
}

function ringIfNear(deps: Run, item: Item, now: Instant): void {
  if (item.wakeAt === undefined || item.wakeAt - now > alarmHorizonMs) return;
  if (isInHand(item, deps, now)) return;
  ring(deps, item.ref, item.wakeAt);
}

/**
 * This run goes on to settle the outbox. Should it die in the midst of it, whatever woke it was not acknowledged
 * and comes again; only what has to wait longer than the run needs a bell.
 */
function isInHand(item: Item, deps: EngineDependencies, now: Instant): boolean {
  const [first] = item.outbox;
  return first !== undefined && item.lease?.owner === deps.owner && (first.notBefore ?? 0) <= now;
}

/** A bell that fails is no failure of the look: what is unsettled is due, and the sweep finds it. */
function ring({ alarms, bells, log }: Run, ref: Ref, at: Instant): void {
  const rung = alarms.ring(ref, at).catch((error: unknown) => {
    log.warn('a wake-up could not be sent; the sweep will find it', {
      ref: refKey(ref),
      error: String(error),
    });
  });
  bells.push(rung);
}

function member(deps: EngineDependencies, ref: Ref): Member {
  const found = deps.members[ref.kind];
  if (!found) throw new Error(`no domain is registered for ${refKey(ref)}`);
  return found;
}

const receiver = (deps: EngineDependencies, ref: Ref): AnyReceiver =>
  deps.receivers?.[ref.kind] ?? member(deps, ref).domain;

/** What is not registered at all is not others' either: it is an error. */
const isDecidedHere = ({ receivers }: EngineDependencies, { kind }: Ref) => !(receivers && kind in receivers);

/** What is still to be looked at in this run, each once at a time. */
class Agenda {
  #waiting: Ref[] = [];
  #followed = new Set<string>();
  taken = 0;

  constructor(refs: readonly Ref[]) {
    for (const ref of refs) this.add(ref);
  }

  add(ref: Ref): void {
    if (!this.#waiting.some((other) => refKey(other) === refKey(ref))) this.#waiting.push(ref);
  }

  /** Followers are looked at once a run, so two that follow each other come to an end. */
  follow(ref: Ref, followers: readonly Ref[]): void {
    this.#followed.add(refKey(ref));
    for (const follower of followers) if (!this.#followed.has(refKey(follower))) this.add(follower);
  }

  next(): Ref | undefined {
    this.taken++;
    return this.#waiting.shift();
  }
}
