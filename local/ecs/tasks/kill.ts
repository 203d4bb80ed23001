import { realClock } from '../../support/clock.ts';
import type { EcsContext } from '../context.ts';
import { containerId } from './launch.ts';

const lookEveryMs = 20;
const patienceMs = 5000;

/** Kills the containers of every task at once and removes them; what does not end in time is left behind. */
export async function killEverything(context: EcsContext): Promise<void> {
  const open = [...context.state.tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED');
  for (const { targets } of open) {
    for (const { targetGroupArn, address, port } of targets) {
      context.targetGroups.deregister(targetGroupArn, { address, port });
    }
  }
  const ids = open.flatMap((task) => task.containers.map(({ name }) => containerId(task.id, name)));
  await Promise.allSettled(ids.map((id) => killOne(context, id)));
}

/** By the time of the machine: containers end by it, and nobody may turn a virtual clock meanwhile. */
async function killOne({ runtime }: EcsContext, id: string): Promise<void> {
  const clock = realClock;
  await runtime.signal(id, 'SIGKILL');
  const deadline = clock.now() + patienceMs;
  while ((await runtime.adopt(id))?.state === 'running' && clock.now() < deadline) {
    await new Promise<void>((resolve) => void clock.after(lookEveryMs, resolve));
  }
  await runtime.remove(id);
}
