import { constants, getPriority, setPriority } from 'node:os';
import type { News, Order } from './nursery.ts';
import { spawnContainer } from './spawn.ts';

/*
 * Forks containers' programs when it is asked to, and tells when they have ended. It imports little, for it has to
 * stay small. Without Local AWS it has nothing to do; the programs run on.
 */

// Tasks run elsewhere at AWS: what they take here, when they start above all, is not to be missed by Berth.
// Who was started still lower may not be raised.
setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));

process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => void fork(order));

async function fork({ id, folder, record }: Order): Promise<void> {
  try {
    const { pids, ended } = await spawnContainer(folder, record);
    tell({ id, is: 'forked', pids });
    await ended;
    tell({ id, is: 'ended' });
  } catch (error) {
    tell({ id, is: 'refused', message: (error as Error).message });
  }
}

function tell(news: News): void {
  if (process.connected) process.send?.(news, () => undefined);
}
