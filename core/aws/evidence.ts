import type { Environment } from '../contract/environment.ts';
import { mostTelling } from '../deployments/evidence.ts';
import type { DeploymentQuery, DeploymentSeen } from '../deployments/seeing.ts';
import type { TaskRecord } from '../ecs/task.ts';
import { listOfTasks } from '../intake/records.ts';
import type { Log, Store } from '../kernel/ports.ts';
import type { ReadLastLines } from './last-lines.ts';

const maxTasks = 50;
/** Clocks of Lambda and ECS may differ by this much. */
const skewMs = 30_000;

interface Dependencies {
  readonly store: Store;
  readonly readLastLines: ReadLastLines;
  readonly log: Log;
  environment(name: string): Environment;
}

/** Why tasks of a task definition failed: the stopped task that tells most, and its last words. */
export async function lookForEvidence(
  query: NonNullable<DeploymentQuery['evidence']>,
  deps: Dependencies,
): Promise<NonNullable<DeploymentSeen['evidence']>> {
  const { environment, ecsName, taskDefinitionArn, sinceMs } = query;
  const page = await deps.store.query({
    list: listOfTasks(environment, ecsName),
    limit: maxTasks,
    descending: true,
  });
  const tasks = page.entries.map(({ body }) => body as TaskRecord);
  const isOfThisTry = ({ stoppedAtMs = 0 }: TaskRecord) => stoppedAtMs >= sinceMs - skewMs;
  const blamed = tasks.filter((one) => one.taskDefinitionArn === taskDefinitionArn && isOfThisTry(one));
  const task = mostTelling(blamed);
  if (!task) return { logTail: [] };
  return { task, logTail: await lastLines(deps, deps.environment(environment), ecsName, task.taskArn) };
}

/** The last lines of a task, oldest first. No log is no reason to hold a verdict up. */
export async function lastLines(
  deps: Pick<Dependencies, 'readLastLines' | 'log'>,
  environment: Environment,
  ecsName: string,
  taskArn: string,
): Promise<readonly string[]> {
  try {
    return await deps.readLastLines(environment, ecsName, taskArn);
  } catch (error) {
    deps.log.warn('the log of a failed task could not be read', { taskArn, error: String(error) });
    return [];
  }
}
