import { deploymentStep, type Invariant } from '../observation.ts';

/** I17: clocks that are apart move the moment of a deadline by as much, and decide nothing else. */
export const clocks: Invariant = {
  name: 'I17 clocks decide only when a deadline is',
  watch:
    ({ mostApartMs }) =>
    (observation, report) => {
      const step = deploymentStep(observation);
      const then = step?.before?.at;
      if (!step || then?.phase !== 'moving') return;
      const { at } = step.state;
      const isEarly = step.now < then.deadline - mostApartMs;
      if ('cause' in at && at.cause?.code === 'deadline' && isEarly)
        report(`${step.id} was given up ${then.deadline - step.now} ms before its deadline`);
      if (then.since > step.now + mostApartMs) report(`${step.id} set out in the future`);
    },
};
