import type { ServiceState } from '../../../core/services/model.ts';
import type { Facts, Invariant } from '../observation.ts';

/**
 * Convergence: the service in ECS is what Berth aimed at, unless somebody else, or ECS, changed it after that. A write
 * that came after a newer one, for it was under way when that was made (I6), counts as somebody else's.
 */
export const serviceIsTarget: Invariant = {
  name: 'L the service in ECS is the target',
  watch: (facts) => {
    const lastWriter = new Map<string, string | undefined>();
    const newest = new Map<string, number>();
    return (observation, report) => {
      if (observation.type === 'changed-outside') lastWriter.set(observation.service, undefined);
      if (observation.type === 'written') {
        const { service, serviceName } = observation.input;
        const name = service ?? serviceName;
        const { effect } = observation;
        const generation = effect?.type === 'apply' ? effect.target.generation : 0;
        const isLate = generation < (newest.get(String(name)) ?? 0);
        if (typeof name === 'string') lastWriter.set(name, isLate ? undefined : observation.by);
        if (!isLate) newest.set(String(name), generation);
      }
      if (observation.type !== 'over') return;
      for (const item of facts.items.values()) {
        const state = item.state as ServiceState;
        if (item.ref.kind === 'service' && lastWriter.get(state.ecsName) !== undefined) {
          const difference = differenceOf(state, facts);
          if (difference) report(`${state.id}: ${difference}`);
        }
      }
    };
  },
};

function differenceOf({ target, refused, ecsName }: ServiceState, { ecs }: Facts): string | undefined {
  const service = ecs.service(ecsName);
  const primary = service?.deployments.find(({ status }) => status === 'PRIMARY');
  if (!service || !primary || !target || refused?.generation === target.generation) return undefined;
  if (service.desiredCount !== target.count)
    return `${service.desiredCount} tasks instead of ${target.count}`;
  const wanted = target.release.taskDefinitionArn;
  if (primary.definitionArn === wanted || primary.isRollback) return undefined;
  return `${primary.definitionArn} instead of ${wanted}`;
}
