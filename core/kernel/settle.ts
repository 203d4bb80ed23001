import { FinalFailure, LostRace } from './errors.ts';
import { ledgerRecord } from './ledger.ts';
import type { Input, Outcome, Ref, Send } from './plan.ts';
import type { Clock, Intent, Item, LedgerEntry, Log, Store } from './ports.ts';

/** What performing brought: inputs for the aggregate, intents that are done, intents to be tried again. */
export interface Performed {
  readonly inputs: readonly Input<unknown, unknown>[];
  readonly done: readonly string[];
  readonly retries: readonly Intent[];
}

export interface LedgerEffect {
  readonly type: 'ledger';
  readonly entry: LedgerEntry;
}

/** Performs a domain's effect, idempotently; throws `FinalFailure` when trying again is of no use. */
export type Perform = (effect: { readonly type: string }, context: EffectContext) => Promise<unknown>;

export interface EffectContext {
  /** The intent's id: the same at every attempt, so tokens may be derived from it. */
  readonly id: string;
  readonly ref: Ref;
  /** 0 at the first attempt. */
  readonly attempt: number;
  /**
   * The aggregate as it is stored now: an effect that has been overtaken is not performed. To be asked right before
   * what cannot be taken back. Throws `LostRace` where another settles by now, or may before a call would end.
   */
  current(): Promise<Item | undefined>;
}

interface Settlement {
  readonly item: Item;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly perform: Perform;
  send(to: Ref, message: unknown, id: string): Promise<void>;
}

/**
 * An effect is given up, as failed, after this long and so many attempts: the aggregate then decides what that means.
 * Time alone says nothing: nobody may have been there to try, and clocks differ.
 */
const giveUpAfterMs = 10 * 60_000;
const giveUpAttempts = 8;
const maxBackoffMs = 30_000;
/**
 * How long a call that writes may be under way: an effect that has less than this of its lease does not begin it, and
 * clients have to give up by then.
 */
export const callMs = 2_000;

/** Performs one intent. */
export async function perform(intent: Intent, settlement: Settlement): Promise<Performed> {
  const { effect } = intent;
  try {
    if (effect.type === 'ledger') {
      await settlement.store.put(ledgerRecord((effect as LedgerEffect).entry), 'absent');
      return done(intent);
    }
    if (effect.type === 'send') {
      const { to, message } = effect as Send;
      await settlement.send(to, message, intent.id);
      return done(intent);
    }
    return done(intent, { ok: true, value: await settlement.perform(effect, contextOf(intent, settlement)) });
  } catch (error) {
    return failed(intent, error, settlement);
  }
}

function contextOf(intent: Intent, { item, store, clock }: Settlement): EffectContext {
  return {
    id: intent.id,
    ref: item.ref,
    attempt: intent.attempts,
    async current() {
      const stored = await store.load(item.ref);
      const isOurs = stored?.lease?.owner === item.lease?.owner;
      if (isOurs && (stored?.lease?.until ?? 0) > clock.now() + callMs) return stored;
      throw new LostRace(`${intent.id} took too long; another settles it`);
    },
  };
}

function done(intent: Intent, outcome?: Outcome): Performed {
  const { id, effect } = intent;
  return { inputs: outcome ? [{ type: 'outcome', id, effect, outcome }] : [], done: [id], retries: [] };
}

function failed(intent: Intent, error: unknown, { clock, log }: Settlement): Performed {
  const failure = { code: nameOf(error), message: error instanceof Error ? error.message : String(error) };
  const isDomainEffect = intent.effect.type !== 'ledger' && intent.effect.type !== 'send';
  const attempts = intent.attempts + 1;
  const expired = attempts >= giveUpAttempts && clock.now() - intent.decidedAt > giveUpAfterMs;
  if (isDomainEffect && (error instanceof FinalFailure || expired))
    return done(intent, { ok: false, failure });
  log.warn('an effect failed and will be tried again', { intent: intent.id, ...failure });
  const backoffMs = Math.min(maxBackoffMs, 250 * 2 ** Math.min(attempts, 10));
  return { inputs: [], done: [], retries: [{ ...intent, attempts, notBefore: clock.now() + backoffMs }] };
}

const nameOf = (error: unknown) =>
  error instanceof FinalFailure ? error.code : error instanceof Error ? error.name : 'UnknownError';
