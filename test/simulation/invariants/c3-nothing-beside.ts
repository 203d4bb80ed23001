import type { ServiceState } from '../../../core/services/model.ts';
import type { Invariant } from '../observation.ts';

/** C3: what stands beside a service for a deployment is gone when that is over, whoever died on the way. */
export const nothingBeside: Invariant = {
  name: 'C3 nothing is left beside a service',
  watch: (facts) => (observation, report) => {
    if (observation.type === 'written' && observation.action === 'CreateService') {
      const name = String(observation.input.serviceName);
      if (!/--/.test(name)) return;
      const main = facts.items.get(`service#local/${name.replace(/--.*$/, '')}`)?.state as ServiceState;
      if (!main?.siblings) report(`${name} was created, and nobody wants anything beside the service`);
    }
    if (observation.type !== 'over') return;
    for (const { name, status } of facts.ecs.services())
      if (/--/.test(name) && status === 'ACTIVE') report(`${name} is left`);
    for (const { ref, state } of facts.items.values())
      if (ref.kind === 'service' && (state as ServiceState).siblings)
        report(`${ref.id} has siblings still: ${JSON.stringify((state as ServiceState).siblings)}`);
  },
};
