import type { Instant, Reason } from '../../kernel/plan.ts';
import type { Controls, Course, CourseState, JudgePlan, Said } from './model.ts';
import { isBaking, stepAt, stepText } from './steps.ts';

/** What one look at a course comes to. */
export type Advance =
  /** It stays, or goes on to the next step: `course` says which. */
  | { readonly is: 'on'; readonly course: CourseState; readonly wakeAt: Instant; readonly reason: Reason }
  | { readonly is: 'worse'; readonly code: string; readonly text: string }
  /** It has lasted long enough with all traffic. */
  | { readonly is: 'done'; readonly course: CourseState; readonly reason: Reason };

interface Look {
  readonly course: Course;
  readonly state: CourseState;
  readonly controls: Controls | undefined;
  /** Those that count: not the deployer's own, unless that is allowed. */
  readonly approvals: readonly Said[];
  /** Why nothing may go on now, from outside: a lock or a freeze. */
  readonly locked: string | undefined;
  readonly now: Instant;
}

/** How often a step is looked at while nothing but time has to pass. */
const judgeMs = 30_000;
const soonMs = 1_000;

/**
 * Where a course goes from here. A step is over when its time is, nobody holds it and the judge has nothing against it;
 * the last step before all traffic wants a verdict besides.
 */
export function advance(look: Look): Advance {
  const { state, course, controls, now } = look;
  const accused = accusation(course.judge, state);
  if (accused) return { is: 'worse', code: 'judge', text: accused };
  if (controls?.paused) return hold(look, 'paused', pausedText(controls.paused));
  const hasAll = isBaking(course, state) && state.since !== undefined;
  if (look.locked && !hasAll) return hold(look, 'locked', look.locked);
  if (state.since === undefined) return stay(look, 'traffic', `${nextText(course, state)} is on its way`);
  if (hasAll) return bake(look, state.since);
  if (controls?.promote) return goTo(look, course.steps.length, `promoted by ${controls.promote.actor}`);
  if (controls?.skip?.step === state.step)
    return goTo(look, state.step + 1, `${stepText(course, state)} was cut short by ${controls.skip.actor}`);
  return wait(look, state.since, now);
}

export const pausedText = ({ actor, reason }: Said) => `paused by ${actor}${reason ? `: ${reason}` : ''}`;

function wait(look: Look, since: Instant, now: Instant): Advance {
  const { course, state } = look;
  const step = stepAt(course, state);
  if (!step) return stay(look, 'traffic', 'no traffic yet');
  const verdict = state.judgement?.verdict;
  const approved = look.approvals.find(({ at }) => at >= since);
  if (step.approval && !approved)
    return hold(look, 'approval', `${step.trafficPercent} % stays until somebody approves it`);
  if (course.judge?.promoteEarly && !course.judge.dryRun && verdict?.is === 'not_worse')
    return goTo(look, state.step + 1, `early, for it is ${verdict.text}`);
  const over = since + step.forSeconds * 1000;
  if (now < over && !step.approval) {
    const text = `${step.trafficPercent} % for ${Math.ceil((over - now) / 1000)} s more${words(state)}`;
    return stay(look, 'step', text, over);
  }
  const isLast = state.step === course.steps.length - 1;
  const judge = isLast && course.judge && !course.judge.dryRun ? course.judge : undefined;
  if (!judge || !verdict || verdict.is === 'not_worse' || approved)
    return goTo(look, state.step + 1, `${step.trafficPercent} % is over${words(state)}`);
  return withoutVerdict(look, judge, over);
}

/** The last step is over and the judge does not know: it watches on for a while, then does what was declared. */
function withoutVerdict(look: Look, judge: JudgePlan, over: Instant): Advance {
  const { state, now } = look;
  const limit = over + judge.extendSeconds * 1000;
  const verdict = state.judgement?.verdict;
  const code = verdict?.is ?? 'no_data';
  const text = verdict?.text ?? 'nothing was measured';
  if (now < limit)
    return stay(
      look,
      'watching',
      `the judge watches on, ${Math.ceil((limit - now) / 1000)} s at most: ${text}`,
      limit,
    );
  const policy = verdict?.is === 'no_data' ? judge.noData : judge.undecided;
  switch (policy) {
    case 'proceed':
      return goTo(look, state.step + 1, `goes on without a verdict, as declared: ${text}`);
    case 'roll_back':
      return { is: 'worse', code, text: `no verdict in time, and back is what was declared: ${text}` };
    case 'pause':
      return hold(look, code, `no verdict in time, so a person has to say: ${text}`);
  }
}

function bake(look: Look, since: Instant): Advance {
  const { course, state, controls, now } = look;
  const over = since + course.bakeSeconds * 1000;
  const early = controls?.promote && controls.promote.at >= since;
  const cut = controls?.skip?.step === state.step;
  if (now < over && !early && !cut)
    return stay(look, 'bake', `all traffic; lasts ${Math.ceil((over - now) / 1000)} s more`, over);
  const { held: _, ...free } = state;
  const text = early || cut ? 'the bake was cut short' : 'it has lasted';
  return { is: 'done', course: free, reason: { code: 'baked', text } };
}

function goTo({ course, state, now }: Look, step: number, why: string): Advance {
  const { held: _, since: __, ...free } = state;
  const allowedPercent = course.steps[step]?.trafficPercent ?? 100;
  const next = { ...free, ...leftBehind(course, state, now), step, allowedPercent };
  return {
    is: 'on',
    course: next,
    wakeAt: now + soonMs,
    reason: { code: 'step', text: `on to ${allowedPercent} %: ${why}` },
  };
}

const mostBehind = 20;

function leftBehind(course: Course, { judgement, since, behind = [], ...state }: CourseState, now: Instant) {
  const step = stepAt(course, state);
  if (!judgement || since === undefined || !step) return {};
  const over = { trafficPercent: step.trafficPercent, fromMs: since, toMs: now };
  return { behind: [...behind, over].slice(-mostBehind) };
}

function stay(look: Look, code: string, text: string, until?: Instant): Advance {
  const { held: _, ...free } = look.state;
  const wakeAt = Math.min(until ?? Number.MAX_SAFE_INTEGER, look.now + judgeMs);
  return { is: 'on', course: free, wakeAt, reason: { code, text } };
}

function hold({ state, now }: Look, code: string, text: string): Advance {
  const since = state.held?.code === code ? state.held.since : now;
  const held = { code, text, since };
  return { is: 'on', course: { ...state, held }, wakeAt: now + judgeMs, reason: { code, text } };
}

function accusation(judge: JudgePlan | undefined, { judgement }: CourseState): string | undefined {
  if (!judge || judge.dryRun || judgement?.verdict.is !== 'worse') return undefined;
  return `the judge found it ${judgement.verdict.text}`;
}

const words = ({ judgement }: CourseState) => (judgement ? `; ${judgement.verdict.text}` : '');

const nextText = (course: Course, state: CourseState) =>
  `${course.steps[Math.max(0, state.step)]?.trafficPercent ?? 100} %`;

/**
 * Takes in how much traffic (or how many of the wanted tasks) the new release has: a step counts from the moment at
 * which all of its share is seen.
 */
export function withTraffic(course: Course, state: CourseState, percent: number, now: Instant): CourseState {
  const step = Math.max(0, state.step);
  const wanted = course.steps[step]?.trafficPercent ?? 100;
  const seen = { ...state, percent };
  if (state.step >= 0 && state.since !== undefined) return seen;
  return percent >= wanted ? { ...seen, step, since: now } : seen;
}
