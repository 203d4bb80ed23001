import type { Instant } from '../../kernel/plan.ts';
import { mayApprove } from '../gates/approval.ts';
import { heldByLock } from '../gates/locking.ts';
import type { DeploymentEffect, DeploymentState } from '../model.ts';
import type { DeploymentSeen } from '../seeing.ts';
import { courseOf } from '../steps.ts';
import { type Advance, advance, withTraffic } from './advance.ts';
import { withEvidence, withJudge } from './judging.ts';
import type { Course, CourseState, Said } from './model.ts';

/** What a look at a course comes to, and the evidence that has to be kept for it. */
export interface CourseLook {
  readonly advance: Advance;
  /** The course with all that was seen, before it was decided where it goes. */
  readonly weighed: CourseState;
  readonly effects: readonly DeploymentEffect[];
}

/** Takes in the traffic and the evidence that were seen, and decides where the course goes from here. */
export function lookAtCourse(
  state: DeploymentState,
  before: CourseState,
  percent: number,
  tasks: { readonly canary: number; readonly baseline: number },
  seen: DeploymentSeen,
  now: Instant,
): CourseLook {
  const course = lasting(state, courseOf(state) ?? rolling);
  const moved = withTraffic(course, before, percent, now);
  const share = (course.steps[Math.max(0, moved.step)]?.trafficPercent ?? 100) / 100;
  const seconds = course.steps.reduce((sum, { forSeconds }) => sum + forSeconds, 0);
  const isJudged = moved.step < course.steps.length;
  const opening = { tasks, share };
  const judged = isJudged ? withJudge(course.judge, moved, opening, seconds) : moved;
  const { course: weighed, fresh } = withEvidence(course.judge, judged, seen.judge, opening, seconds);
  const locked = heldByLock(state.request, seen.gates, now);
  return {
    weighed,
    advance: advance({
      course,
      state: weighed,
      controls: state.controls,
      approvals: countingApprovals(state),
      locked: locked?.text,
      now,
    }),
    effects:
      fresh.length > 0 ? [{ type: 'keep_evidence', deployment: state.request.id, evidence: fresh }] : [],
  };
}

/** Where there was nothing before there is nothing to go back to, and so nothing to wait for. */
const lasting = ({ before }: DeploymentState, course: Course): Course =>
  before ? course : { ...course, bakeSeconds: 0 };

/** A step's approval is like the gate's: somebody else's, unless it says otherwise. The judge's question is anybody's. */
function countingApprovals({ request, controls }: DeploymentState): readonly Said[] {
  const course = request.what.type === 'content' ? request.what.course : undefined;
  const isAsked = course?.steps.some(({ approval }) => approval) ?? false;
  const gate = course?.gates.approval ?? { byDeployer: !isAsked, at: 'start' };
  return (controls?.approvals ?? []).filter(({ actor }) => mayApprove(request, gate, actor) === undefined);
}

/** Older requests have no course. */
const rolling: Course = {
  strategy: 'rolling',
  steps: [],
  bakeSeconds: 0,
  gates: { windows: [], webhooks: [] },
  before: [],
  after: [],
};
