import type { EcsContext } from '../context.ts';
import type { TaskDriver } from './driver.ts';
import { containerId } from './launch.ts';

/**
 * Learns what became of every container while nobody looked. One that was to start and is unknown to the
 * runtime has never been launched: the driver does so. One that ran and is unknown is gone. Rejects where the runtime
 * cannot say: whoever took its silence for an end would lose containers that run.
 */
export async function adoptTasks(context: EcsContext, driver: TaskDriver): Promise<void> {
  const open = [...context.state.tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  await Promise.all(
    open.flatMap((task) =>
      task.containers.map(async ({ name, status }) => {
        if (status === 'STOPPED' || task.lastStatus === 'PROVISIONING') return;
        const id = containerId(task.id, name);
        const found = await context.runtime.adopt(id);
        if (found?.state === 'running') driver.running(task.id, name, found);
        else if (found) driver.exited(id, found);
        else if (status === 'RUNNING') driver.exited(id, { state: 'exited' });
      }),
    ),
  );
}
