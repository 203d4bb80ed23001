import type { Instant } from '../kernel/plan.ts';
import type { Aim } from '../services/model.ts';
import { openCourse, tasksFor } from './course/steps.ts';
import { openJobs } from './jobs.ts';
import type { DeploymentState, Trial } from './model.ts';
import { countOf, courseOf, type DeploymentPlan, isShifted, reason, toService } from './steps.ts';

/** Goes where nothing holds it back any more: first its jobs, then a trial where nothing balances, then the move. */
export function setOut(state: DeploymentState, aim: Aim, now: Instant): DeploymentPlan {
  const course = courseOf(state);
  const isJobDone = state.at.phase === 'running_before';
  if (course && course.before.length > 0 && !isJobDone) {
    const jobs = openJobs(course.before, now);
    return {
      next: { ...state, at: { phase: 'running_before', ...jobs } },
      effects: settling(state),
      wakeAt: now,
      reasons: [reason('before', `first ${course.before.map(({ name }) => name).join(', ')}`)],
    };
  }
  return isTried(state, aim) ? tryOut(state, aim, now) : moveOn(state, aim, now);
}

/** A worker's release is tried beside the service; there has to be something that runs to try it against. */
function isTried(state: DeploymentState, aim: Aim): boolean {
  const steps = courseOf(state)?.steps.length ?? 0;
  return steps > 0 && !isShifted(aim) && state.before !== undefined && countOf(state.before) > 0;
}

function tryOut(state: DeploymentState, aim: Aim, now: Instant): DeploymentPlan {
  const course = courseOf(state);
  const first = course?.steps[0];
  const { before } = state;
  if (!course || !first || !before) return moveOn(state, aim, now);
  const counted = { ...aim, count: aim.count ?? countOf(before) };
  const fresh = course.judge?.baselineTasks ?? 0;
  const siblings: Trial['siblings'] = {
    canary: { count: tasksFor(first.trafficPercent, countOf(counted)) },
    ...(fresh > 0 && { baseline: { count: fresh } }),
  };
  const deadline = now + aim.settings.timeoutSeconds * 1000;
  const trial: Trial = { aim: counted, since: now, deadline, course: openCourse(course), siblings };
  const text = `v${aim.release.number} is tried beside v${before.release.number}: ${siblings.canary?.count} tasks`;
  return {
    next: { ...state, at: { phase: 'trying', ...trial } },
    effects: [...settling(state), siblingsOf(state, trial)],
    wakeAt: now + 10_000,
    reasons: [reason('try', text)],
  };
}

/**
 * A deployment that was superseded in the midst of its move leaves a service that nobody watches. Who moves it at once
 * mends that; who waits first, for people or for jobs, has it go back meanwhile.
 */
export function settling(state: DeploymentState) {
  const isToldAlready = state.at.phase === 'gated' || state.at.phase === 'running_before';
  return isToldAlready ? [] : [toService(state, { type: 'settle', deployment: state.request.id })];
}

/** What the trial wants beside the service now. */
export function siblingsOf(state: DeploymentState, { aim, siblings }: Pick<Trial, 'aim' | 'siblings'>) {
  const { before } = state;
  const deployment = state.request.id;
  return toService(state, {
    type: 'siblings',
    deployment,
    siblings: {
      ...(siblings.canary && { canary: { aim, count: siblings.canary.count } }),
      ...(siblings.baseline && before && { baseline: { aim: before, count: siblings.baseline.count } }),
    },
  });
}

/** Tells the service to move. Where the release before has to be compared with, ECS asks before it shifts traffic. */
export function moveOn(state: DeploymentState, aim: Aim, now: Instant): DeploymentPlan {
  const { before, request } = state;
  const course = courseOf(state);
  const isReturn = request.what.type === 'rollback';
  const hooked = before && course && isShifted(aim) ? withHook(aim, request.id) : aim;
  const deadline = now + aim.settings.timeoutSeconds * 1000;
  const from = before ? `v${before.release.number} → ` : '';
  const begun = course && courseFor(state, hooked);
  const fresh = (isShifted(hooked) && before && course?.judge?.baselineTasks) || 0;
  const siblings = before && fresh > 0 ? { baseline: { count: fresh } } : {};
  const isTrialOver = state.at.phase === 'trying';
  return {
    next: {
      ...state,
      at: { phase: 'moving', aim: hooked, since: now, deadline, ...(begun && { course: begun }) },
    },
    effects: [
      ...(isTrialOver || fresh > 0 ? [siblingsOf(state, { aim, siblings })] : []),
      toService(state, { type: 'aim', deployment: request.id, aim: hooked, ...(isReturn && { isReturn }) }),
    ],
    wakeAt: deadline,
    reasons: [reason('move', `${from}v${aim.release.number}, within ${aim.settings.timeoutSeconds} s`)],
  };
}

/** After a trial, and where ECS moves all at once, only the bake is left of a course; often not even that. */
function courseFor(state: DeploymentState, aim: Aim) {
  const course = courseOf(state);
  if (!course) return undefined;
  const isStepped = isShifted(aim) && state.before !== undefined;
  if (isStepped) return openCourse(course);
  const isOver = state.at.phase === 'trying' ? state.at.course : undefined;
  const lasting = { ...openCourse({ steps: [] }), ...(isOver?.judgement && { judgement: isOver.judgement }) };
  return course.bakeSeconds > 0 || course.after.length > 0
    ? { ...lasting, step: course.steps.length }
    : undefined;
}

const withHook = (aim: Aim, hook: string): Aim => ({
  ...aim,
  settings: { ...aim.settings, ...(aim.settings.shift && { shift: { ...aim.settings.shift, hook } }) },
});
