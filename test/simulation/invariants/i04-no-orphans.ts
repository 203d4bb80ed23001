import type { Facts, Invariant, Observation, Report } from '../observation.ts';

/** An event is this long under way at most when nothing goes wrong. */
const underWayMs = 5_000;

/**
 * I4: whatever of Berth's own runs in ECS is known to Berth, and Berth takes nothing away but what it began itself: a
 * service deployment to a release of its own, what stands beside a service, the task of a job.
 */
export const noOrphans: Invariant = {
  name: 'I4 no orphans, and nothing taken away',
  watch: (facts) => (observation, report) => {
    if (observation.type === 'called' && /^(Stop|Delete|Deregister)/.test(observation.action)) {
      const isOwn = isItsOwn(observation, facts);
      if (!isOwn)
        report(`${observation.by} called ${observation.action} ${JSON.stringify(observation.input)}`);
    }
    if (observation.type === 'over') everythingIsKnown(facts, observation.now - underWayMs, report);
  },
};

type Called = Extract<Observation, { type: 'called' }>;

function isItsOwn({ action, input }: Called, { ecs }: Facts): boolean {
  switch (action) {
    case 'DeleteService':
      return /--(?:canary|baseline)$/.test(String(input.service));
    case 'StopTask':
      return ecs.task(String(input.task))?.startedBy?.startsWith('berth-job/') ?? false;
    case 'StopServiceDeployment':
      return /:task-definition\/berth-/.test(ecs.aimOf(String(input.serviceDeploymentArn)) ?? '');
    default:
      return false;
  }
}

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
