import type { ObservedServiceDeployment, SeenService } from '../ecs/service.ts';
import type { Instant } from '../kernel/plan.ts';
import { assess } from './assess.ts';
import { deadlineOf } from './course/deadline.ts';
import { deathsText } from './course/deaths.ts';
import { letThrough } from './course/hook.ts';
import { lookAtCourse } from './course/look.ts';
import type { CourseState } from './course/model.ts';
import { approvedBy } from './gates/approval.ts';
import { giveUp } from './giving-up.ts';
import { haveSucceeded, openJobs } from './jobs.ts';
import type { DeploymentEffect, DeploymentState, Move, Progress } from './model.ts';
import type { DeploymentSeen } from './seeing.ts';
import { type At, countOf, courseOf, type DeploymentPlan, end, isShifted, reason } from './steps.ts';
import { goOn, lookAgain, note, ours, surelyGone } from './watching.ts';

/** Watches what ECS makes of a move, and says how far it may go. */
export function move(
  state: DeploymentState,
  at: At<'moving'>,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  if (state.abort) return giveUp(state, at, 'aborted', abortText(state.abort), now);
  if (at.refused) return giveUp(state, at, 'refused', `ECS refused the change: ${at.refused}`, now);
  const is = at.applied && seen.service && assess(seen.service, ours(at, at.applied), now);
  if (!is || is.is === 'unclear') return lookAgain(state, at, is?.text ?? 'ECS is being told', now);
  const deaths = at.aim.settings.circuitBreaker ? deathsText(seen.deaths, countOf(at.aim)) : undefined;
  switch (is.is) {
    case 'there':
      if (deaths) return giveUp(state, at, 'breaker', deaths, now);
      return landed(state, at, is.progress, seen, now);
    case 'failing':
      return giveUp(state, at, 'circuit_breaker', is.text, now);
    case 'overtaken':
      return end(state, 'superseded', `changed outside Berth: ${is.text}`, now);
    case 'gone':
      return surelyGone(state, at, is.text, now) ?? end(state, 'failed', is.text, now);
    case 'on_the_way':
      if (deaths) return giveUp(state, at, 'breaker', deaths, now);
      if (at.course && isShifted(at.aim) && state.before)
        return shift(state, at, at.course, is.progress, seen, now);
      return now >= at.deadline ? late(state, at, now) : goOn(state, at, is.progress, now);
  }
}

const abortText = ({ actor, reason: why }: NonNullable<DeploymentState['abort']>) =>
  `aborted by ${actor}${why ? `: ${why}` : ''}`;

const late = (state: DeploymentState, at: At<'moving'>, now: Instant) => {
  const held = at.course?.held ? `: ${at.course.held.text}` : '';
  return giveUp(state, at, 'deadline', `nothing went on for ${at.aim.settings.timeoutSeconds} s${held}`, now);
};

/** All of it runs: it has to last, and the jobs after it have to succeed, before that is called a success. */
function landed(
  state: DeploymentState,
  at: At<'moving'>,
  progress: Progress,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  if (!at.course || at.course.baked !== undefined) return succeed(state, at, progress, now);
  const steps = courseOf(state)?.steps.length ?? 0;
  // Where ECS did not ask before it moved all traffic, what is left is the bake.
  const course = at.course.step < steps ? jumped(at.course, steps) : at.course;
  const { advance, weighed, effects } = lookAtCourse(state, course, 100, noTasks, seen, now);
  if (advance.is === 'worse')
    return giveUp({ ...state, went: weighed }, at, advance.code, advance.text, now, effects);
  if (advance.is === 'done')
    return withEffects(baked(state, at, advance.course, { isThere: true, progress }, now), effects);
  const deadline = deadlineOf(
    state,
    advance.course,
    course,
    at.deadline,
    at.aim.settings.timeoutSeconds,
    now,
  );
  const { missingSince: _, ...there } = at;
  return {
    next: { ...state, at: { ...there, course: advance.course, deadline, progress: at.progress ?? progress } },
    effects,
    wakeAt: advance.wakeAt,
    reasons: [advance.reason],
  };
}

const noTasks = { canary: 0, baseline: 0 };

function jumped({ since: _, ...course }: CourseState, steps: number): CourseState {
  return { ...course, step: steps };
}

export function succeed(
  state: DeploymentState,
  at: Pick<Move, 'aim' | 'applied'>,
  { running, desired }: Pick<Progress, 'running' | 'desired'>,
  now: Instant,
): DeploymentPlan {
  const text = `v${at.aim.release.number} is what runs: ${running} of ${desired} tasks`;
  return end(state, 'succeeded', text, now, {
    ...at.aim,
    ...(at.applied && { generation: at.applied.generation }),
  });
}

