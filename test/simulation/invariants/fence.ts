import { type Invariant, serviceStep } from '../observation.ts';

/** I6: what ECS was told never goes back to an older generation. */
export const fence: Invariant = {
  name: 'I6 writes to ECS never go backwards',
  watch: () => {
    const newest = new Map<string, number>();
    const reach = (id: string, generation: number) =>
      newest.set(id, Math.max(newest.get(id) ?? 0, generation));
    return (observation, report) => {
      const service = serviceStep(observation);
      if (service?.state.applied) reach(service.id, service.state.applied.generation);
      if (observation.type !== 'written' || !observation.effect) return;
      const { environment, ecsName, target } = observation.effect;
      const id = `${environment}/${ecsName}`;
      const applied = newest.get(id) ?? 0;
      if (target.generation < applied)
        report(
          `${observation.by} wrote generation ${target.generation} of ${id} after generation ${applied}`,
        );
      reach(id, target.generation);
    };
  },
};
