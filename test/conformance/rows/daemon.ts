import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceRequest,
  DescribeServicesCommand,
  ListServicesCommand,
  RegisterTaskDefinitionCommand,
  UpdateContainerInstancesStateCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const instancesAtFirst = 3;

async function prepared({ ecs, engine }: World) {
  await ecs.send(new CreateClusterCommand({}));
  await registerAgent({ ecs });
  return engine.instances.launch({ count: instancesAtFirst });
}

const registerAgent = ({ ecs }: Pick<World, 'ecs'>) =>
  ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'agent',
      containerDefinitions: [{ name: 'app', image: 'agent:1', cpu: 128, memory: 256 }],
    }),
  );

const create = ({ ecs }: World, change: Partial<CreateServiceRequest> = {}) =>
  ecs.send(
    new CreateServiceCommand({
      serviceName: 'agent',
      taskDefinition: 'agent',
      schedulingStrategy: 'DAEMON',
      ...change,
    }),
  );

async function described({ ecs }: World) {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['agent'] }));
  return services?.[0];
}

export const daemon: readonly Row[] = [
  {
    page: 'service_daemon',
    says: 'one task runs on each active instance, and desiredCount is computed',
    async run(world) {
      await prepared(world);
      await create(world);
      await world.clock.advance(5000);
      expect(await described(world)).toMatchObject({
        schedulingStrategy: 'DAEMON',
        desiredCount: instancesAtFirst,
        runningCount: instancesAtFirst,
        deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 0 },
        deployments: [{ rolloutState: 'COMPLETED' }],
      });
    },
  },
  {
    page: 'service_daemon',
    says: 'an instance that comes gets a task',
    async run(world) {
      await prepared(world);
      await create(world);
      await world.clock.advance(5000);
      world.engine.instances.launch({});
      await world.clock.advance(5000);
      expect((await described(world))?.runningCount).toBe(instancesAtFirst + 1);
    },
  },
  {
    page: 'service_daemon',
    says: 'the task of an instance that drains is stopped',
    async run(world) {
      const [host] = await prepared(world);
      await create(world);
      await world.clock.advance(5000);
      const containerInstances = [host?.containerInstanceArn ?? ''];
      const update = new UpdateContainerInstancesStateCommand({ containerInstances, status: 'DRAINING' });
      await world.ecs.send(update);
      await world.clock.advance(60_000);
      expect(await described(world)).toMatchObject({ desiredCount: 2, runningCount: 2 });
    },
  },
  {
    page: 'API_CreateService',
    says: 'a desired count and a maximum other than 100 % are refused',
    async run(world) {
      await prepared(world);
      await expect(create(world, { desiredCount: 1 })).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: expect.stringContaining('does not support a desired count'),
      });
      const deploymentConfiguration = { maximumPercent: 200 };
      await expect(create(world, { deploymentConfiguration })).rejects.toMatchObject({
        name: 'InvalidParameterException',
      });
    },
  },
  {
    page: 'service_daemon',
    says: 'Fargate has no daemons',
    async run(world) {
      await prepared(world);
      await world.ecs.send(
        new RegisterTaskDefinitionCommand({
          family: 'agent',
          requiresCompatibilities: ['FARGATE'],
          networkMode: 'awsvpc',
          cpu: '256',
          memory: '512',
          containerDefinitions: [{ name: 'app', image: 'agent:1' }],
        }),
      );
      const refused = create(world, {
        launchType: 'FARGATE',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a'] } },
      });
      await expect(refused).rejects.toMatchObject({ name: 'InvalidParameterException' });
    },
  },
  {
    page: 'service_definition_parameters',
    says: 'a new revision keeps minimumHealthyPercent of the instances covered, and replaces all',
    async run(world) {
      await prepared(world);
      await create(world, { deploymentConfiguration: { minimumHealthyPercent: 50 } });
      await world.clock.advance(5000);
      await registerAgent(world);
      await world.ecs.send(new UpdateServiceCommand({ service: 'agent', taskDefinition: 'agent' }));
      let least = instancesAtFirst;
      for (let second = 0; second < 200; second += 1) {
        await world.clock.advance(1000);
        const running = world.call<{ services: { runningCount: number }[] }>('DescribeServices', {
          services: ['agent'],
        });
        least = Math.min(least, running.services[0]?.runningCount ?? 0);
      }
      expect(least).toBeGreaterThanOrEqual(2);
      expect(await described(world)).toMatchObject({
        runningCount: instancesAtFirst,
        taskDefinition: expect.stringMatching(/agent:2$/),
        deployments: [{ rolloutState: 'COMPLETED' }],
      });
    },
  },
  {
    page: 'API_ListServices',
    says: 'services are filtered by their scheduling strategy',
    async run(world) {
      await prepared(world);
      await create(world);
      const list = async (schedulingStrategy: 'DAEMON' | 'REPLICA') =>
        (await world.ecs.send(new ListServicesCommand({ schedulingStrategy }))).serviceArns;
      expect(await list('DAEMON')).toHaveLength(1);
      expect(await list('REPLICA')).toEqual([]);
    },
  },
];
