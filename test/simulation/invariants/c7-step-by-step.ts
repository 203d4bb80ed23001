import type { CourseState, Step } from '../../../core/deployments/course/model.ts';
import type { DeploymentState } from '../../../core/deployments/model.ts';
import { deploymentStep, type Invariant } from '../observation.ts';

/**
 * C7: a course goes from each step to the next one, and each lasts as long as it should: unless somebody promotes it or
 * cuts the step short, or the judge has no doubts and may say so early.
 */
export const stepByStep: Invariant = {
  name: 'C7 step by step',
  watch:
    ({ mostApartMs }) =>
    (observation, report) => {
      const step = deploymentStep(observation);
      if (!step?.before || step.before.at.phase !== step.state.at.phase) return;
      const { what } = step.state.request;
      const course = what.type === 'content' ? what.course : undefined;
      const [was, is] = [courseIn(step.before), courseIn(step.state)];
      if (!course || !was || !is || was.step < 0 || is.step <= was.step) return;
      const { promote, skip } = step.state.controls ?? {};
      if (promote || hasLanded(step.state, was)) return;
      if (is.step > was.step + 1)
        report(`${step.id} went from step ${was.step} to ${is.step}, and nobody promoted it`);
      // Where a step waits for approval its time is none.
      const isCut = skip?.step === was.step || isSure(step.state, is) || course.steps[was.step]?.approval;
      const left = msLeft(course.steps[was.step], was, step.now);
      if (!isCut && left > mostApartMs) report(`${step.id} left step ${was.step} ${left} ms before its time`);
    },
};

const courseIn = ({ at }: DeploymentState): CourseState | undefined =>
  at.phase === 'trying' || at.phase === 'moving' ? at.course : undefined;

/** By whoever looked; a step that has not begun has nothing to last. */
const msLeft = (step: Step | undefined, { since }: CourseState, now: number) =>
  since === undefined || !step ? 0 : since + step.forSeconds * 1000 - now;

/** ECS has moved all traffic, whoever let it. */
const hasLanded = ({ at }: DeploymentState, was: CourseState) =>
  at.phase === 'moving' && was.percent < 100 && at.course?.percent === 100;

const isSure = ({ request: { what } }: DeploymentState, { judgement }: CourseState) =>
  what.type === 'content' &&
  what.course?.judge?.promoteEarly === true &&
  judgement?.verdict.is === 'not_worse';
