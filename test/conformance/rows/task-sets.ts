import {
  CreateServiceCommand,
  CreateTaskSetCommand,
  type CreateTaskSetCommandInput,
  DeleteServiceCommand,
  DeleteTaskSetCommand,
  DescribeServicesCommand,
  DescribeTaskSetsCommand,
  UpdateServiceCommand,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { network, webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const service = 'web';
const cluster = 'default';

async function prepare({ ecs, call }: World, desiredCount = 4): Promise<void> {
  call('CreateCluster');
  call('RegisterTaskDefinition', webDefinition());
  await ecs.send(
    new CreateServiceCommand({
      serviceName: service,
      desiredCount,
      deploymentController: { type: 'EXTERNAL' },
    }),
  );
}

async function create({ ecs }: World, change: Partial<CreateTaskSetCommandInput> = {}) {
  const { taskSet } = await ecs.send(
    new CreateTaskSetCommand({
      cluster,
      service,
      taskDefinition: 'web',
      launchType: 'FARGATE',
      networkConfiguration: network,
      ...change,
    }),
  );
  return taskSet ?? {};
}

async function described({ ecs }: World, ...taskSets: string[]) {
  const input = { cluster, service, ...(taskSets.length > 0 ? { taskSets } : {}) };
  return (await ecs.send(new DescribeTaskSetsCommand(input))).taskSets ?? [];
}

const scaled = (value: number) => ({ scale: { value, unit: 'PERCENT' as const } });

export const taskSets: readonly Row[] = [
  {
    page: 'API_CreateTaskSet',
    says: 'a task set is ACTIVE, STABILIZING and scaled to 100 percent unless told otherwise',
    async run(world) {
      await prepare(world);
      const set = await create(world);
      expect(set).toMatchObject({
        status: 'ACTIVE',
        stabilityStatus: 'STABILIZING',
        computedDesiredCount: 4,
        ...scaled(100),
      });
      expect(set.taskSetArn).toBe(`arn:aws:ecs:us-east-1:000000000000:task-set/default/web/${set.id}`);
    },
  },
  {
    page: 'API_TaskSet',
    says: 'it runs its computed desired count, rounded up, and is then in STEADY_STATE, with an event',
    async run(world) {
      await prepare(world, 5);
      await create(world, scaled(25));
      await world.clock.advance(60_000);
      expect(await described(world)).toMatchObject([
        { computedDesiredCount: 2, runningCount: 2, pendingCount: 0, stabilityStatus: 'STEADY_STATE' },
      ]);
      const names = world.events.map(({ detail }) => detail.eventName);
      expect(names.filter((name) => name === 'TASKSET_STEADY_STATE')).toHaveLength(1);
    },
  },
  {
    page: 'API_UpdateTaskSet',
    says: 'another scale starts and stops tasks',
    async run(world) {
      await prepare(world);
      const { id = '' } = await create(world);
      await world.clock.advance(60_000);
      for (const [value, count] of [
        [50, 2],
        [100, 4],
        [0, 0],
      ] as const) {
        await world.ecs.send(new UpdateTaskSetCommand({ cluster, service, taskSet: id, ...scaled(value) }));
        await world.clock.advance(120_000);
        expect(await described(world, id)).toMatchObject([
          { runningCount: count, stabilityStatus: 'STEADY_STATE' },
        ]);
      }
    },
  },
  {
    page: 'API_UpdateService',
    says: 'the desired count moves every task set; a task definition does not go with an external controller',
    async run(world) {
      await prepare(world);
      await create(world, scaled(50));
      await world.ecs.send(new UpdateServiceCommand({ service, desiredCount: 6 }));
      await world.clock.advance(60_000);
      expect(await described(world)).toMatchObject([{ computedDesiredCount: 3, runningCount: 3 }]);
      expect(
        await refusal(world.ecs.send(new UpdateServiceCommand({ service, taskDefinition: 'web' }))),
      ).toMatch(/^InvalidParameterException: Unable to update task definition/);
    },
  },
  {
    page: 'API_UpdateServicePrimaryTaskSet',
    says: 'one task set is PRIMARY, and the service shows its task definition',
    async run(world) {
      const { ecs } = world;
      await prepare(world);
      world.call('RegisterTaskDefinition', webDefinition());
      const blue = await create(world, { taskDefinition: 'web:1' });
      const green = await create(world, { taskDefinition: 'web:2' });
      for (const primaryTaskSet of [blue.taskSetArn, green.id]) {
        await ecs.send(new UpdateServicePrimaryTaskSetCommand({ cluster, service, primaryTaskSet }));
      }
      const { services } = await ecs.send(new DescribeServicesCommand({ services: [service] }));
      expect(services?.[0]).toMatchObject({
        deploymentController: { type: 'EXTERNAL' },
        deployments: [],
        taskDefinition: expect.stringMatching(/web:2$/),
        taskSets: [{ status: 'ACTIVE' }, { status: 'PRIMARY' }],
      });
    },
  },
  {
    page: 'API_DeleteTaskSet',
    says: 'it is scaled to zero or force is used; its tasks stop and it is gone',
    async run(world) {
      const { ecs } = world;
      await prepare(world);
      const { id = '' } = await create(world);
      await world.clock.advance(60_000);
      const named = { cluster, service, taskSet: id };
      expect(await refusal(ecs.send(new DeleteTaskSetCommand(named)))).toMatch(/^InvalidParameterException/);
      const { taskSet } = await ecs.send(new DeleteTaskSetCommand({ ...named, force: true }));
      expect(taskSet).toMatchObject({ status: 'DRAINING', computedDesiredCount: 0 });
      await world.clock.advance(120_000);
      const { taskSets, failures } = await ecs.send(
        new DescribeTaskSetsCommand({ cluster, service, taskSets: [id] }),
      );
      expect(taskSets).toEqual([]);
      expect(failures).toMatchObject([{ reason: 'MISSING' }]);
      expect(await refusal(ecs.send(new DeleteTaskSetCommand(named)))).toMatch(/^TaskSetNotFoundException/);
    },
  },
  {
    page: 'API_CreateTaskSet',
    says: 'the same token is the same task set; with other parameters it is refused',
    async run(world) {
      await prepare(world);
      const clientToken = 'once';
      const first = await create(world, { clientToken });
      expect((await create(world, { clientToken })).id).toBe(first.id);
      expect(await refusal(create(world, { clientToken, ...scaled(1) }))).toBe(
        'InvalidParameterException: Creation of task set was not idempotent.',
      );
    },
  },
  {
    page: 'API_CreateTaskSet',
    says: 'it is for services with the deployment controller EXTERNAL that are ACTIVE',
    async run(world) {
      expect(await refusal(create(world))).toMatch(/^ClusterNotFoundException/);
      world.call('CreateCluster');
      expect(await refusal(create(world))).toMatch(/^ServiceNotFoundException/);
      world.call('RegisterTaskDefinition', webDefinition());
      world.call('CreateService', webService());
      expect(await refusal(create(world))).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'deployment-type-external',
    says: 'what each task set says itself cannot be said of the service',
    async run(world) {
      world.call('CreateCluster');
      const deploymentController = { type: 'EXTERNAL' as const };
      const input = {
        serviceName: service,
        desiredCount: 1,
        deploymentController,
        networkConfiguration: network,
      };
      expect(await refusal(world.ecs.send(new CreateServiceCommand(input)))).toMatch(
        /^InvalidParameterException: networkConfiguration/,
      );
    },
  },
  {
    page: 'API_TaskSet',
    says: 'a task that ends is replaced',
    async run(world) {
      await prepare(world, 1);
      await create(world);
      await world.clock.advance(60_000);
      const { taskArns } = world.call<{ taskArns: [string] }>('ListTasks', { serviceName: service });
      world.call('StopTask', { task: taskArns[0] });
      await world.clock.advance(120_000);
      expect(await described(world)).toMatchObject([{ runningCount: 1, stabilityStatus: 'STEADY_STATE' }]);
      const after = world.call<{ taskArns: string[] }>('ListTasks', { serviceName: service });
      expect(after.taskArns).not.toContain(taskArns[0]);
    },
  },
  {
    page: 'API_DeleteService',
    says: 'force deletes the service with its task sets',
    async run(world) {
      const { ecs } = world;
      await prepare(world);
      await create(world);
      await world.clock.advance(60_000);
      await ecs.send(new UpdateServiceCommand({ service, desiredCount: 0 }));
      expect(await refusal(ecs.send(new DeleteServiceCommand({ service })))).toMatch(/task sets/);
      await ecs.send(new DeleteServiceCommand({ service, force: true }));
      await world.clock.advance(120_000);
      const { services } = await ecs.send(new DescribeServicesCommand({ services: [service] }));
      expect(services).toMatchObject([{ status: 'INACTIVE', taskSets: [] }]);
    },
  },
];
