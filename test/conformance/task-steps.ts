import {
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from '@aws-sdk/client-ecs';
import { network } from '../../local/ecs/testing.ts';
import type { World } from './world.ts';

type Container = NonNullable<RegisterTaskDefinitionCommandInput['containerDefinitions']>[number];

/** Makes the cluster and a revision of the Fargate task definition `web`, of one container `app` unless told others. */
export async function prepare(
  { ecs }: World,
  definition: Partial<RegisterTaskDefinitionCommandInput> = {},
  container: Partial<Container> = {},
): Promise<void> {
  await ecs.send(new CreateClusterCommand({}));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'web',
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'shop:1', ...container }],
      ...definition,
    }),
  );
}

export async function run({ ecs }: World, change: Partial<RunTaskCommandInput> = {}): Promise<Task[]> {
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      taskDefinition: 'web',
      launchType: 'FARGATE',
      networkConfiguration: network,
      ...change,
    }),
  );
  return tasks ?? [];
}

/** Prepares, runs one task and lets it start. */
export async function runOne(
  world: World,
  container: Partial<Container> = {},
  change: Partial<RunTaskCommandInput> = {},
): Promise<Task> {
  await prepare(world, {}, container);
  const [task = {}] = await run(world, change);
  await world.clock.advance(10);
  return task;
}

export async function look({ ecs }: World, { taskArn = '' }: Task): Promise<Task> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: [taskArn], include: ['TAGS'] }));
  return tasks?.[0] ?? {};
}

/** `detail` of the task's events, in the order in which they were told. */
export function eventsOf({ events }: World, { taskArn }: Task) {
  return events.flatMap(({ detail }) => (detail.taskArn === taskArn ? [detail] : []));
}
