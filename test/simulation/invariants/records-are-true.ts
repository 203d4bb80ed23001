import type { ServiceState } from '../../../core/services/model.ts';
import type { Invariant } from '../observation.ts';

/** An event is this long under way at most when nothing goes wrong. */
const underWayMs = 5_000;

/** I11: whatever became of the events, the tasks are recorded as ECS has them. */
export const recordsAreTrue: Invariant = {
  name: 'I11 task records are what ECS has',
  watch: (facts) => (observation, report) => {
    if (observation.type !== 'over') return;
    for (const item of facts.items.values()) {
      if (item.ref.kind !== 'service') continue;
      for (const task of facts.ecs.tasks((item.state as ServiceState).ecsName)) {
        if (observation.now - (facts.taskChangedAt.get(task.arn) ?? 0) < underWayMs) continue;
        const version = facts.records.get(`task#${task.arn} record`)?.version ?? 0;
        if (version !== task.version)
          report(`${task.arn} is recorded in version ${version}, and ECS has version ${task.version}`);
      }
    }
  },
};
