import type { Domain, Indexing, Input, Instant, Plan, Reason, Send } from '../kernel/plan.ts';
import type {
  Aim,
  Applied,
  Claim,
  ReleaseRef,
  ServiceEffect,
  ServiceMessage,
  ServiceState,
  Success,
  Target,
} from './model.ts';
import { listOfServices } from './records.ts';

/**
 * The one writer of an ECS service. Deployments say what it should run and scalers how many; it keeps them from
 * working at the same time, numbers the releases, and writes to ECS one generation after the other.
 */
export const services: Domain<ServiceState, ServiceMessage, object, object, ServiceEffect> = {
  kind: 'service',
  absorb,
  observe: () => ({}),
  decide,
  index,
  followers: ({ holder }) => (holder ? [{ kind: 'deployment', id: holder.deployment }] : []),
};

const maxQueue = 20;
const maxReleases = 200;
const maxSucceeded = 20;

type Effects = readonly (ServiceEffect | Send)[];
type Step = { readonly state: ServiceState; readonly effects: Effects; readonly reasons: readonly Reason[] };

function absorb(
  state: ServiceState | undefined,
  input: Input<ServiceMessage, ServiceEffect>,
  now: Instant,
): ServiceState | undefined {
  if (input.type === 'message' && input.message.type === 'claim') return claimed(state, input.message, now);
  if (!state) return undefined;
  if (input.type === 'outcome') return appliedOrRefused(state, input, now);
  const { message } = input;
  switch (message.type) {
    case 'claim':
      return state;
    case 'aim':
      return message.deployment === state.holder?.deployment
        ? aimed(state, message.aim, message.deployment)
        : state;
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

function aimed(state: ServiceState, aim: Aim, deployment: string): ServiceState {
  const releases = state.releases.map((release) =>
    release.number === aim.release.number ? aim.release : release,
  );
  const count = state.holder?.scaled ?? aim.count ?? state.target?.count ?? 1;
  return retargeted({ ...state, releases }, { ...aim, count, deployment });
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
  return retargeted(state, { ...proven, count: target.count, deployment: undefined });
}

/** The outcome of a write that was overtaken by a newer generation only ends the waiting for it. */
function appliedOrRefused(
  state: ServiceState,
  { effect, outcome }: Extract<Input<ServiceMessage, ServiceEffect>, { type: 'outcome' }>,
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

function decide(state: ServiceState, _seen: object, now: Instant): Plan<ServiceState, ServiceEffect> {
  const steps = [grantNext, applyTarget, tellDeployment].reduce<Step>(
    (before, step) => {
      const after = step(before.state, now);
      return {
        state: after.state,
        effects: [...before.effects, ...after.effects],
        reasons: [...before.reasons, ...after.reasons],
      };
    },
    { state, effects: [], reasons: [] },
  );
  const [first = { code: 'idle', text: idleText(steps.state) }, ...others] = steps.reasons;
  return { next: steps.state, effects: steps.effects, reasons: [first, ...others] };
}

const idleText = (state: ServiceState) =>
  state.holder ? `deployment ${state.holder.deployment} has the service` : 'nothing is asked of the service';

const nothing = (state: ServiceState): Step => ({ state, effects: [], reasons: [] });

/** Gives the service to whoever is next. A claim that supersedes ends everything that was asked before it. */
function grantNext(state: ServiceState, now: Instant): Step {
  const place = state.queue.findLastIndex((claim) => claim.whenBusy === 'supersede');
  if (place < 0 && state.holder) return waiting(state);
  const winner = state.queue[Math.max(place, 0)];
  if (!winner) return nothing(state);
  const losers = [...(state.holder ? [state.holder.deployment] : []), ...beforeWinner(state.queue, place)];
  const rest = { ...state, queue: state.queue.slice(Math.max(place, 0) + 1) };
  const granted = grant(rest, winner, now);
  return {
    state: granted.state,
    effects: [
      ...losers.map((loser) => tell(loser, { type: 'superseded', by: winner.deployment })),
      ...granted.effects,
    ],
    reasons: [
      ...losers.map((loser) => reason('superseded', `${loser} was superseded by ${winner.deployment}`)),
      ...granted.reasons,
    ],
  };
}

const beforeWinner = (queue: readonly Claim[], place: number) =>
  queue.slice(0, Math.max(place, 0)).map((claim) => claim.deployment);

/** Tells those that newly wait whom they wait for, and turns away what the queue cannot hold. */
function waiting(state: ServiceState): Step {
  const holder = state.holder?.deployment ?? '';
  const fresh = state.queue.filter((claim) => !claim.told);
  if (fresh.length === 0) return nothing(state);
  const kept = state.queue.slice(0, maxQueue).map((claim) => ({ ...claim, told: true }));
  const turnedAway = state.queue.slice(maxQueue);
  return {
    state: { ...state, queue: kept },
    effects: [
      ...fresh
        .filter((claim) => !turnedAway.includes(claim))
        .map((claim) => tell(claim.deployment, { type: 'waits', behind: holder })),
      ...turnedAway.map((claim) =>
        tell(claim.deployment, { type: 'refused', reason: `${maxQueue} deployments wait already` }),
      ),
    ],
    reasons: fresh.map((claim) => reason('queued', `${claim.deployment} waits behind ${holder}`)),
  };
}

function grant(state: ServiceState, claim: Claim, now: Instant): Step {
  const { holder: _, ...free } = state;
  const found = claim.release === undefined ? numbered(free, claim.hash) : knownRelease(free, claim.release);
  if ('refusal' in found) {
    return {
      state: free,
      effects: [tell(claim.deployment, { type: 'refused', reason: found.refusal })],
      reasons: [reason('refused', `${claim.deployment}: ${found.refusal}`)],
    };
  }
  const before = whatRunsNow(free);
  return {
    state: { ...free, releases: found.releases, holder: { deployment: claim.deployment, since: now } },
    effects: [
      tell(claim.deployment, {
        type: 'granted',
        release: found.release,
        ...(before && { before }),
        ...(found.known && { known: found.known }),
      }),
    ],
    reasons: [
      reason('granted', `${claim.deployment} has the service, with release v${found.release.number}`),
    ],
  };
}

/** What a deployment goes back to if it has to: the last release seen succeeding, with the count of today. */
function whatRunsNow({ succeeded, target }: ServiceState): Aim | undefined {
  const last = succeeded.at(-1);
  if (!last) return undefined;
  const { generation: _, ...aim } = last;
  return target ? { ...aim, count: target.count } : aim;
}

type Found = { release: ReleaseRef; releases: readonly ReleaseRef[]; known?: Aim } | { refusal: string };

/** The release of this content: the one that has it, or a new number. */
function numbered(state: ServiceState, hash: string): Found {
  const same = state.releases.find((release) => release.hash === hash);
  if (same) return { release: same, releases: state.releases };
  const release = { number: Math.max(0, ...state.releases.map(({ number }) => number)) + 1, hash };
  return { release, releases: [...state.releases, release].slice(-maxReleases) };
}

/** A release to go back to is one that was seen succeeding, by its identity; never "the number before". */
function knownRelease(state: ServiceState, wanted: number | 'previous'): Found {
  const present = state.target?.release.number;
  const aim = state.succeeded.findLast(({ release }) =>
    wanted === 'previous' ? release.number !== present : release.number === wanted,
  );
  if (aim) {
    const { generation: _, ...known } = aim;
    return { release: aim.release, releases: state.releases, known };
  }
  const those = state.succeeded.map(({ release }) => `v${release.number}`).join(', ') || 'none';
  return {
    refusal:
      wanted === 'previous'
        ? `no earlier release of this service was seen succeeding (seen: ${those})`
        : `v${wanted} was never seen succeeding (seen: ${those})`,
  };
}

/** One write to ECS at a time, always of the newest generation. */
function applyTarget(state: ServiceState): Step {
  const { target, applying } = state;
  const settled = Math.max(state.applied?.generation ?? 0, state.refused?.generation ?? 0);
  if (!target || applying !== undefined || target.generation <= settled) return nothing(state);
  const { cluster, ecsName, environment } = state;
  return {
    state: { ...state, applying: target.generation },
    effects: [{ type: 'apply', cluster, ecsName, environment, target }],
    reasons: [
      reason(
        'apply',
        `set to v${target.release.number}, ${target.count} tasks (generation ${target.generation})`,
      ),
    ],
  };
}

function tellDeployment(state: ServiceState): Step {
  const { target, applied, refused, told } = state;
  if (!target?.deployment || target.generation <= told) return nothing(state);
  const { generation, release, deployment } = target;
  const { taskDefinitionArn } = release;
  const news =
    applied?.generation === generation
      ? ({
          type: 'applied',
          generation,
          taskDefinitionArn,
          ecsDeploymentId: applied.ecsDeploymentId,
          ...(applied.ecsCreatedAtMs !== undefined && { ecsCreatedAtMs: applied.ecsCreatedAtMs }),
          at: applied.at,
        } as const)
      : refused?.generation === generation
        ? ({ type: 'apply_failed', generation, taskDefinitionArn, message: refused.message } as const)
        : undefined;
  if (!news) return nothing(state);
  const text = news.type === 'applied' ? `ECS took generation ${generation}` : `ECS refused: ${news.message}`;
  return {
    state: { ...state, told: generation },
    effects: [tell(deployment, news)],
    reasons: [reason(news.type, text)],
  };
}

function index(state: ServiceState): Indexing {
  return {
    status: state.applying === undefined ? (state.holder ? 'deploying' : 'idle') : 'applying',
    list: { name: listOfServices(state.environment), order: state.ecsName },
  };
}

const tell = (deployment: string, message: object): Send => ({
  type: 'send',
  to: { kind: 'deployment', id: deployment },
  message,
});

const reason = (code: string, text: string): Reason => ({ code, text });
