import type { Facts, Invariant, Report } from '../observation.ts';

/** An event is this long under way at most when nothing goes wrong. */
const underWayMs = 5_000;

/** I4: whatever of Berth's own runs in ECS is known to Berth, and Berth stops, deletes and deregisters nothing. */
export const noOrphans: Invariant = {
  name: 'I4 no orphans, and nothing taken away',
  watch: (facts) => (observation, report) => {
    if (observation.type === 'called' && /^(Stop|Delete|Deregister)/.test(observation.action))
      report(`${observation.by} called ${observation.action}`);
    if (observation.type === 'over') everythingIsKnown(facts, observation.now - underWayMs, report);
  },
};

function everythingIsKnown({ ecs, items, records }: Facts, heardAt: number, report: Report): void {
  for (const service of ecs.services()) {
    const owner = service.tags.find(({ key }) => key === 'berth:service')?.value;
    if (owner !== undefined && !items.has(`service#${owner}`))
      report(`${service.name} runs for ${owner}, which Berth does not know`);
    for (const task of ecs.tasks(service.name))
      if (
        task.lastStatus === 'RUNNING' &&
        task.createdAt < heardAt &&
        !records.has(`task#${task.arn} record`)
      )
        report(`${task.arn} of ${service.name} runs, and Berth has no record of it`);
  }
}
