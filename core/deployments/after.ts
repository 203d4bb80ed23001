import type { Instant } from '../kernel/plan.ts';
import type { Aim } from '../services/model.ts';
import { cancelJob } from './cancel-job.ts';
import { pausedText } from './course/advance.ts';
import type { Said } from './course/model.ts';
import { giveUp } from './giving-up.ts';
import { jobCause, jobFailure, runJobs } from './jobs.ts';
import type { DeploymentState } from './model.ts';
import { setOut } from './set-out.ts';
import { type At, courseOf, type DeploymentPlan, end, reason } from './steps.ts';

/** Jobs before anything moves: one that fails stops the rest, and nothing has moved. */
export function runBefore(
  state: DeploymentState,
  at: At<'running_before'>,
  aim: Aim,
  now: Instant,
): DeploymentPlan {
  const jobs = courseOf(state)?.before ?? [];
  if (state.abort)
    return end(state, 'cancelled', `cancelled by ${state.abort.actor} before anything moved`, now);
  const { taskDefinitionArn } = aim.release;
  const is = runJobs(state, { stage: 'before', jobs, at, taskDefinitionArn, now }, (next) => ({
    ...state,
    at: { phase: 'running_before', ...next },
  }));
  switch (is.is) {
    case 'on':
      return is.plan;
    case 'failed':
      return end(
        state,
        'failed',
        `${jobFailure(is.ended)}; nothing was moved`,
        now,
        undefined,
        jobCause(is.ended, taskDefinitionArn),
      );
    case 'done':
      return state.controls?.paused ? stayPaused(state, state.controls.paused, now) : setOut(state, aim, now);
  }
}

/** Nobody is waited for longer than this. */
const pausedMs = 20 * 3600_000;

/** Its jobs are done, and somebody wants nothing to move. */
function stayPaused(state: DeploymentState, paused: Said, now: Instant): DeploymentPlan {
  const until = paused.at + pausedMs;
  if (now >= until) return end(state, 'cancelled', `${pausedText(paused)}, for too long`, now);
  return { next: state, effects: [], wakeAt: until, reasons: [reason('paused', pausedText(paused))] };
}

/** Jobs after all has moved: one that fails brings the old release back. */
export function runAfter(state: DeploymentState, at: At<'running_after'>, now: Instant): DeploymentPlan {
  const jobs = courseOf(state)?.after ?? [];
  const { move } = at;
  if (state.abort) {
    const { actor } = state.abort;
    const { next, effects } = cancelJob(state, actor);
    const plan = giveUp(next, move, 'aborted', `aborted by ${actor}`, now);
    return { ...plan, effects: [...effects, ...plan.effects] };
  }
  const { taskDefinitionArn } = move.aim.release;
  const is = runJobs(state, { stage: 'after', jobs, at, taskDefinitionArn, now }, (next) => ({
    ...state,
    at: { phase: 'running_after', move, ...next },
  }));
  switch (is.is) {
    case 'on':
      return is.plan;
    case 'failed':
      return giveUp(state, move, 'job', jobFailure(is.ended), now, [], jobCause(is.ended, taskDefinitionArn));
    case 'done': {
      const deadline = now + move.aim.settings.timeoutSeconds * 1000;
      const course = move.course && { ...move.course, baked: now };
      return {
        next: { ...state, at: { phase: 'moving', ...move, deadline, ...(course && { course }) } },
        effects: [],
        wakeAt: now,
        reasons: [reason('after', 'the jobs after it have succeeded')],
      };
    }
  }
}
