import { type Invariant, serviceStep } from '../observation.ts';

const fewSecondsMs = 10_000;

/**
 * I6: what ECS is told never goes back to an older generation. Where clocks are far apart, what counts is the moment at
 * which a write is sent: a lease may be taken over by then, and one that is under way already nobody can call back.
 */
export const fence: Invariant = {
  name: 'I6 writes to ECS never go backwards',
  watch: ({ mostApartMs }) => {
    const newest = new Map<string, number>();
    const sent = new Map<string, number>();
    const reach = (id: string, generation: number) =>
      newest.set(id, Math.max(newest.get(id) ?? 0, generation));
    return (observation, report) => {
      const service = serviceStep(observation);
      if (service?.state.applied) reach(service.id, service.state.applied.generation);
      if (observation.type === 'called' && /^(Create|Update)Service$/.test(observation.action)) {
        const id = String(observation.input.serviceName ?? observation.input.service);
        sent.set(`${observation.by} ${observation.intent}`, newest.get(`local/${id}`) ?? 0);
      }
      if (observation.type !== 'written' || observation.effect?.type !== 'apply') return;
      const { environment, ecsName, target } = observation.effect;
      const id = `${environment}/${ecsName}`;
      const sentAt = sent.get(`${observation.by} ${observation.intent}`) ?? 0;
      const then = mostApartMs > fewSecondsMs ? sentAt : (newest.get(id) ?? 0);
      if (target.generation < then)
        report(`${observation.by} wrote generation ${target.generation} of ${id} after generation ${then}`);
      reach(id, target.generation);
    };
  },
};
