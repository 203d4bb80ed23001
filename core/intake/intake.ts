import { jobRef } from '../jobs/records.ts';
import type { Ref } from '../kernel/plan.ts';
import type { Clock, Log, Store } from '../kernel/ports.ts';
import { mainNameOf, serviceIdOf, serviceRef } from '../services/records.ts';
import { classify, type EcsEvent, type Intake, parseEvent, type Territory } from './classify.ts';
import { instanceToStore, taskToStore, unrecognisedToStore } from './records.ts';

export interface IntakeDependencies {
  readonly store: Pick<Store, 'put'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly territory: Territory;
}

/**
 * Takes one event in: at most one conditional write, no read. Tells whose event it is while it writes, for the
 * owner looks at ECS and not at the record. Throws `Poison` for what can never be understood, and whatever the
 * store and `noticed` throw.
 */
export async function takeIn(
  body: string,
  deps: IntakeDependencies,
  noticed: (owner: Ref) => Promise<void> | undefined,
): Promise<void> {
  const event = parseEvent(body);
  const intake = classify(event, deps.territory);
  const owner = ownerOf(intake);
  await Promise.all([owner && noticed(owner), keep(event, intake, deps)]);
}

async function keep(
  event: EcsEvent,
  intake: Intake,
  { store, clock, log }: IntakeDependencies,
): Promise<void> {
  switch (intake.is) {
    case 'task':
      await store.put(taskToStore(intake.record, intake.environment, intake.ecsName), 'newer');
      return;
    case 'instance':
      await store.put(instanceToStore(intake.record), 'newer');
      return;
    case 'hint':
      return;
    case 'unrecognised':
      await store.put(unrecognisedToStore(event, intake.because, clock.now()), 'absent');
      log.warn('an event was not recognised and is kept', { id: event.id, because: intake.because });
      return;
    case 'foreign':
      log.warn('a foreign event was left alone', { id: event.id, because: intake.because });
  }
}

/**
 * Whoever has to look: the service, also where the event is about one that stands beside it, or the job. A stale task
 * event wakes its owner too: it may be the only one that gets through.
 */
function ownerOf(intake: Intake): Ref | undefined {
  if (intake.is !== 'task' && intake.is !== 'hint') return undefined;
  if (intake.is === 'task' && intake.job !== undefined) return jobRef(intake.job);
  const { environment, ecsName } = intake;
  return ecsName === undefined ? undefined : serviceRef(serviceIdOf(environment, mainNameOf(ecsName)));
}
