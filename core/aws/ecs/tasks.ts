import type { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import type { TaskRecord } from '../../ecs/task.ts';
import { taskRecord } from '../../ecs/task-record.ts';

const maxPages = 20;

/** The tasks of a service that ECS still shows: those that run, and those that stopped within the last hour. */
export async function tasksOfService(
  ecs: ECSClient,
  cluster: string,
  serviceName: string,
): Promise<TaskRecord[]> {
  const arns = [
    ...(await listTasks(ecs, cluster, serviceName, 'RUNNING')),
    ...(await listTasks(ecs, cluster, serviceName, 'STOPPED')),
  ];
  const records: TaskRecord[] = [];
  for (let start = 0; start < arns.length; start += 100) {
    const answer = await ecs.send(
      new DescribeTasksCommand({ cluster, tasks: arns.slice(start, start + 100) }),
    );
    for (const task of answer.tasks ?? [])
      records.push(taskRecord(task as unknown as Record<string, unknown>));
  }
  return records;
}

async function listTasks(
  ecs: ECSClient,
  cluster: string,
  serviceName: string,
  desiredStatus: 'RUNNING' | 'STOPPED',
): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const answer = await ecs.send(
      new ListTasksCommand({ cluster, serviceName, desiredStatus, ...(nextToken && { nextToken }) }),
    );
    arns.push(...(answer.taskArns ?? []));
    nextToken = answer.nextToken;
    if (!nextToken) return arns;
  }
  throw new Error(`${serviceName} has more tasks than ${maxPages} pages hold`);
}
