import type { Instant } from '../../kernel/plan.ts';
import { foresee, openJudge, verdictOf, weigh } from '../judge/judge.ts';
import type { Evidence, JudgeOpening } from '../judge/model.ts';
import type { Course, CourseState, Judgement, JudgePlan, StepBehind } from './model.ts';

/** More intervals than this are not weighed at once. */
const maxIntervals = 60;

/** Tasks that have just been given traffic are slow whatever they run: that long, what is judged by task is left out. */
const warmUpMs = 30_000;

/** Begins to judge at the moment at which the first step's traffic is there. */
export function withJudge(
  plan: JudgePlan | undefined,
  course: CourseState,
  opening: JudgeOpening,
  seconds: number,
): CourseState {
  if (!plan || course.judgement || course.since === undefined) return course;
  const compared = { ...opening, tasks: comparable(plan, opening.tasks) };
  const state = openJudge(plan.settings, compared);
  const judgement: Judgement = {
    sinceMs: course.since,
    state,
    untilMs: course.since,
    intervals: 0,
    verdict: verdictOf(plan.settings, state),
    foreseen: foreseenOf(plan, compared, seconds, []),
  };
  return { ...course, judgement };
}

/** A load balancer tells of each release as of one task. */
const comparable = ({ source }: JudgePlan, tasks: JudgeOpening['tasks']) =>
  source.type === 'load_balancer' ? { canary: 1, baseline: 1 } : tasks;

/** What can be found and what cannot; how soon is known once the traffic is. */
function foreseenOf(plan: JudgePlan, opening: JudgeOpening, seconds: number, seen: readonly Evidence[]) {
  const baselineIsFresh = plan.baselineTasks > 0;
  return foresee(plan.settings, { ...opening, ...trafficOf(seen), seconds, baselineIsFresh }).map(
    ({ text }) => text,
  );
}

/** Requests a second of both releases, and the share of them that fails with the old one. */
function trafficOf(seen: readonly Evidence[]) {
  const counted = seen.filter(({ requests, errors }) => requests && errors);
  const ms = counted.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const sumOf = (value: (one: Evidence) => number) => counted.reduce((sum, one) => sum + value(one), 0);
  const old = sumOf(({ requests }) => requests?.baseline ?? 0);
  const all = old + sumOf(({ requests }) => requests?.canary ?? 0);
  if (ms === 0 || old === 0) return {};
  return {
    requestsPerSecond: (1000 * all) / ms,
    errorShare: sumOf(({ errors }) => errors?.baseline ?? 0) / old,
  };
}

/** Weighs what came in after what is known; intervals that are known already change nothing. */
export function withEvidence(
  plan: JudgePlan | undefined,
  course: CourseState,
  evidence: readonly Evidence[] | undefined,
  opening: JudgeOpening,
  seconds: number,
): { readonly course: CourseState; readonly fresh: readonly Evidence[] } {
  const { judgement } = course;
  if (!plan || !judgement || !evidence) return { course, fresh: [] };
  const fresh = evidence
    .filter(({ fromMs }) => fromMs >= judgement.untilMs)
    .slice(0, maxIntervals)
    .map((interval) => (interval.fromMs < judgement.sinceMs + warmUpMs ? withoutTasks(interval) : interval));
  const last = fresh.at(-1);
  if (!last) return { course, fresh: [] };
  const state = fresh.reduce((known, interval) => weigh(plan.settings, known, interval), judgement.state);
  // A release that was found worse stays so: what comes later does not acquit it.
  const verdict = judgement.verdict.is === 'worse' ? judgement.verdict : verdictOf(plan.settings, state);
  const compared = { ...opening, tasks: comparable(plan, opening.tasks) };
  const isFirst = judgement.intervals === 0;
  const next: Judgement = {
    ...judgement,
    ...(isFirst && { foreseen: foreseenOf(plan, compared, seconds, fresh) }),
    state,
    verdict,
    untilMs: last.toMs,
    intervalMs: last.toMs - last.fromMs,
    intervals: judgement.intervals + fresh.length,
  };
  return { course: { ...course, judgement: next }, fresh };
}

function withoutTasks({ latency: _, metrics: __, ...interval }: Evidence): Evidence {
  return interval;
}

/** A stretch of time at one share of the traffic of which evidence is wanted. */
export interface Stretch {
  readonly trafficPercent: number;
  readonly sinceMs: Instant;
  /** Set where the share has changed since. */
  readonly untilMs?: Instant;
}

/** No interval of evidence is shorter; each begins at a whole multiple of its length. */
const shortestMs = { load_balancer: 60_000, metrics: 10_000 } as const;
/** What has not come so long after a step was over does not come any more. */
const latestMs = { load_balancer: 200_000, metrics: 100_000 } as const;

/**
 * Of which stretch evidence is to be read next: steps that are over first, then the present one. While all traffic is at
 * the new release there is nothing to compare it with, but what was seen before may still come in.
 */
export function nextStretch(
  { steps, judge }: Pick<Course, 'steps' | 'judge'>,
  { step, since, behind = [], judgement }: CourseState,
  now: Instant,
): Stretch | undefined {
  if (!judge || !judgement) return undefined;
  const { untilMs: known, intervalMs = shortestMs[judge.source.type] } = judgement;
  const isMissing = ({ fromMs, toMs }: StepBehind) =>
    (Math.ceil(Math.max(known, fromMs) / intervalMs) + 1) * intervalMs <= toMs;
  const over = behind.find((one) => now < one.toMs + latestMs[judge.source.type] && isMissing(one));
  if (over)
    return {
      trafficPercent: over.trafficPercent,
      sinceMs: Math.max(known, over.fromMs),
      untilMs: over.toMs,
    };
  const present = steps[step];
  // Traffic that was still moving belongs to no step.
  return present && since !== undefined
    ? { trafficPercent: present.trafficPercent, sinceMs: Math.max(known, since) }
    : undefined;
}

/** How soon after its end an interval of each source may be complete. */
const lagMs = { load_balancer: 75_000, metrics: 12_000 } as const;

/** Whether there may be evidence that was not weighed yet. */
export const mayKnowMore = (plan: JudgePlan | undefined, { judgement }: CourseState, now: Instant): boolean =>
  plan !== undefined && judgement !== undefined && now >= judgement.untilMs + lagMs[plan.source.type];
