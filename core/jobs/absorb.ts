import type { Input, Instant, Outcome } from '../kernel/plan.ts';
import {
  type JobEffect,
  type JobMessage,
  type JobState,
  refusedCode,
  type StartAnswer,
  type StartOutcome,
} from './model.ts';

/** How many times ECS is asked for a task that it has no room for. */
const maxAttempts = 6;
const firstPauseMs = 5_000;

/** What a message or an outcome changes; what repeats or comes too late changes nothing. */
export function absorb(
  state: JobState | undefined,
  input: Input<JobMessage, JobEffect>,
  now: Instant,
): JobState | undefined {
  if (!state) {
    if (input.type !== 'message' || input.message.type !== 'start') return undefined;
    const { request } = input.message;
    return { request, at: { phase: 'requested' }, deadline: now + request.timeoutSeconds * 1000 };
  }
  if (state.at.phase === 'ended') return state;
  if (input.type === 'outcome') return answered(state, input.effect, input.outcome, now);
  if (input.message.type !== 'cancel' || state.cancelled) return state;
  return { ...state, cancelled: { actor: input.message.actor } };
}

function answered(state: JobState, effect: JobEffect, outcome: Outcome, now: Instant): JobState {
  const { at } = state;
  if (effect.type !== 'run_task' || at.phase !== 'starting' || at.attempt !== effect.attempt) return state;
  const value = outcome.ok ? (outcome.value as StartOutcome) : undefined;
  if (value && 'taskArn' in value)
    return { ...state, at: { phase: 'running', taskArn: value.taskArn, since: now } };
  return { ...state, at: { ...at, answer: answerOf(value, outcome, at.attempt, now) } };
}

function answerOf(
  value: Exclude<StartOutcome, { taskArn: string }> | undefined,
  outcome: Outcome,
  attempt: number,
  now: Instant,
): StartAnswer {
  if (value && 'overtaken' in value)
    return { is: 'overtaken', text: 'nobody wanted it any more when it was to be started' };
  if (value) {
    const isTriedAgain = value.isPassing && attempt < maxAttempts;
    const retryAt = isTriedAgain ? { retryAt: now + firstPauseMs * 2 ** (attempt - 1) } : {};
    return { is: 'refused', text: value.refused, ...retryAt };
  }
  const failure = outcome.ok ? { code: '', message: '' } : outcome.failure;
  return { is: failure.code === refusedCode ? 'refused' : 'unclear', text: failure.message };
}