/** ECS shifts traffic, and asks before each step: the course says how far it may go. */
function shift(
  state: DeploymentState,
  at: At<'moving'>,
  before: CourseState,
  progress: Progress,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const traffic = seen.service && underWay(seen.service, at);
  const percent = traffic?.trafficPercent ?? before.percent;
  const tasks = { canary: progress.desired, baseline: baselineOf(state) };
  const { advance, weighed, effects } = lookAtCourse(state, before, percent, tasks, seen, now);
  if (advance.is === 'worse')
    return giveUp({ ...state, went: weighed }, at, advance.code, advance.text, now, effects);
  const { missingSince: _, ...there } = at;
  const { noted } = note(there, progress, now);
  const moved: At<'moving'> = { ...noted, course: advance.course };
  if (advance.is === 'done' && !before.baked)
    return withEffects(baked(state, moved, advance.course, { isThere: false, progress }, now), effects);
  const paused = atPause(state, traffic, advance.course);
  const course = paused.course;
  const deadline = deadlineOf(state, course, before, noted.deadline, at.aim.settings.timeoutSeconds, now);
  if (now >= deadline) return withEffects(late({ ...state, went: weighed }, { ...at, course }, now), effects);
  const next = letThrough({ ...state, at: { ...moved, course, deadline } });
  return {
    next,
    effects: [...effects, ...paused.effects],
    wakeAt: Math.min(advance.is === 'on' ? advance.wakeAt : now + 10_000, now + 10_000, deadline),
    reasons: [course.held ? reason(course.held.code, course.held.text) : advance.reason],
  };
}

/** The service deployment that is ours, as far as ECS shows one under way. */
function underWay(seen: SeenService, { aim }: Move): ObservedServiceDeployment | undefined {
  if (seen.seen !== 'service') return undefined;
  const { taskDefinitionArn } = aim.release;
  return seen.serviceDeployments.findLast(
    (one) => one.taskDefinitionArn === taskDefinitionArn && /^(PENDING|IN_PROGRESS)$/.test(one.status),
  );
}

/** ECS itself waits for a person before the first traffic: an approval answers its hook, once. */
function atPause(
  state: DeploymentState,
  traffic: ObservedServiceDeployment | undefined,
  course: CourseState,
): { readonly course: CourseState; readonly effects: readonly DeploymentEffect[] } {
  const hook = traffic?.hooks?.find(({ type, status }) => type === 'PAUSE' && status === 'AWAITING_ACTION');
  const gate = courseOf(state)?.gates.approval;
  if (!traffic || !hook || !gate || course.continued === hook.id) return { course, effects: [] };
  if (course.held?.code === 'paused' || course.held?.code === 'locked') return { course, effects: [] };
  const approval = approvedBy(state.request, gate, state.controls?.approvals ?? []);
  if (!approval) {
    const text = `the new release is up and waits for approval: \`berth approve ${state.request.id}\``;
    const since = course.held?.code === 'approval' ? course.held.since : (traffic.createdAtMs ?? 0);
    return { course: { ...course, held: { code: 'approval', text, since } }, effects: [] };
  }
  const { held: _, ...free } = course;
  const { environment } = state.request;
  const action = 'CONTINUE' as const;
  return {
    course: { ...free, continued: hook.id },
    effects: [
      { type: 'continue_hook', environment, serviceDeploymentArn: traffic.arn, hookId: hook.id, action },
    ],
  };
}

/** It has lasted; now its jobs, while the old release is still warm where there is one. */
function baked(
  state: DeploymentState,
  at: At<'moving'>,
  course: CourseState,
  { isThere, progress }: { readonly isThere: boolean; readonly progress: Progress },
  now: Instant,
): DeploymentPlan {
  const after = courseOf(state)?.after ?? [];
  if (!haveSucceeded(state, 'after', after)) {
    const { phase: _, ...move } = { ...at, course };
    return {
      next: { ...state, went: course, at: { phase: 'running_after', move, ...openJobs(after, now) } },
      effects: [],
      wakeAt: now,
      reasons: [reason('after', `now ${after.map(({ name }) => name).join(', ')}`)],
    };
  }
  if (isThere) return succeed({ ...state, went: course }, at, progress, now);
  const deadline = now + at.aim.settings.timeoutSeconds * 1000;
  return {
    next: { ...state, at: { ...at, deadline, course: { ...course, baked: now } } },
    effects: [],
    wakeAt: now + 10_000,
    reasons: [reason('baked', 'ECS may take the old release away')],
  };
}

const withEffects = (plan: DeploymentPlan, effects: DeploymentPlan['effects']): DeploymentPlan => ({
  ...plan,
  effects: [...plan.effects, ...effects],
});

const baselineOf = (state: DeploymentState) => {
  const fresh = courseOf(state)?.judge?.baselineTasks ?? 0;
  return fresh > 0 ? fresh : state.before ? countOf(state.before) : 0;
};
