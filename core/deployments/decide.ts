import type { Domain, Indexing, Instant, Plan, Reason, Ref, Send } from '../kernel/plan.ts';
import type { Aim, ServiceMessage } from '../services/model.ts';
import { absorb } from './absorb.ts';
import { assess } from './assess.ts';
import type {
  Cause,
  DeploymentEffect,
  DeploymentMessage,
  DeploymentPhase,
  DeploymentQuery,
  DeploymentSeen,
  DeploymentState,
  Move,
  Progress,
  Verdict,
} from './model.ts';
import { listOfDeployments } from './records.ts';

/**
 * The move of a service from one release to another. It asks for the service, says where to go, watches what
 * ECS makes of it, and ends in exactly one verdict.
 */
export const deployments: Domain<
  DeploymentState,
  DeploymentMessage,
  DeploymentQuery,
  DeploymentSeen,
  DeploymentEffect
> = { kind: 'deployment', absorb, observe, decide, index };

type DeploymentPlan = Plan<DeploymentState, DeploymentEffect>;
type At<Phase extends DeploymentPhase['phase']> = Extract<DeploymentPhase, { phase: Phase }>;

const queueMs = 24 * 3600_000;
/** How often a move is looked at when no event tells of it. */
const pollMs = 10_000;
const soonMs = 1_000;
/** How long the evidence for a verdict is waited for. */
const evidenceMs = 5_000;
/** A move that cannot be seen is waited for this long beyond its deadline. */
const blindMs = 3600_000;

function observe({ request, at }: DeploymentState): DeploymentQuery {
  const { environment, cluster, ecsName, service } = request;
  if (at.phase === 'closing') return { evidence: { service, environment, ecsName, ...blamed(at.cause) } };
  if (at.phase !== 'moving' && at.phase !== 'rolling_back') return {};
  if (!at.applied) return {};
  const { ecsDeploymentId } = at.applied;
  const look = { service: { environment, cluster, ecsName, sinceMs: at.since, ecsDeploymentId } };
  const lacksEvidence = at.phase === 'rolling_back' && !at.cause.task;
  return lacksEvidence ? { ...look, evidence: { service, environment, ecsName, ...blamed(at.cause) } } : look;
}

const blamed = ({ taskDefinitionArn }: Cause) => ({ taskDefinitionArn });

function decide(state: DeploymentState, seen: DeploymentSeen, now: Instant): DeploymentPlan {
  const { at } = state;
  switch (at.phase) {
    case 'requested':
      return claim(state, now);
    case 'queued':
      return wait(state, at, now);
    case 'preparing':
      return prepare(state, at, now);
    case 'moving':
      return move(state, at, seen, now);
    case 'rolling_back':
      return rollBack(state, at, seen, now);
    case 'closing':
      return close(state, at, seen, now);
    case 'ended':
      return { next: state, effects: [], reasons: [{ code: at.verdict, text: at.reason }] };
  }
}

function claim(state: DeploymentState, now: Instant): DeploymentPlan {
  const { id, environment, cluster, ecsName, what, whenBusy } = state.request;
  const deadline = now + queueMs;
  const claiming = {
    type: 'claim',
    deployment: id,
    environment,
    cluster,
    ecsName,
    whenBusy,
    hash: what.type === 'content' ? what.hash : '',
    ...(what.type === 'rollback' && { release: what.release }),
  } as const satisfies ServiceMessage;
  return {
    next: { ...state, at: { phase: 'queued', deadline } },
    effects: [toService(state, claiming)],
    wakeAt: deadline,
    reasons: [reason('claim', `asked for ${ecsName} by ${state.request.actor}`)],
  };
}

function wait(state: DeploymentState, at: At<'queued'>, now: Instant): DeploymentPlan {
  if (at.refused) return end(state, 'failed', at.refused, now);
  if (state.abort) return end(state, 'cancelled', `cancelled by ${state.abort.actor} while it waited`, now);
  if (now >= at.deadline)
    return end(state, 'cancelled', 'waited a day for the service and never had it', now);
  const text = at.behind ? `waits for ${at.behind} to end` : 'waits for the service to answer';
  return { next: state, effects: [], wakeAt: at.deadline, reasons: [reason('queued', text)] };
}

function prepare(state: DeploymentState, at: At<'preparing'>, now: Instant): DeploymentPlan {
  const { release, request } = state;
  if (at.failure) return end(state, 'failed', at.failure, now);
  if (state.abort)
    return end(state, 'cancelled', `cancelled by ${state.abort.actor} before anything moved`, now);
  if (now >= at.deadline)
    return end(state, 'failed', 'the task definition could not be registered in time', now);
  const aim = release && aimOf(state);
  if (aim) return setOut(state, aim, now);
  if (!release || at.registering) {
    const text = 'the task definition is being registered';
    return { next: state, effects: [], wakeAt: at.deadline, reasons: [reason('registering', text)] };
  }
  return {
    next: { ...state, at: { ...at, registering: true } },
    effects: [{ type: 'register', release, request }],
    wakeAt: at.deadline,
    reasons: [reason('register', `v${release.number} is new: its task definition is registered`)],
  };
}

