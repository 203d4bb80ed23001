import { BerthError } from './errors.ts';
import type { Domain, Indexing, Input, Instant, Plan, Receiver, Ref, Send } from './plan.ts';
import { refKey } from './plan.ts';
import type { Heard, Intent, Item, LedgerEntry } from './ports.ts';
import type { LedgerEffect, Perform, Performed } from './settle.ts';

// biome-ignore lint/suspicious/noExplicitAny: the registry holds domains of different types side by side
type AnyDomain = Domain<any, any, any, any, any>;

/** A domain with what looks at the world for it and what performs its effects. */
export interface Member {
  readonly domain: AnyDomain;
  look(query: unknown): Promise<unknown>;
  readonly perform: Perform;
}

export type Members = Readonly<Record<string, Member>>;

// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyReceiver = Receiver<any, any, any>;

export type Receivers = Readonly<Record<string, AnyReceiver>>;

/** How long one settler has an outbox to itself: longer than an effect may take, short enough to wait for. */
const leaseMs = 10_000;
const maxInbox = 64;
const maxOutbox = 24;

interface Assembly {
  readonly item: Item | undefined;
  readonly ref: Ref;
  /** What the item's state became by the inputs, before anything was decided. */
  readonly state: unknown;
  /** Undefined where others decide: then it is theirs to look now. */
  readonly plan: Plan<unknown, unknown> | undefined;
  readonly inputs: readonly Input<unknown, unknown>[];
  readonly performed: Performed;
  readonly domain: AnyReceiver;
  readonly now: Instant;
  /** Takes the lease where it is free. */
  readonly owner?: string;
}

/**
 * The item that a plan comes to: next state, the outbox without what is done and with what is new. Where an
 * outbox is full, deciding waits until it is settled, so that it can be.
 * @throws BerthError `throttled` where a message would be absorbed then: whoever sent it sends it again.
 */
export function assemble(assembly: Assembly): Item {
  const { plan, now } = assembly;
  const item = plan ? compose(assembly, plan) : undecided(assembly, now);
  if (item.outbox.length <= maxOutbox) return item;
  if (remaining(assembly).length === 0)
    throw new Error(`${refKey(assembly.ref)} decided more than ${maxOutbox} effects at once`);
  if (messageIds(assembly.inputs).length > 0)
    throw new BerthError('throttled', `${refKey(assembly.ref)} has its hands full; try again shortly`);
  return undecided(assembly, undefined);
}

/** What was heard is kept for the line of history of whoever decides. */
function undecided(assembly: Assembly, wakeAt: Instant | undefined): Item {
  const heard = heardIn(assembly);
  const plan = { next: assembly.state, effects: [], ...(wakeAt !== undefined && { wakeAt }) };
  return { ...compose(assembly, plan), ...(heard && { heard }) };
}

function heardIn({ item, state, domain, inputs }: Assembly): Heard | undefined {
  if (same(item?.state, state)) return item?.heard;
  const { from, inputs: before } = item?.heard ?? {
    from: item && domain.index(item.state).status,
    inputs: [],
  };
  return { from, inputs: [...before, ...inputs.map(heardAs)].slice(-maxInbox) };
}

/** Without reasons nothing was decided, and nothing is written into history. */
type Outline = Omit<Plan<unknown, unknown>, 'reasons'> & {
  readonly reasons?: Plan<unknown, unknown>['reasons'];
};

function compose(assembly: Assembly, plan: Outline): Item {
  const { item, ref, domain, now } = assembly;
  const revision = (item?.revision ?? 0) + 1;
  const index = domain.index(plan.next);
  const outbox = [...remaining(assembly), ...decided(assembly, plan, revision, index)];
  const lease = nextLease(assembly, outbox);
  const wakeAt = nextWake(plan.wakeAt, outbox, lease, now);
  return {
    ref,
    revision,
    state: plan.next,
    outbox,
    inbox: [...(item?.inbox ?? []), ...messageIds(assembly.inputs)].slice(-maxInbox),
    ...(wakeAt !== undefined && { wakeAt }),
    ...(lease && { lease }),
    ...(index.list && { list: index.list }),
  };
}

/** Whether storing `next` would tell nobody anything: same state, nothing to do, and a wake-up that will do. */
export function unchanged(item: Item, next: Item, now: Instant): boolean {
  return (
    same(item.state, next.state) &&
    sameEach(item.outbox, next.outbox) &&
    sameEach(item.inbox, next.inbox) &&
    same(item.heard, next.heard) &&
    (next.outbox.length === 0 || item.lease?.owner === next.lease?.owner) &&
    wakesInTime(item.wakeAt, next.wakeAt, now)
  );
}

