import { deploymentStep, type Invariant } from '../observation.ts';
import { commitOf } from '../pushes.ts';

/** I19: a delivery, however often it comes, makes one deployment at most, and no older commit follows a newer one. */
export const commits: Invariant = {
  name: 'I19 commits in their order, each once',
  watch: () => {
    const newest = new Map<string, number>();
    const deployments = new Map<string, string>();
    return (observation, report) => {
      const step = deploymentStep(observation);
      if (!step || step.before) return;
      const { service, what, actor } = step.state.request;
      const commit = what.type === 'content' ? commitOf(what.spec.image) : undefined;
      if (commit === undefined || !actor.startsWith('github:')) return;
      const key = `${service} ${commit}`;
      const known = deployments.get(key);
      if (known !== undefined) report(`commit ${commit} of ${service} made ${known} and ${step.id}`);
      deployments.set(key, step.id);
      const last = newest.get(service) ?? 0;
      if (commit < last) report(`commit ${commit} of ${service} was deployed after commit ${last}`);
      newest.set(service, Math.max(last, commit));
    };
  },
};