/** Where the deployment wants the service: a release that is known, or its own once it is registered. */
function aimOf({ release, request: { what }, known }: DeploymentState): Aim | undefined {
  if (known) return known;
  if (what.type !== 'content' || !release?.taskDefinitionArn) return undefined;
  const { spec, settings, count } = what;
  return {
    release: { ...release, taskDefinitionArn: release.taskDefinitionArn },
    settings,
    ...(spec.port !== undefined && { port: spec.port }),
    ...(spec.health && { health: spec.health }),
    ...(count !== undefined && { count }),
  };
}

function setOut(state: DeploymentState, aim: Aim, now: Instant): DeploymentPlan {
  const deadline = now + aim.settings.timeoutSeconds * 1000;
  const from = state.before ? `v${state.before.release.number} → ` : '';
  return {
    next: { ...state, at: { phase: 'moving', aim, since: now, deadline } },
    effects: [toService(state, { type: 'aim', deployment: state.request.id, aim })],
    wakeAt: deadline,
    reasons: [reason('move', `${from}v${aim.release.number}, within ${aim.settings.timeoutSeconds} s`)],
  };
}

function move(state: DeploymentState, at: At<'moving'>, seen: DeploymentSeen, now: Instant): DeploymentPlan {
  if (state.abort) return giveUp(state, at, 'aborted', `aborted by ${state.abort.actor}`, now);
  if (at.refused) return giveUp(state, at, 'refused', `ECS refused the change: ${at.refused}`, now);
  const is = at.applied && seen.service && assess(seen.service, ours(at, at.applied), now);
  if (!is || is.is === 'unclear') return lookAgain(state, at, is?.text ?? 'ECS is being told', now);
  switch (is.is) {
    case 'there': {
      const text = `v${at.aim.release.number} is what runs: ${is.progress.running} of ${is.progress.desired} tasks`;
      return end(state, 'succeeded', text, now, at.aim);
    }
    case 'failing':
      return giveUp(state, at, 'circuit_breaker', is.text, now);
    case 'overtaken':
      return end(state, 'superseded', `changed outside Berth: ${is.text}`, now);
    case 'gone':
      return end(state, 'failed', is.text, now);
    case 'on_the_way':
      return now >= at.deadline
        ? giveUp(state, at, 'deadline', `not there after ${at.aim.settings.timeoutSeconds} s`, now)
        : goOn(state, at, is.progress, now);
  }
}

function rollBack(
  state: DeploymentState,
  at: At<'rolling_back'>,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const cause = seen.evidence?.task && !at.cause.task ? { ...at.cause, ...seen.evidence } : at.cause;
  const informed = { ...state, at: { ...at, cause } };
  const to = `v${at.aim.release.number}`;
  if (at.refused)
    return end(informed, 'failed', `${cause.text}; ECS refused to go back to ${to}: ${at.refused}`, now);
  const is = at.applied && seen.service && assess(seen.service, ours(at, at.applied), now);
  if (!is || is.is === 'unclear')
    return lookAgain(informed, informed.at, is?.text ?? `going back to ${to}`, now);
  switch (is.is) {
    case 'there':
      if (!cause.task && now - at.since < evidenceMs)
        return goOn(informed, informed.at, is.progress, now, soonMs);
      return end(informed, at.verdict, `${cause.text}; ${to} is what runs again`, now);
    case 'failing':
      return end(informed, 'failed', `${cause.text}; going back to ${to} failed as well: ${is.text}`, now);
    case 'overtaken':
      return end(informed, 'superseded', `${cause.text}; then changed outside Berth: ${is.text}`, now);
    case 'gone':
      return end(informed, 'failed', `${cause.text}; ${is.text}`, now);
    case 'on_the_way':
      return now >= at.deadline
        ? end(informed, 'failed', `${cause.text}; going back to ${to} was not done in time`, now)
        : goOn(informed, informed.at, is.progress, now);
  }
}

const ours = ({ aim }: Move, applied: NonNullable<Move['applied']>) => ({
  aim,
  ecsDeploymentId: applied.ecsDeploymentId,
  appliedAt: applied.at,
});

