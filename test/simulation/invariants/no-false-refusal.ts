import { deploymentStep, type Invariant } from '../observation.ts';

/** I5: nothing of the story is refused by ECS; a read that lags, fails or is empty is no reason to give up. */
export const noFalseRefusal: Invariant = {
  name: 'I5 a bad read is no verdict',
  watch: () => (observation, report) => {
    const step = deploymentStep(observation);
    if (!step) return;
    const { at } = step.state;
    if ('refused' in at && at.refused !== undefined && at.phase !== 'queued')
      report(`${step.id} was given up because ECS refused: ${at.refused}`);
    const cause = 'cause' in at ? at.cause : undefined;
    if (cause?.code === 'refused') report(`${step.id}: ${cause.text}`);
    if (at.phase === 'ended' && /deleted outside/.test(at.reason)) report(`${step.id}: ${at.reason}`);
  },
};
