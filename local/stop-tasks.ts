import { containerId } from './ecs/tasks/launch.ts';
import type { Runtime } from './runtimes/runtime.ts';
import type { Clock } from './support/clock.ts';
import type { AwsService } from './support/service.ts';

export interface RunningTask {
  /** As the runtime knows its containers. */
  readonly containerIds: readonly string[];
}

interface TaskAnswer {
  readonly taskArn: string;
  readonly containers?: readonly { readonly name: string }[];
}

/** Every task that is not stopped, by ECS's own API. */
export async function runningTasks(ecs: AwsService): Promise<readonly RunningTask[]> {
  const tasks: RunningTask[] = [];
  for (const cluster of await listed(ecs, 'ListClusters', 'clusterArns', {})) {
    const arns = await listed(ecs, 'ListTasks', 'taskArns', { cluster });
    for (let from = 0; from < arns.length; from += 100) {
      const input = { cluster, tasks: arns.slice(from, from + 100) };
      const answer = (await ecs.call('DescribeTasks', input, {})) as {
        readonly tasks?: readonly TaskAnswer[];
      };
      tasks.push(...(answer.tasks ?? []).map(runningTask));
    }
  }
  return tasks;
}

function runningTask({ taskArn, containers = [] }: TaskAnswer): RunningTask {
  const id = taskArn.slice(taskArn.lastIndexOf('/') + 1);
  return { containerIds: containers.map(({ name }) => containerId(id, name)) };
}

async function listed(ecs: AwsService, action: string, member: string, input: object): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = { ...input, ...(nextToken === undefined ? {} : { nextToken }) };
    const answer = (await ecs.call(action, page, {})) as Record<string, unknown>;
    arns.push(...((answer[member] as string[] | undefined) ?? []));
    nextToken = answer.nextToken as string | undefined;
  } while (nextToken !== undefined);
  return arns;
}

const lookEveryMs = 25;

/**
 * Ends these tasks' containers: SIGTERM, and SIGKILL after `graceMs`. To be called when the ECS engine no
 * longer watches: it will find them ended at the next start, and its services start others.
 */
export async function endTasks(
  tasks: readonly RunningTask[],
  runtime: Runtime,
  clock: Clock,
  graceMs: number,
): Promise<void> {
  await Promise.all(
    tasks.flatMap((task) => task.containerIds).map((id) => endContainer(id, runtime, clock, graceMs)),
  );
}

async function endContainer(id: string, runtime: Runtime, clock: Clock, graceMs: number): Promise<void> {
  await runtime.signal(id, 'SIGTERM');
  const killAtMs = clock.now() + graceMs;
  for (;;) {
    if ((await runtime.adopt(id))?.state !== 'running') return;
    if (clock.now() >= killAtMs) break;
    await new Promise<void>((resolve) => void clock.after(lookEveryMs, resolve));
  }
  await runtime.signal(id, 'SIGKILL');
}
