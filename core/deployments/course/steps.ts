import type { TrafficShift } from '../../services/model.ts';
import type { Course, CourseState, Step } from './model.ts';

/** How a course begins: nothing has traffic, and the first step may be gone. */
export const openCourse = ({ steps }: Pick<Course, 'steps'>): CourseState => ({
  step: -1,
  allowedPercent: steps[0]?.trafficPercent ?? 100,
  percent: 0,
});

/** The step that a deployment is at; undefined before the first and while it bakes. */
export const stepAt = ({ steps }: Pick<Course, 'steps'>, { step }: CourseState): Step | undefined =>
  steps[step];

export const isBaking = ({ steps }: Pick<Course, 'steps'>, { step }: CourseState): boolean =>
  step >= steps.length;

/** In words: `5 %`, or `100 %, baking`. */
export function stepText(course: Pick<Course, 'steps'>, state: CourseState): string {
  const step = stepAt(course, state);
  if (step) return `${step.trafficPercent} %`;
  return isBaking(course, state) ? '100 %' : 'not begun';
}

/**
 * What ECS gives the new release next, in percent. LINEAR by 5 from 10: 15. Everything but LINEAR and CANARY goes all
 * at once.
 */
export function nextPercent(shift: TrafficShift | undefined, percent: number): number {
  if (shift?.strategy === 'CANARY') return percent < shift.canaryPercent ? shift.canaryPercent : 100;
  if (shift?.strategy !== 'LINEAR') return 100;
  // Shares are tenths of a percent; sums of fractions are not.
  return Math.min(100, Math.round((percent + shift.stepPercent) * 10) / 10);
}

/** How many tasks beside `count` a share stands for: at least one. 5 % of 10: 1; 25 % of 10: 3. */
export const tasksFor = (trafficPercent: number, count: number): number =>
  Math.max(1, Math.ceil((trafficPercent * count) / 100));
