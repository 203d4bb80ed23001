import type { Domain, Instant, Plan } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import type { Aim, Claim, ReleaseRef, ServiceEffect, ServiceMessage, ServiceState } from './model.ts';
import { index } from './receive.ts';
import { applySiblings, clearSiblings, siblingsWakeAt, tellOfSiblings } from './siblings.ts';
import { nothing, reason, type Step, tell } from './steps.ts';

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

function decide(state: ServiceState, _seen: object, now: Instant): Plan<ServiceState, ServiceEffect> {
  const steps = [
    grantNext,
    clearSiblings,
    applyTarget,
    applySiblings,
    tellDeployment,
    tellOfSiblings,
  ].reduce<Step>(
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
  const wakeAt = siblingsWakeAt(steps.state, now);
  return {
    next: steps.state,
    effects: steps.effects,
    ...(wakeAt !== undefined && { wakeAt }),
    reasons: [first, ...others],
  };
}

const idleText = (state: ServiceState) =>
  state.holder ? `deployment ${state.holder.deployment} has the service` : 'nothing is asked of the service';

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
          ...(applied.targetGroups && { targetGroups: applied.targetGroups }),
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
