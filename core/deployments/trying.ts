import type { SeenService } from '../ecs/service.ts';
import type { Instant } from '../kernel/plan.ts';
import { deadlineOf } from './course/deadline.ts';
import { deathsText, tooManyDeaths } from './course/deaths.ts';
import { lookAtCourse } from './course/look.ts';
import type { CourseState } from './course/model.ts';
import { stepAt, tasksFor } from './course/steps.ts';
import { stopTrying } from './giving-up.ts';
import type { DeploymentState, Trial } from './model.ts';
import type { DeploymentSeen } from './seeing.ts';
import { moveOn, siblingsOf } from './set-out.ts';
import { type At, countOf, courseOf, type DeploymentPlan, reason } from './steps.ts';

const pollMs = 10_000;

/** Watches the release beside the service: step by step more of it, until the service itself may move. */
export function tryOn(
  state: DeploymentState,
  at: At<'trying'>,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const failure = failureOf(state, at, seen);
  if (failure) return stopTrying(state, at, failure.code, failure.text, now);
  const tasks = { canary: at.siblings.canary?.count ?? 0, baseline: baselineTasks(state, at) };
  const { advance, weighed, effects } = lookAtCourse(
    state,
    at.course,
    percentOf(state, at, seen),
    tasks,
    seen,
    now,
  );
  if (advance.is === 'worse')
    return stopTrying({ ...state, went: weighed }, at, advance.code, advance.text, now, effects);
  if (now >= at.deadline) {
    const why = at.course.held?.text ?? 'its tasks did not come up';
    const told = { ...state, went: weighed };
    return stopTrying(told, at, 'deadline', `nothing went on any more: ${why}`, now, effects);
  }
  const next = { ...at, course: advance.course };
  const isOver = advance.is === 'done' || advance.course.step >= (courseOf(state)?.steps.length ?? 0);
  if (isOver) return onward(state, next, advance.reason.text, effects, now);
  const isNewStep = advance.course.step > at.course.step && at.course.step >= 0;
  const trial = isNewStep ? grown(state, next, now) : putOff(state, next, at.course, now);
  return {
    next: { ...state, at: trial },
    effects: isNewStep ? [siblingsOf(state, trial), ...effects] : effects,
    wakeAt: Math.min(
      advance.is === 'on' ? advance.wakeAt : now + pollMs,
      Math.max(trial.deadline, now + 1000),
    ),
    reasons: [advance.reason],
  };
}

/** The trial is over: now the service itself. */
function onward(
  state: DeploymentState,
  at: At<'trying'>,
  text: string,
  effects: DeploymentPlan['effects'],
  now: Instant,
): DeploymentPlan {
  const plan = moveOn({ ...state, at, went: at.course }, at.aim, now);
  return {
    ...plan,
    effects: [...plan.effects, ...effects],
    reasons: [reason('tried', text), ...plan.reasons],
  };
}

function failureOf(state: DeploymentState, { aim, siblings }: Trial, seen: DeploymentSeen) {
  if (state.abort) return { code: 'aborted', text: `aborted by ${state.abort.actor}` };
  const refused = siblings.canary?.refused ?? siblings.baseline?.refused;
  if (refused) return { code: 'refused', text: `ECS refused the tasks beside the service: ${refused}` };
  const count = siblings.canary?.count ?? 1;
  const deaths = aim.settings.circuitBreaker ? deathsText(seen.deaths, count) : undefined;
  if (deaths) return { code: 'breaker', text: deaths };
  const failed = primaryOf(seen.siblings?.canary)?.failedTasks ?? 0;
  if (aim.settings.circuitBreaker && failed >= tooManyDeaths(count))
    return { code: 'circuit_breaker', text: `${failed} of its tasks failed to start` };
  return undefined;
}

/** The step's share counts once as many tasks run as it asks for; a write that was not heard of yet has none. */
function percentOf(state: DeploymentState, at: Trial, { siblings }: DeploymentSeen): number {
  const course = courseOf(state);
  const step = course && (stepAt(course, at.course) ?? course.steps[0]);
  const canary = at.siblings.canary;
  const primary = primaryOf(siblings?.canary);
  const isThere =
    canary?.applied !== undefined &&
    primary?.taskDefinitionArn === at.aim.release.taskDefinitionArn &&
    primary.runningCount >= canary.count;
  const baseline = at.siblings.baseline;
  const hasBaseline = !baseline || (primaryOf(siblings?.baseline)?.runningCount ?? 0) >= baseline.count;
  return step && isThere && hasBaseline ? step.trafficPercent : 0;
}

const primaryOf = (seen: SeenService | undefined) =>
  seen?.seen === 'service' ? seen.deployments.find(({ status }) => status === 'PRIMARY') : undefined;

function grown(state: DeploymentState, at: At<'trying'>, now: Instant): At<'trying'> {
  const course = courseOf(state);
  const step = course && stepAt(course, at.course);
  const count = step ? tasksFor(step.trafficPercent, countOf(at.aim)) : 1;
  const deadline = now + at.aim.settings.timeoutSeconds * 1000;
  // A step that asks for as many tasks as the one before has them already, and nothing is told of it again.
  const canary = at.siblings.canary?.count === count ? at.siblings.canary : { count };
  return { ...at, deadline, siblings: { ...at.siblings, canary } };
}

/** What goes on is given more time: a step its own, and as much again to come to the next. */
function putOff(state: DeploymentState, at: At<'trying'>, before: CourseState, now: Instant): At<'trying'> {
  return {
    ...at,
    deadline: deadlineOf(state, at.course, before, at.deadline, at.aim.settings.timeoutSeconds, now),
  };
}

function baselineTasks({ before }: DeploymentState, { siblings }: Trial): number {
  return siblings.baseline?.count ?? (before ? countOf(before) : 0);
}
