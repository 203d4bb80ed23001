import type { Instant } from '../../kernel/plan.ts';
import { foresee, openJudge, verdictOf, weigh } from '../judge/judge.ts';
import type { Evidence, JudgeOpening } from '../judge/model.ts';
import type { CourseState, Judgement, JudgePlan } from './model.ts';

/** More intervals than this are not weighed at once. */
export const maxIntervals = 60;

/** Begins to judge at the moment at which the first step's traffic is there. */
export function withJudge(
  plan: JudgePlan | undefined,
  course: CourseState,
  opening: JudgeOpening,
  seconds: number,
): CourseState {
  if (!plan || course.judgement || course.since === undefined) return course;
  const state = openJudge(plan.settings, opening);
  const foreseen = foresee(plan.settings, {
    share: opening.share,
    tasks: opening.tasks,
    seconds,
    baselineIsFresh: plan.baselineTasks > 0,
  }).map(({ text }) => text);
  const judgement: Judgement = {
    state,
    untilMs: course.since,
    intervals: 0,
    verdict: verdictOf(plan.settings, state),
    foreseen,
  };
  return { ...course, judgement };
}

/** Weighs what came in after what is known; intervals that are known already change nothing. */
export function withEvidence(
  plan: JudgePlan | undefined,
  course: CourseState,
  evidence: readonly Evidence[] | undefined,
): { readonly course: CourseState; readonly fresh: readonly Evidence[] } {
  const { judgement } = course;
  if (!plan || !judgement || !evidence) return { course, fresh: [] };
  const fresh = evidence.filter(({ fromMs }) => fromMs >= judgement.untilMs).slice(0, maxIntervals);
  const last = fresh.at(-1);
  if (!last) return { course, fresh: [] };
  const state = fresh.reduce((known, interval) => weigh(plan.settings, known, interval), judgement.state);
  // A release that was found worse stays so: what comes later does not acquit it.
  const verdict = judgement.verdict.is === 'worse' ? judgement.verdict : verdictOf(plan.settings, state);
  const next = {
    ...judgement,
    state,
    verdict,
    untilMs: last.toMs,
    intervals: judgement.intervals + fresh.length,
  };
  return { course: { ...course, judgement: next }, fresh };
}

/** How soon after its end an interval of each source may be complete. */
const lagMs = { load_balancer: 75_000, metrics: 12_000 } as const;

/** Whether there may be evidence that was not weighed yet. */
export const mayKnowMore = (plan: JudgePlan | undefined, { judgement }: CourseState, now: Instant): boolean =>
  plan !== undefined && judgement !== undefined && now >= judgement.untilMs + lagMs[plan.source.type];