/** Performs an outbox in order; stops where an intent has to wait, and when the lease has run out. */
export async function settled(
  item: Item,
  clock: { now(): Instant },
  performOne: (intent: Intent) => Promise<Performed>,
): Promise<Performed> {
  let all: Performed = { inputs: [], done: [], retries: [] };
  for (const intent of item.outbox) {
    if (hasToWait(intent, clock.now()) || (item.lease && item.lease.until <= clock.now())) break;
    const one = await performOne(intent);
    all = {
      inputs: [...all.inputs, ...one.inputs],
      done: [...all.done, ...one.done],
      retries: [...all.retries, ...one.retries],
    };
    if (one.retries.length > 0) break;
  }
  return all;
}

/** What is done is done, whoever did it; but only who holds the lease says when to try again. */
function remaining({ item, performed, owner }: Assembly): Intent[] {
  const retries = item?.lease?.owner === owner ? performed.retries : [];
  return (item?.outbox ?? [])
    .filter((intent) => !performed.done.includes(intent.id))
    .map((intent) => retries.find((retry) => retry.id === intent.id) ?? intent);
}

/** A transition's intents, and its line of history. What changes nothing and does nothing has no history. */
function decided(assembly: Assembly, plan: Outline, revision: number, index: Indexing): Intent[] {
  const { item, ref, now } = assembly;
  const effects = plan.effects as readonly { type: string }[];
  if (!plan.reasons) return [];
  if (effects.length === 0 && same(item?.state, plan.next) && !item?.heard) return [];
  const entry: LedgerEntry = {
    ref,
    revision,
    at: now,
    from: item?.heard ? item.heard.from : item && assembly.domain.index(item.state).status,
    to: index.status,
    reasons: plan.reasons,
    effects: effects.map(inWords),
    inputs: [...(item?.heard?.inputs ?? []), ...assembly.inputs.map(heardAs)],
  };
  const ledger: LedgerEffect = { type: 'ledger', entry };
  const intents = [ledger, ...effects].map((effect, place) => ({
    id: `${refKey(ref)}#${revision}#${place}`,
    effect,
    attempts: 0,
    decidedAt: now,
  }));
  // Others need not wait for history; but what is done outside is written down first.
  const isMessage = ({ effect }: Intent) => effect.type === 'send';
  return [...intents.filter(isMessage), ...intents.filter((intent) => !isMessage(intent))];
}

/**
 * While the first intent has to wait there is nothing to settle, and nobody keeps others from it. That is for its
 * settler to say: by another's clock an intent that is being performed may still have to wait.
 */
function nextLease({ item, owner, now }: Assembly, outbox: readonly Intent[]): Item['lease'] {
  if (!outbox[0]) return undefined;
  const held = item?.lease && item.lease.until > now && item.outbox.length > 0 ? item.lease : undefined;
  if (held && held.owner !== owner) return held;
  if (hasToWait(outbox[0], now) || owner === undefined) return undefined;
  return { owner, until: now + leaseMs };
}

/** Whatever is unsettled is due: when its settler ought to be done, and its next attempt may be made. */
function nextWake(
  planned: Instant | undefined,
  outbox: readonly Intent[],
  lease: Item['lease'],
  now: Instant,
): Instant | undefined {
  if (outbox.length === 0) return planned;
  const unsettled = Math.max(outbox[0]?.notBefore ?? 0, lease?.until ?? 0) || now;
  return planned === undefined ? unsettled : Math.min(planned, unsettled);
}

const hasToWait = (intent: Intent, now: Instant) => intent.notBefore !== undefined && intent.notBefore > now;

function wakesInTime(stored: Instant | undefined, wanted: Instant | undefined, now: Instant): boolean {
  if (stored === undefined || wanted === undefined) return stored === wanted;
  return stored > now && stored <= wanted;
}

const messageIds = (inputs: readonly Input<unknown, unknown>[]) =>
  inputs.filter((input) => input.type === 'message').map((input) => input.id);

const heardAs = (input: Input<unknown, unknown>): string =>
  input.type === 'message'
    ? typeOf(input.message)
    : `${typeOf(input.effect)} ${input.outcome.ok ? 'done' : 'failed'}`;

/** What an effect is, without its payload; a message with whom it is for. */
function inWords(effect: { readonly type: string }): string {
  if (effect.type !== 'send') return effect.type;
  const { to, message } = effect as Send;
  return `${typeOf(message)} → ${to.kind} ${to.id}`;
}

const typeOf = (value: unknown) => String((value as { type?: unknown }).type ?? 'message');

/** States are plain data that is stored as JSON, so they are the same when their JSON is. */
const same = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other);

const sameEach = (one: readonly unknown[], other: readonly unknown[]) =>
  one.length === other.length && one.every((item, place) => same(item, other[place]));
