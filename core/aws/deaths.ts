import type { DeploymentQuery } from '../deployments/seeing.ts';
import type { TaskRecord } from '../ecs/task.ts';
import { listOfTasks } from '../intake/records.ts';
import type { Store } from '../kernel/ports.ts';
import { endedBadly } from './evidence/exits.ts';

/** The newest are read: beyond, a release has died often enough. */
const maxTasks = 400;

/** How many tasks of a task definition that were running have ended by their own fault since a moment. */
export async function countDeaths(
  { environment, ecsName, taskDefinitionArn, sinceMs }: NonNullable<DeploymentQuery['deaths']>,
  store: Pick<Store, 'query'>,
): Promise<number> {
  const list = listOfTasks(environment, ecsName);
  const page = await store.query({ list, limit: maxTasks, descending: true });
  const tasks = page.entries.map(({ body }) => body as TaskRecord);
  return tasks.filter(
    (task) =>
      task.taskDefinitionArn === taskDefinitionArn && endedBadly(task) && (task.stoppedAtMs ?? 0) >= sinceMs,
  ).length;
}
