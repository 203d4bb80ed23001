import type { Domain, Indexing, Instant } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import { assess } from './assess.ts';
import type {
  Cause,
  DeploymentEffect,
  DeploymentMessage,
  DeploymentQuery,
  DeploymentSeen,
  DeploymentState,
  Move,
  Progress,
} from './model.ts';
import { claim, prepare, wait } from './prepare.ts';
import { listOfDeployments } from './records.ts';
import { type At, type DeploymentPlan, end, reason, toService } from './steps.ts';

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

/** How often a move is looked at when no event tells of it. */
const pollMs = 10_000;
const soonMs = 1_000;
/** How long the evidence for a verdict is waited for. */
const evidenceMs = 5_000;
/** Between two answers that a service is not there before they are believed. */
const missingMs = 3_000;
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

const blamed = ({ taskDefinitionArn, since = 0 }: Cause) => ({ taskDefinitionArn, sinceMs: since });

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

function move(state: DeploymentState, at: At<'moving'>, seen: DeploymentSeen, now: Instant): DeploymentPlan {
  if (state.abort) return giveUp(state, at, 'aborted', `aborted by ${state.abort.actor}`, now);
  if (at.refused) return giveUp(state, at, 'refused', `ECS refused the change: ${at.refused}`, now);
  const is = at.applied && seen.service && assess(seen.service, ours(at, at.applied), now);
  if (!is || is.is === 'unclear') return lookAgain(state, at, is?.text ?? 'ECS is being told', now);
  switch (is.is) {
    case 'there': {
      const text = `v${at.aim.release.number} is what runs: ${is.progress.running} of ${is.progress.desired} tasks`;
      return end(state, 'succeeded', text, now, { ...at.aim, ...generationOf(at) });
    }
    case 'failing':
      return giveUp(state, at, 'circuit_breaker', is.text, now);
    case 'overtaken':
      return end(state, 'superseded', `changed outside Berth: ${is.text}`, now);
    case 'gone':
      return surelyGone(state, at, is.text, now) ?? end(state, 'failed', is.text, now);
    case 'on_the_way':
      return now >= at.deadline
        ? giveUp(state, at, 'deadline', `not there after ${at.aim.settings.timeoutSeconds} s`, now)
        : goOn(state, at, is.progress, now);
  }
}

const generationOf = ({ applied }: Move) => applied && { generation: applied.generation };

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
      return (
        surelyGone(informed, informed.at, is.text, now) ??
        end(informed, 'failed', `${cause.text}; ${is.text}`, now)
      );
    case 'on_the_way':
      return now >= at.deadline
        ? end(informed, 'failed', `${cause.text}; going back to ${to} was not done in time`, now)
        : goOn(informed, informed.at, is.progress, now);
  }
}

const ours = ({ aim }: Move, applied: NonNullable<Move['applied']>) => ({
  aim,
  ecsDeploymentId: applied.ecsDeploymentId,
  ecsCreatedAtMs: applied.ecsCreatedAtMs,
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
    since: at.since,
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

/** One answer that the service is not there proves nothing; a second one, a while later, does. */
function surelyGone(
  state: DeploymentState,
  at: At<'moving'> | At<'rolling_back'>,
  text: string,
  now: Instant,
): DeploymentPlan | undefined {
  const missingSince = at.missingSince ?? now;
  if (now - missingSince >= missingMs) return undefined;
  return {
    next: { ...state, at: { ...at, missingSince } },
    effects: [],
    wakeAt: missingSince + missingMs,
    reasons: [reason('missing', `${text}; looked at once more before that is believed`)],
  };
}

/** What cannot be seen is waited for, and nothing is changed meanwhile; but not for ever. */
function lookAgain(state: DeploymentState, at: Move, text: string, now: Instant): DeploymentPlan {
  if (now >= at.deadline + blindMs) return end(state, 'failed', `no end could be seen: ${text}`, now);
  if (now >= at.deadline && !at.applied && state.at.phase === 'moving') {
    return giveUp(state, state.at, 'deadline', `ECS did not take the change in time`, now);
  }
  return { next: unsure(state), effects: [], wakeAt: now + pollMs, reasons: [reason('unclear', text)] };
}

/** Two absences prove something only where nothing that was unclear lies between them. */
function unsure(state: DeploymentState): DeploymentState {
  if (!('missingSince' in state.at)) return state;
  const { missingSince: _, ...at } = state.at;
  return { ...state, at };
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
  const { missingSince: wasMissing, ...there } = at;
  const isNext = (news && now >= due) || wasMissing !== undefined;
  const next = isNext ? { ...state, at: { ...there, progress } } : state;
  return { next, effects: [], wakeAt, reasons: [reason('on_the_way', text)] };
}

const sameProgress = ({ at: _, ...one }: Progress, { at: __, ...other }: Progress) =>
  JSON.stringify(one) === JSON.stringify(other);

function index({ request, at }: DeploymentState): Indexing {
  const order = `${String(request.requestedAt).padStart(15, '0')}#${request.id}`;
  return {
    status: at.phase === 'ended' ? at.verdict : at.phase,
    list: { name: listOfDeployments(request.service), order },
  };
}
