import type { Instant } from '../../kernel/plan.ts';
import type { DeploymentState } from '../model.ts';
import { courseOf } from '../steps.ts';
import type { CourseState } from './model.ts';
import { stepAt } from './steps.ts';

/** How long a deployment may be held by people, locks or a missing verdict before it is given up. */
const heldMs = 20 * 3600_000;

/** When a course is given up if nothing goes on. */
export function deadlineOf(
  state: DeploymentState,
  course: CourseState,
  before: CourseState,
  deadline: Instant,
  timeoutSeconds: number,
  now: Instant,
): Instant {
  const plan = courseOf(state);
  const timeoutMs = timeoutSeconds * 1000;
  if (course.held) return Math.max(deadline, course.held.since + heldMs);
  // As long as it was held nothing could go on, and what was put off for that long counts no more.
  const known = before.held ? now + timeoutMs : deadline;
  if (course.step !== before.step || course.percent > before.percent) return Math.max(known, now + timeoutMs);
  if (!plan || course.since === undefined) return known;
  const seconds = stepAt(plan, course)?.forSeconds ?? plan.bakeSeconds;
  const extendMs = (plan.judge?.extendSeconds ?? 0) * 1000;
  return Math.max(known, course.since + seconds * 1000 + extendMs + timeoutMs);
}
