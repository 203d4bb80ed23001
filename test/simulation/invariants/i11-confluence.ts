import type { TaskRecord } from '../../../core/ecs/task.ts';
import { taskRecord } from '../../../core/ecs/task-record.ts';
import type { ServiceState } from '../../../core/services/model.ts';
import type { ServiceEvent } from '../../../local/events/model.ts';
import type { Facts, Invariant, Report } from '../observation.ts';
import { twin } from '../world/letters.ts';

/** An event is this long under way at most when nothing goes wrong. */
const underWayMs = 5_000;

interface Told {
  readonly event: ServiceEvent;
  readonly at: number;
}

/**
 * I11: whatever became of the events, in the end the tasks are recorded as ECS has them, to the last field; and
 * nothing is recorded of a task that ECS never told of.
 */
export const confluence: Invariant = {
  name: 'I11 task records are what ECS has',
  watch: (facts) => {
    const last = new Map<string, Told>();
    return (observation, report) => {
      if (observation.type === 'published' && observation.event['detail-type'] === 'ECS Task State Change')
        last.set(observation.event.resources[0] ?? '', { event: observation.event, at: observation.now });
      if (observation.type === 'recorded' && observation.record.partition.startsWith('task#')) {
        const arn = observation.record.partition.slice('task#'.length);
        if (!last.has(arn)) report(`${arn} was recorded, and ECS never told of it`);
      }
      if (observation.type !== 'over') return;
      compare(facts, last, observation.now, report);
      // Within an hour ECS forgets no task.
      if (!facts.night)
        for (const ghost of ghosts(facts)) report(`${ghost} is recorded, and ECS has no such task`);
    };
  },
};

/** Tasks that are recorded as there and that ECS has forgotten: it was told of their end when nobody looked. */
export const ghosts = ({ records, ecs }: Pick<Facts, 'records' | 'ecs'>): string[] =>
  [...records.values()]
    .filter(
      ({ partition, body }) => partition.startsWith('task#') && (body as TaskRecord).lastStatus !== 'STOPPED',
    )
    .map(({ body }) => (body as TaskRecord).taskArn)
    .filter((arn) => !ecs.task(arn));

function compare(facts: Facts, last: ReadonlyMap<string, Told>, now: number, report: Report): void {
  for (const { ref, state } of facts.items.values()) {
    if (ref.kind !== 'service') continue;
    for (const { arn, version } of facts.ecs.tasks((state as ServiceState).ecsName)) {
      const told = last.get(arn);
      if (!told || now - told.at < underWayMs) continue;
      const record = facts.records.get(`task#${arn} record`);
      if (record?.version !== version)
        report(`${arn} is recorded in version ${record?.version ?? 'none'}, and ECS has version ${version}`);
      else if (!isSame(record.body, told.event.detail) && !isSame(record.body, twin(told.event).detail))
        report(`${arn} is recorded otherwise than ECS told of its version ${version}`);
    }
  }
}

/** The same but for the order of members, and for what is undefined. */
const isSame = (body: unknown, detail: unknown) =>
  JSON.stringify(body) === JSON.stringify(taskRecord(detail as Record<string, unknown>));
