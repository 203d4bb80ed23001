import type { Domain, Indexing, Input, Instant, Plan, Reason } from '../kernel/plan.ts';
import { type Lock, type LockMessage, type LockState, maxLocks } from './model.ts';
import { listOfLocks, lockTargetOf } from './records.ts';

/** The locks of a service or of an environment. It does nothing but remember them; whoever sets out looks. */
export const locks: Domain<LockState, LockMessage, object, object, never> = {
  kind: 'lock',
  absorb,
  observe: () => ({}),
  decide,
  index,
};

function absorb(
  state: LockState | undefined,
  input: Input<LockMessage, never>,
  now: Instant,
): LockState | undefined {
  if (input.type !== 'message') return state;
  const { message } = input;
  if (message.type === 'lock') return locked(state ?? nothingLocked(message), message.lock, now);
  return state && unlocked(state, message);
}

type Said<Type extends LockMessage['type']> = Extract<LockMessage, { type: Type }>;

const nothingLocked = ({ environment, ecsName }: Said<'lock'>): LockState => ({
  target: lockTargetOf(environment, ecsName),
  environment,
  ...(ecsName !== undefined && { ecsName }),
  locks: [],
});

function locked(state: LockState, asked: Omit<Lock, 'since'>, now: Instant): LockState {
  const own = state.locks.find((lock) => lock.actor === asked.actor && stands(lock, now));
  const others = state.locks.filter((lock) => lock !== own);
  if (others.length >= maxLocks) return state;
  const lock = { ...asked, ...(own && { id: own.id }), since: own?.since ?? now };
  const until = lock.until === undefined ? '' : ` until ${new Date(lock.until).toISOString()}`;
  const text = `${lock.actor} ${own ? 'renewed' : 'made'} ${lock.id}${until}: ${lock.message}`;
  return told({ ...state, locks: [...others, lock].sort(byAge) }, { code: 'lock', text });
}

function unlocked(state: LockState, { locks: ids, actor, reason }: Said<'unlock'>): LockState {
  const taken = state.locks.filter(({ id }) => ids.includes(id));
  const why = reason === undefined ? '' : `: ${reason}`;
  return taken.reduce<LockState>(
    (before, lock) =>
      told(before, { code: 'unlock', text: `${actor} took ${lock.id} of ${lock.actor} away${why}` }),
    { ...state, locks: state.locks.filter((lock) => !taken.includes(lock)) },
  );
}

const byAge = (one: Lock, other: Lock) => one.since - other.since;

const told = (state: LockState, reason: Reason): LockState => ({
  ...state,
  news: [...(state.news ?? []), reason],
});

/** A freeze ends by itself, at the very moment of its end. */
export const stands = ({ until }: Pick<Lock, 'until'>, now: Instant): boolean =>
  until === undefined || until > now;

function decide(state: LockState, _seen: object, now: Instant): Plan<LockState, never> {
  const { news = [], ...known } = state;
  const standing = known.locks.filter((lock) => stands(lock, now));
  const ended = known.locks
    .filter((lock) => !stands(lock, now))
    .map(({ id, actor }) => ({ code: 'ended', text: `${id} of ${actor} is over` }));
  const ends = standing.flatMap(({ until }) => (until === undefined ? [] : [until]));
  const isSame = ended.length === 0 && news.length === 0;
  return {
    next: isSame ? state : { ...known, locks: standing },
    effects: [],
    ...(ends.length > 0 && { wakeAt: Math.min(...ends) }),
    reasons: [summary(state.target, standing), ...news, ...ended],
  };
}

function summary(target: string, standing: readonly Lock[]): Reason {
  if (standing.length === 0) return { code: 'free', text: `${target} is not locked` };
  const by = standing.map(({ actor }) => actor).join(', ');
  return { code: 'locked', text: `${target} is locked by ${by}` };
}

function index({ environment, ecsName = '', locks: all }: LockState): Indexing {
  if (all.length === 0) return { status: 'free' };
  return { status: 'locked', list: { name: listOfLocks(environment), order: `#${ecsName}` } };
}
