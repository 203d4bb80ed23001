import { getPriority, setPriority } from 'node:os';
import type { News, Order } from './nursery.ts';
import { spawnContainer } from './spawn.ts';

/*
 * Forks containers' programs when it is asked to, and tells when they have ended. It imports little, for it has to
 * stay small. Without Local AWS it has nothing to do; the programs run on.
 */

/**
 * Tasks run elsewhere at AWS: what they take here, when they start above all, is not to be missed by Berth. A third of
 * what others get, where all want more than there is; with less, on a busy machine, they would fail their health checks.
 */
const niceness = 5;
// Who was started still lower may not be raised.
setPriority(Math.max(getPriority(), niceness));

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
