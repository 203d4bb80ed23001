import type { Instant } from '../kernel/plan.ts';
import { siblingName } from '../services/records.ts';
import type { Cause, DeploymentEffect, DeploymentState, Move, Trial } from './model.ts';
import { siblingsOf } from './set-out.ts';
import { type DeploymentPlan, reason, toService } from './steps.ts';

/** How long the evidence for a verdict is waited for. */
export const evidenceMs = 5_000;
const soonMs = 1_000;
const pollMs = 10_000;

/** Gives the release up: back to what was seen succeeding before, by its identity, where there is such a thing. */
export function giveUp(
  state: DeploymentState,
  at: Pick<Move, 'aim' | 'since'>,
  code: string,
  text: string,
  now: Instant,
  effects: readonly DeploymentEffect[] = [],
  evidence?: Pick<Cause, 'task' | 'logTail'>,
): DeploymentPlan {
  const failed = at.aim.release;
  const cause: Cause = {
    ...evidence,
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
      effects,
      wakeAt: now + soonMs,
      reasons: [reason(code, `${cause.text}; there is no earlier release to go back to`)],
    };
  }
  const deadline = now + before.settings.timeoutSeconds * 1000;
  const verdict = code === 'aborted' ? 'cancelled' : 'rolled_back';
  const aiming = { type: 'aim', deployment: state.request.id, aim: before, isReturn: true } as const;
  return {
    next: { ...state, at: { phase: 'rolling_back', cause, verdict, aim: before, since: now, deadline } },
    effects: [toService(state, aiming), ...effects],
    wakeAt: now + pollMs,
    reasons: [
      reason(code, `${cause.text}; back to v${before.release.number}, the last release seen succeeding`),
    ],
  };
}

/** Ends a trial: the service itself never moved, so only what stands beside it goes. */
export function stopTrying(
  state: DeploymentState,
  at: Trial,
  code: string,
  text: string,
  now: Instant,
  effects: readonly DeploymentEffect[] = [],
): DeploymentPlan {
  const { number, taskDefinitionArn } = at.aim.release;
  const cause: Cause = {
    code,
    text: `v${number} was given up: ${text}`,
    taskDefinitionArn,
    since: at.since,
    ecsName: siblingName(state.request.ecsName, 'canary'),
  };
  const verdict = code === 'aborted' ? 'cancelled' : 'rolled_back';
  return {
    next: { ...state, at: { phase: 'closing', cause, verdict, deadline: now + evidenceMs } },
    effects: [siblingsOf(state, { aim: at.aim, siblings: {} }), ...effects],
    wakeAt: now + soonMs,
    reasons: [reason(code, `${cause.text}; ${stayed(state)}`)],
  };
}

export const stayed = ({ before }: DeploymentState) =>
  before ? `v${before.release.number} never stopped running` : 'there is no earlier release to go back to';
