import type { Clock, Log, Store } from '../kernel/ports.ts';
import { classify, type Intake, parseEvent, type Territory } from './classify.ts';
import { instanceToStore, taskToStore, unrecognisedToStore } from './records.ts';

export interface IntakeDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly territory: Territory;
}

/** The service that an event is about. */
export interface Owner {
  readonly environment: string;
  readonly ecsName: string;
}

/**
 * Takes one event in: at most one conditional write, no read. Answers whose event it was; throws `Poison` for
 * what can never be understood, and whatever the store throws.
 */
export async function takeIn(body: string, deps: IntakeDependencies): Promise<Owner | undefined> {
  const event = parseEvent(body);
  const intake = classify(event, deps.territory);
  switch (intake.is) {
    case 'task':
      await deps.store.put(taskToStore(intake.record, intake.environment, intake.ecsName), 'newer');
      return owner(intake);
    case 'instance':
      await deps.store.put(instanceToStore(intake.record), 'newer');
      return undefined;
    case 'hint':
      return owner(intake);
    case 'unrecognised':
      await deps.store.put(unrecognisedToStore(event, intake.because, deps.clock.now()), 'absent');
      deps.log.warn('an event was not recognised and is kept', { id: event.id, because: intake.because });
      return undefined;
    case 'foreign':
      deps.log.warn('a foreign event was left alone', { id: event.id, because: intake.because });
      return undefined;
  }
}

/** A stale task event wakes its owner too: it may be the only one that gets through. */
function owner({ environment, ecsName }: Extract<Intake, { is: 'task' | 'hint' }>): Owner | undefined {
  return ecsName === undefined ? undefined : { environment, ecsName };
}
