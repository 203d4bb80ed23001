import type { TaskRecord } from '../ecs/task.ts';
import type { Store } from '../kernel/ports.ts';
import { taskToStore } from './records.ts';

/** Records what ECS shows of a service's tasks: what events may have failed to tell. Answers how many were news. */
export async function catchUp(
  { environment, ecsName }: { readonly environment: string; readonly ecsName: string },
  tasks: readonly TaskRecord[],
  store: Store,
): Promise<number> {
  let news = 0;
  for (const task of tasks) {
    const result = await store.put(taskToStore(task, environment, ecsName), 'newer');
    if (result === 'stored') news++;
  }
  return news;
}
