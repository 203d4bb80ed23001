import type { DeploymentState } from '../../../core/deployments/model.ts';
import type { ServiceState } from '../../../core/services/model.ts';
import { deploymentStep, type Facts, type Invariant, type Report, serviceStep } from '../observation.ts';

/**
 * I9: a roll-back goes to the release that the service last knew to have succeeded when it was given away, that
 * release did succeed, and no success is forgotten in the end.
 */
export const wayBack: Invariant = {
  name: 'I9 back to what was last seen succeeding',
  watch: (facts) => {
    const good = new Set<string>();
    const succeeded = new Set<string>();
    const goodAtGrant = new Map<string, string | undefined>();
    return (observation, report) => {
      const service = serviceStep(observation);
      const holder = service?.state.holder?.deployment;
      if (service && holder !== undefined && !goodAtGrant.has(holder))
        goodAtGrant.set(holder, service.state.succeeded.at(-1)?.release.taskDefinitionArn);
      const step = deploymentStep(observation);
      const success = step && successOf(step.state, step.before);
      if (success) good.add(success.taskDefinitionArn);
      if (success) succeeded.add(`${step.state.request.service} v${success.number}`);
      if (step?.state.at.phase === 'rolling_back' && step.before?.at.phase !== 'rolling_back') {
        const target = step.state.at.aim.release.taskDefinitionArn;
        if (!good.has(target)) report(`${step.id} rolls back to ${target}, which never succeeded`);
        if (target !== goodAtGrant.get(step.id))
          report(`${step.id} rolls back to ${target} instead of ${goodAtGrant.get(step.id)}`);
      }
      if (observation.type === 'over') nothingForgotten(facts, succeeded, report);
    };
  },
};

function successOf(state: DeploymentState, before: DeploymentState | undefined) {
  if (state.at.phase !== 'ended' || state.at.verdict !== 'succeeded' || before?.at.phase !== 'moving')
    return undefined;
  return before.at.aim.release;
}

/** By number: a release whose task definition was deregistered gets another one. */
function nothingForgotten({ items }: Facts, succeeded: ReadonlySet<string>, report: Report): void {
  const known = new Set(
    [...items.values()]
      .filter(({ ref }) => ref.kind === 'service')
      .flatMap(({ ref, state }) =>
        (state as ServiceState).succeeded.map(({ release }) => `${ref.id} v${release.number}`),
      ),
  );
  for (const one of succeeded) if (!known.has(one)) report(`${one} succeeded, and its service does not know`);
}