/** Gives the release up: back to what was seen succeeding before, by its identity, where there is such a thing. */
function giveUp(
  state: DeploymentState,
  at: At<'moving'>,
  code: string,
  text: string,
  now: Instant,
): DeploymentPlan {
  const failed = at.aim.release;
  const cause: Cause = {
    code,
    text: `v${failed.number} was given up: ${text}`,
    taskDefinitionArn: failed.taskDefinitionArn,
  };
  const { before } = state;
  if (!before || before.release.taskDefinitionArn === failed.taskDefinitionArn) {
    const verdict = code === 'aborted' ? 'cancelled' : 'failed';
    return {
      next: { ...state, at: { phase: 'closing', cause, verdict, deadline: now + evidenceMs } },
      effects: [],
      wakeAt: now + soonMs,
      reasons: [reason(code, `${cause.text}; there is no earlier release to go back to`)],
    };
  }
  const deadline = now + before.settings.timeoutSeconds * 1000;
  const verdict = code === 'aborted' ? 'cancelled' : 'rolled_back';
  return {
    next: { ...state, at: { phase: 'rolling_back', cause, verdict, aim: before, since: now, deadline } },
    effects: [toService(state, { type: 'aim', deployment: state.request.id, aim: before })],
    wakeAt: now + pollMs,
    reasons: [
      reason(code, `${cause.text}; back to v${before.release.number}, the last release seen succeeding`),
    ],
  };
}

/** Nothing to go back to: the verdict waits a moment for what the failed tasks tell. */
function close(
  state: DeploymentState,
  at: At<'closing'>,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const cause = seen.evidence?.task ? { ...at.cause, ...seen.evidence } : at.cause;
  const informed = { ...state, at: { ...at, cause } };
  const reasonText = `${cause.text}; there is no earlier release to go back to`;
  if (cause.task || now >= at.deadline) return end(informed, at.verdict, reasonText, now);
  return {
    next: state,
    effects: [],
    wakeAt: now + soonMs,
    reasons: [reason('evidence', 'the evidence is gathered')],
  };
}

/** What cannot be seen is waited for, and nothing is changed meanwhile; but not for ever. */
function lookAgain(state: DeploymentState, at: Move, text: string, now: Instant): DeploymentPlan {
  if (now >= at.deadline + blindMs) return end(state, 'failed', `no end could be seen: ${text}`, now);
  if (now >= at.deadline && !at.applied && state.at.phase === 'moving') {
    return giveUp(state, state.at, 'deadline', `ECS did not take the change in time`, now);
  }
  return { next: state, effects: [], wakeAt: now + pollMs, reasons: [reason('unclear', text)] };
}

/** Progress is kept for people, in steps that grow with the time it takes, so that history stays short. */
function goOn(
  state: DeploymentState,
  at: At<'moving'> | At<'rolling_back'>,
  progress: Progress,
  now: Instant,
  againMs = pollMs,
): DeploymentPlan {
  const due = (at.progress?.at ?? 0) + Math.max(soonMs, (now - at.since) / 20);
  const news = !at.progress || !sameProgress(at.progress, progress);
  const text = `${progress.running} of ${progress.desired} tasks run, ${progress.pending} start, ${progress.failedTasks} failed; ${progress.old} others run`;
  const wakeAt = Math.min(news && now < due ? due : now + againMs, Math.max(at.deadline, now + soonMs));
  const next = news && now >= due ? { ...state, at: { ...at, progress } } : state;
  return { next, effects: [], wakeAt, reasons: [reason('on_the_way', text)] };
}

const sameProgress = ({ at: _, ...one }: Progress, { at: __, ...other }: Progress) =>
  JSON.stringify(one) === JSON.stringify(other);

/** The one way into `ended`; it also gives the service back. */
function end(
  state: DeploymentState,
  verdict: Verdict,
  text: string,
  now: Instant,
  succeeded?: Aim,
): DeploymentPlan {
  const { at, request } = state;
  const cause = 'cause' in at && at.cause ? { cause: at.cause } : {};
  return {
    next: { ...state, at: { phase: 'ended', verdict, reason: text, endedAt: now, ...cause } },
    effects: [toService(state, { type: 'release', deployment: request.id, ...(succeeded && { succeeded }) })],
    reasons: [reason(verdict, text)],
  };
}

function index({ request, at }: DeploymentState): Indexing {
  const order = `${String(request.requestedAt).padStart(15, '0')}#${request.id}`;
  return {
    status: at.phase === 'ended' ? at.verdict : at.phase,
    list: { name: listOfDeployments(request.service), order },
  };
}

function toService({ request }: DeploymentState, message: ServiceMessage): Send {
  const to: Ref = { kind: 'service', id: request.service };
  return { type: 'send', to, message };
}

const reason = (code: string, text: string): Reason => ({ code, text });
