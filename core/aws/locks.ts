import type { GateQuery, GateSeen, SeenLock } from '../deployments/gates/model.ts';
import type { Clock, Store } from '../kernel/ports.ts';
import type { LockState } from '../locks/model.ts';
import { lockRef, lockTargetOf } from '../locks/records.ts';

interface Dependencies {
  readonly store: Pick<Store, 'load'>;
  readonly clock: Clock;
}

/**
 * The locks and freezes of a service and of its environment that hold now: two reads of the table. Throws where the
 * table does not answer: nobody sets out because a lock could not be seen.
 */
export async function lookForLocks(
  { environment, ecsName }: GateQuery,
  { store, clock }: Dependencies,
): Promise<GateSeen> {
  const [ofEnvironment, ofService] = await Promise.all([
    store.load(lockRef(lockTargetOf(environment))),
    store.load(lockRef(lockTargetOf(environment, ecsName))),
  ]);
  const now = clock.now();
  const standing = (of: SeenLock['of'], state: LockState | undefined) =>
    (state?.locks ?? [])
      .filter(({ until }) => until === undefined || until > now)
      .map(({ id: _, ...lock }): SeenLock => ({ of, ...lock }));
  return {
    locks: [
      ...standing('environment', ofEnvironment?.state as LockState | undefined),
      ...standing('service', ofService?.state as LockState | undefined),
    ],
  };
}
