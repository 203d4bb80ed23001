/** Epoch milliseconds. */
export type Instant = number;

/** Names one aggregate: `{ kind: 'service', id: 'local/shop-web' }`. */
export interface Ref {
  readonly kind: string;
  readonly id: string;
}

export const refKey = (ref: Ref): string => `${ref.kind}#${ref.id}`;

/** Why something was decided, for people (`text`) and for programs (`code`). */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/**
 * What a decision comes to. `effects` are performed after `next` is stored, at least once each, in order.
 * `wakeAt` is when to look again even if nothing happens; every state that is not terminal has one.
 */
export interface Plan<State, Effect> {
  readonly next: State;
  readonly effects: readonly (Effect | Send)[];
  readonly wakeAt?: Instant;
  /** Never empty. */
  readonly reasons: readonly [Reason, ...Reason[]];
}

/** The one effect that every domain has: a message to another aggregate. */
export interface Send {
  readonly type: 'send';
  readonly to: Ref;
  readonly message: unknown;
}

/** How an effect ended: a failure here is final, retries lie behind it. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: Failure };

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What happens to an aggregate: a message from outside, or the outcome of an effect of its own. */
export type Input<Message, Effect> =
  | { readonly type: 'message'; readonly id: string; readonly message: Message }
  | { readonly type: 'outcome'; readonly id: string; readonly effect: Effect; readonly outcome: Outcome };

/**
 * A kind of aggregate. All functions are pure and synchronous.
 *
 * `absorb` takes in what happened; an input that repeats or comes too late returns the same state.
 * `observe` says, as data, what `decide` has to know of the world.
 */
export interface Domain<State, Message, Query, Seen, Effect> {
  readonly kind: string;
  absorb(state: State | undefined, input: Input<Message, Effect>, now: Instant): State | undefined;
  observe(state: State, now: Instant): Query;
  decide(state: State, seen: Seen, now: Instant): Plan<State, Effect>;
  /** How the aggregate is found and when it may be forgotten. */
  index(state: State): Indexing;
  /** Who else has to look when something happened to this aggregate. */
  followers?(state: State): readonly Ref[];
}

/** The part of a domain that takes in what happened, for whoever leaves deciding to others. */
export type Receiver<State, Message, Effect> = Pick<
  Domain<State, Message, never, never, Effect>,
  'kind' | 'absorb' | 'index'
>;

export interface Indexing {
  /** The list it stands in and its place there. */
  readonly list?: { readonly name: string; readonly order: string };
  /** In one word, for the ledger. */
  readonly status: string;
}
