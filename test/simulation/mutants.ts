import type { DeploymentState } from '../../core/deployments/model.ts';
import type { Member } from '../../core/kernel/item.ts';
import type { Domain, Input, Plan } from '../../core/kernel/plan.ts';
import { refKey } from '../../core/kernel/plan.ts';
import type { Item, Store } from '../../core/kernel/ports.ts';
import type { EffectContext } from '../../core/kernel/settle.ts';
import type { ServiceMessage, ServiceState } from '../../core/services/model.ts';
import type { VirtualClock } from '../../local/support/clock.ts';

/** A mistake that is planted, at the places where it is made. */
export interface Mutant {
  /** The first words of the invariants that may notice it. */
  readonly caughtBy: readonly string[];
  /** Seeds that are known to notice a rare one; where they do not any more, others are searched. */
  readonly seeds?: readonly number[];
  readonly store?: (store: Store, clock: VirtualClock) => Store;
  readonly member?: (member: Member) => Member;
  readonly context?: (context: EffectContext, effect: { readonly type: string }) => EffectContext;
  readonly isWithoutSweep?: boolean;
}

/** Each is a mistake that Berth could have; a seed has to find each, or the simulation is blind to it. */
export const mutants: Readonly<Record<string, Mutant>> = {
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
  'a write does not heed the fence': {
    caughtBy: ['I6'],
    seeds: [42, 91],
    context: (context, effect) => ({
      ...context,
      async current() {
        await context.current().catch(() => undefined);
        return asIfNewest(effect);
      },
    }),
  },
  'a read is believed right after a write': {
    caughtBy: ['I5', 'L'],
    seeds: [196, 200],
    context: (context) => ({
      ...context,
      async current() {
        const item = await context.current();
        return item && { ...item, state: { ...(item.state as ServiceState), applied: undefined } };
      },
    }),
  },
  'effects are performed before the commit': {
    caughtBy: ['I12', 'I23'],
    store: (store, clock) => ({
      ...store,
      async commit(item, expectedRevision) {
        if (((await store.load(item.ref))?.revision ?? 0) !== expectedRevision) return 'lost';
        clock.after(200, () => void store.commit(item, expectedRevision));
        return 'committed';
      },
    }),
  },
  'a roll-back is taken for success': {
    caughtBy: ['I8'],
    member: decidingOtherwise<DeploymentState>('deployment', (plan) => {
      const { at } = plan.next;
      if (at.phase !== 'ended' || at.verdict !== 'rolled_back') return plan;
      return { ...plan, next: { ...plan.next, at: { ...at, verdict: 'succeeded' as const } } };
    }),
  },
  'whatever ran last is the way back': {
    caughtBy: ['I9'],
    member: absorbingOtherwise<ServiceState, ServiceMessage>('service', (input, state) => {
      if (input.type !== 'message' || input.message.type !== 'release' || !state?.target) return input;
      return { ...input, message: { ...input.message, succeeded: state.target } };
    }),
  },
  'the sweep is forgotten': { caughtBy: ['L', 'I11'], isWithoutSweep: true },
  'the inbox is not kept': {
    caughtBy: ['I1'],
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
  'a deadline is a minute early': {
    caughtBy: ['I17'],
    member: (member) => ({
      ...member,
      domain: {
        ...member.domain,
        decide: (state: unknown, seen: unknown, now: number) =>
          member.domain.decide(state, seen, now + 60_000),
      },
    }),
  },
};

/** The item as it would be if no newer generation had been decided. */
function asIfNewest(effect: { readonly type: string }): Item {
  const { target } = effect as { target?: ServiceState['target'] };
  const ref = { kind: 'service', id: '' };
  return { ref, revision: 0, state: { target }, outbox: [], inbox: [refKey(ref)] };
}

function decidingOtherwise<State>(
  kind: string,
  otherwise: (plan: Plan<State, unknown>) => Plan<State, unknown>,
): (member: Member) => Member {
  return (member) =>
    changed<State, unknown>(member, kind, (domain) => ({
      ...domain,
      decide: (state, seen, now) => otherwise(domain.decide(state, seen, now)),
    }));
}

function absorbingOtherwise<State, Message>(
  kind: string,
  otherwise: (input: Input<Message, unknown>, state?: State) => Input<Message, unknown>,
): (member: Member) => Member {
  return (member) =>
    changed<State, Message>(member, kind, (domain) => ({
      ...domain,
      absorb: (state, input, now) => domain.absorb(state, otherwise(input, state), now),
    }));
}

type DomainOf<State, Message> = Domain<State, Message, unknown, unknown, unknown>;

function changed<State, Message>(
  member: Member,
  kind: string,
  change: (domain: DomainOf<State, Message>) => DomainOf<State, Message>,
): Member {
  return member.domain.kind === kind ? { ...member, domain: change(member.domain) } : member;
}
