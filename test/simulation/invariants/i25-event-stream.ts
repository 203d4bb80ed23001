import type { ServiceEvent } from '../../../local/events/model.ts';
import type { Invariant } from '../observation.ts';

const hourMs = 3600_000;

/**
 * I25, of ECS itself: of each task it tells versions 1, 2, 3 … without a gap, at last that it has stopped, with when
 * and why; what it answers is never older than what it told; and it knows a stopped task for an hour.
 */
export const eventStream: Invariant = {
  name: 'I25 ECS tells what it does',
  watch: ({ ecs }) => {
    const told = new Map<string, number>();
    const stopped = new Map<string, number>();
    return (observation, report) => {
      if (observation.type === 'described')
        for (const { taskArn, version } of observation.tasks)
          if (Number(version) < (told.get(String(taskArn)) ?? 0))
            report(
              `${taskArn} is answered in version ${version} and was told in ${told.get(String(taskArn))}`,
            );
      if (observation.type === 'over')
        for (const [arn, at] of stopped)
          if (observation.now - at < hourMs && !ecs.task(arn))
            report(`${arn} stopped at ${at} and is forgotten`);
      if (observation.type !== 'published') return;
      const { event, now } = observation;
      if (event['detail-type'] !== 'ECS Task State Change') return;
      const arn = event.resources[0] ?? '';
      const version = Number(event.detail.version);
      const before = told.get(arn) ?? 0;
      if (version !== before + 1) report(`${arn} was told in version ${version} after version ${before}`);
      if (stopped.has(arn)) report(`${arn} had stopped and is told of again`);
      told.set(arn, version);
      if (event.detail.lastStatus !== 'STOPPED') return;
      stopped.set(arn, now);
      const problem = lastWordsMissing(event);
      if (problem) report(`${arn} has stopped, and its last event has no ${problem}`);
    };
  },
};

const lastWordsMissing = ({ detail }: ServiceEvent) =>
  ['stopCode', 'stoppedReason', 'stoppedAt'].find((name) => typeof detail[name] !== 'string');
