import { tooManyDeaths } from '../../../core/deployments/course/deaths.ts';
import type { Cause } from '../../../core/deployments/model.ts';
import { deploymentStep, type Facts, type Invariant } from '../observation.ts';

/**
 * I10: a release is blamed for failing only where ECS gave it up or as many of its tasks died as are too many, and that
 * is told: gone back where there is something to go back to, failed and with a cause where there is not.
 */
export const breaker: Invariant = {
  name: 'I10 what fails is told as failing',
  watch: ({ ecs }) => {
    const givenUp = new Set<string>();
    return (observation, report) => {
      if (observation.type === 'published') {
        const { eventName } = observation.event.detail;
        if (eventName === 'SERVICE_DEPLOYMENT_FAILED')
          givenUp.add((observation.event.resources[0] ?? '').replace(/^.*\//, ''));
      }
      const step = deploymentStep(observation);
      if (!step) return;
      const { at, before, request } = step.state;
      const cause = 'cause' in at ? at.cause : undefined;
      const was = step.before && 'cause' in step.before.at ? step.before.at.cause : undefined;
      if (cause && !was) {
        const isTrial = cause.ecsName !== undefined;
        const isGivenUp = isTrial || givenUp.has(request.ecsName);
        if (cause.code === 'circuit_breaker' && !isGivenUp)
          report(`${step.id} says that ECS gave it up, and ECS did not: ${cause.text}`);
        if (cause.code === 'breaker' && deathsOf(cause, request.ecsName, ecs) < tooManyDeaths(1))
          report(`${step.id} says that its tasks died, and they did not: ${cause.text}`);
      }
      if (at.phase !== 'ended' || at.verdict !== 'failed' || !cause || before) return;
      if (step.before?.at.phase === 'closing' && !/no earlier release/.test(at.reason))
        report(`${step.id} failed with nothing to go back to, and does not say so: ${at.reason}`);
    };
  },
};

const deathsOf = ({ ecsName = '', taskDefinitionArn }: Cause, main: string, ecs: Facts['ecs']) =>
  ecs
    .tasks(ecsName || main)
    .filter(
      ({ definitionArn, lastStatus, startedAt, stopCode }) =>
        definitionArn === taskDefinitionArn &&
        lastStatus === 'STOPPED' &&
        startedAt !== undefined &&
        stopCode !== 'UserInitiated',
    ).length;
