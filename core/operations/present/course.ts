import type { CourseView, JudgementView } from '../../contract/deployment-views.ts';
import type { DeploymentView } from '../../contract/views.ts';
import type { Controls, Course, CourseState, Said } from '../../deployments/course/model.ts';
import type { JudgeVerdict } from '../../deployments/judge/model.ts';
import type { DeploymentPhase, DeploymentState } from '../../deployments/model.ts';
import { moment } from './moment.ts';

/** What of a deployment comes from its course: where it is, what was judged, what it waits for, who said what. */
export function courseParts(state: DeploymentState): Partial<DeploymentView> {
  const { request, at, controls, abort } = state;
  const course = request.what.type === 'content' ? request.what.course : undefined;
  const position = positionOf(state);
  const judgement = position?.judgement;
  return {
    ...(course && { course: courseView(course, at, position) }),
    ...(judgement && {
      judgement: judgementView(judgement.verdict, {
        intervals: judgement.intervals,
        until: moment(judgement.untilMs),
        foreseen: [...judgement.foreseen],
        dryRun: course?.judge?.dryRun ?? false,
      }),
    }),
    ...waits(state),
    ...(course && jobs(state, course)),
    ...(controls && said(controls)),
    ...(abort && { aborted: saidView(abort) }),
  };
}

/** Where it is on its course, or was when it left it. */
export const positionOf = ({ at, went }: DeploymentState): CourseState | undefined =>
  ('course' in at ? at.course : undefined) ?? went;

function courseView(
  { strategy, steps, bakeSeconds, judge }: Course,
  at: DeploymentPhase,
  position: CourseState | undefined,
): CourseView {
  const isThrough = at.phase === 'running_after' || (at.phase === 'ended' && at.verdict === 'succeeded');
  const present = isThrough ? steps.length : (position?.step ?? -1);
  const stateOf = (place: number) => (place < present ? 'done' : place === present ? 'now' : 'next');
  return {
    strategy,
    bakeSeconds,
    ...(judge && { isJudged: true }),
    steps: steps.map(({ trafficPercent, forSeconds, approval }, place) => ({
      ...{ trafficPercent, forSeconds },
      ...(approval && { approval }),
      state: stateOf(place),
    })),
    ...(position && {
      step: position.step,
      ...(position.since !== undefined && { since: moment(position.since) }),
      percent: position.percent,
      allowedPercent: position.allowedPercent,
    }),
  };
}

export function judgementView(
  verdict: JudgeVerdict,
  about: Pick<JudgementView, 'intervals' | 'until' | 'foreseen' | 'dryRun'>,
): JudgementView {
  return {
    verdict: verdict.is,
    text: verdict.text,
    ...('of' in verdict && { of: verdict.of }),
    bounds: 'bounds' in verdict ? verdict.bounds.map(boundView) : [],
    ...about,
  };
}

type Bound = Extract<JudgeVerdict, { is: 'not_worse' }>['bounds'][number];

export const boundView = ({ of, atMostRatio, isReached, text }: Bound) => ({
  ...{ of, isReached, text },
  ...(atMostRatio !== null && Number.isFinite(atMostRatio) && { atMostRatio }),
});

function waits({ at }: DeploymentState): Partial<DeploymentView> {
  if (at.phase === 'gated' && at.waits)
    return { waits: { code: at.waits.code, text: at.waits.text, since: moment(at.since) } };
  const held = 'course' in at ? at.course?.held : undefined;
  return held ? { waits: { code: held.code, text: held.text, since: moment(held.since) } } : {};
}

/** They go one after the other, so what has ended are the first of all of them. */
function jobs(
  { at, runs, jobs: ended = [] }: DeploymentState,
  { before, after }: Course,
): Partial<DeploymentView> {
  const planned = [
    ...before.map(({ name }) => ({ name, when: 'before' as const })),
    ...after.map(({ name }) => ({ name, when: 'after' as const })),
  ];
  if (planned.length === 0) return {};
  const running = runningJob(at, before.length);
  return {
    jobs: planned.map((job, place) => {
      const one = ended[place];
      if (one)
        return { id: one.job, ...job, state: one.verdict, reason: one.reason, endedAt: moment(one.endedAt) };
      if (running !== place) return { ...job, state: 'next' };
      return { ...(runs !== undefined && { id: runs }), ...job, state: 'running' };
    }),
  };
}

/** Its place among all jobs. */
function runningJob(at: DeploymentPhase, before: number): number | undefined {
  if (at.phase === 'running_before' && at.started) return at.job;
  return at.phase === 'running_after' && at.started ? before + at.job : undefined;
}

function said({ approvals, paused, promote, skip }: Controls): Partial<DeploymentView> {
  return {
    ...(approvals.length > 0 && { approvals: approvals.map(saidView) }),
    ...(paused && { paused: saidView(paused) }),
    ...(promote && { promoted: saidView(promote) }),
    ...(skip && { skipped: saidView(skip) }),
  };
}

const saidView = ({ actor, reason, at }: Omit<Said, 'at'> & { readonly at?: number }) => ({
  actor,
  ...(reason !== undefined && { reason }),
  ...(at !== undefined && { at: moment(at) }),
});
