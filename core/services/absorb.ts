import type { Input, Instant, Outcome } from '../kernel/plan.ts';
import { adopted } from './adopt.ts';
import type { Applied, ServiceEffect, ServiceMessage, ServiceState, Success, Target } from './model.ts';
import { siblingSettled, withSiblings } from './siblings.ts';

const maxSucceeded = 20;

/** What a message or an outcome changes; what repeats or comes too late changes nothing. */
export function absorb(
  state: ServiceState | undefined,
  input: Input<ServiceMessage, ServiceEffect>,
  now: Instant,
): ServiceState | undefined {
  if (input.type === 'message' && input.message.type === 'claim') return claimed(state, input.message, now);
  if (input.type === 'message' && input.message.type === 'adopt') return adopted(state, input.message, now);
  if (!state) return undefined;
  if (input.type === 'outcome') {
    const { effect, outcome } = input;
    return effect.type === 'apply'
      ? appliedOrRefused(state, effect, outcome, now)
      : siblingSettled(state, effect, outcome, now);
  }
  const { message } = input;
  switch (message.type) {
    case 'claim':
    case 'adopt':
      return state;
    case 'aim':
      return message.deployment === state.holder?.deployment ? aimed(state, message) : state;
    case 'settle':
      return message.deployment === state.holder?.deployment ? abandoned(state, message.deployment) : state;
    case 'siblings':
      return message.deployment === state.holder?.deployment ? withSiblings(state, message) : state;
    case 'release':
      return released(state, message.deployment, message.succeeded);
    case 'scale':
      return scaled(state, message.count);
  }
}

function claimed(
  state: ServiceState | undefined,
  { type: _, environment, cluster, ecsName, ...claim }: Extract<ServiceMessage, { type: 'claim' }>,
  now: Instant,
): ServiceState {
  const known: ServiceState = state ?? {
    id: `${environment}/${ecsName}`,
    environment,
    cluster,
    ecsName,
    createdAt: now,
    generation: 0,
    queue: [],
    releases: [],
    succeeded: [],
    told: 0,
  };
  const isKnown = [known.holder, ...known.queue].some((other) => other?.deployment === claim.deployment);
  return isKnown ? known : { ...known, queue: [...known.queue, claim] };
}

function aimed(
  state: ServiceState,
  { aim, deployment, isReturn }: Extract<ServiceMessage, { type: 'aim' }>,
): ServiceState {
  const releases = state.releases.map((release) =>
    release.number === aim.release.number ? aim.release : release,
  );
  const count = state.holder?.scaled ?? aim.count ?? state.target?.count ?? 1;
  return retargeted({ ...state, releases }, { ...aim, count, deployment, ...(isReturn && { isReturn }) });
}

function scaled(state: ServiceState, count: number): ServiceState {
  const { holder, target } = state;
  const known = holder ? { ...state, holder: { ...holder, scaled: count } } : state;
  return target && target.count !== count ? retargeted(known, { ...target, count }) : known;
}

function retargeted(state: ServiceState, target: Omit<Target, 'generation'>): ServiceState {
  const generation = state.generation + 1;
  return { ...state, generation, target: { ...target, generation } };
}

function released(state: ServiceState, deployment: string, succeeded: Success | undefined): ServiceState {
  const { holder, ...rest } = {
    ...state,
    queue: state.queue.filter((claim) => claim.deployment !== deployment),
    ...(succeeded && { succeeded: withSuccess(state.succeeded, succeeded) }),
  };
  if (holder?.deployment !== deployment) return holder ? { ...rest, holder } : rest;
  return succeeded ? rest : abandoned(rest, deployment);
}

/** In the order in which they were aimed at: who is superseded while it succeeds may tell of it late. */
function withSuccess(known: readonly Success[], succeeded: Success): readonly Success[] {
  // The count is the scalers' affair: going back to a release later must not bring its count back.
  const { count: _, ...aim } = succeeded;
  const before = known.find(({ release }) => release.number === aim.release.number);
  if (before && generationOf(before) > generationOf(aim)) return known;
  return [...known.filter((one) => one !== before), aim]
    .sort((one, other) => generationOf(one) - generationOf(other))
    .slice(-maxSucceeded);
}

const generationOf = ({ generation = 0 }: Success) => generation;

/**
 * A deployment that took the service from another one in the midst of its move, and then never set out, leaves a
 * target that nobody watches: back to what was seen succeeding.
 */
function abandoned(state: ServiceState, deployment: string): ServiceState {
  const { target, succeeded } = state;
  const proven = succeeded.at(-1);
  if (!target || !proven || target.deployment === deployment) return state;
  if (target.release.taskDefinitionArn === proven.release.taskDefinitionArn) return state;
  return retargeted(state, { ...proven, count: target.count, deployment: undefined, isReturn: true });
}

/** The outcome of a write that was overtaken by a newer generation only ends the waiting for it. */
function appliedOrRefused(
  state: ServiceState,
  effect: Extract<ServiceEffect, { type: 'apply' }>,
  outcome: Outcome,
  now: Instant,
): ServiceState {
  const { generation } = effect.target;
  const { applying, ...settled } = state;
  if (applying !== generation) return state;
  if (!outcome.ok) return { ...settled, refused: { generation, message: outcome.failure.message } };
  const value = outcome.value as Omit<Applied, 'generation' | 'at'> | { overtaken: true };
  if ('overtaken' in value) return settled;
  return { ...settled, applied: { generation, at: now, ...value } };
}
