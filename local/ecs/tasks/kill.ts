import type { EcsContext } from '../context.ts';
import { containerId } from './launch.ts';

/** Kills the containers of every task at once and removes them; what does not answer is left to the runtime. */
export async function killEverything(context: EcsContext): Promise<void> {
  const ids = [...context.state.tasks.values()]
    .filter(({ lastStatus }) => lastStatus !== 'STOPPED')
    .flatMap((task) => {
      for (const { targetGroupArn, address, port } of task.targets) {
        context.targetGroups.deregister(targetGroupArn, { address, port });
      }
      return task.containers.map(({ name }) => containerId(task.id, name));
    });
  await Promise.allSettled(
    ids.map(async (id) => {
      await context.runtime.signal(id, 'SIGKILL');
      await context.runtime.remove(id);
    }),
  );
}
