import {
  AttributeLimitExceededException,
  CreateClusterCommand,
  DeleteAttributesCommand,
  DeregisterContainerInstanceCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  ListAttributesCommand,
  ListContainerInstancesCommand,
  PutAttributesCommand,
  paginateListContainerInstances,
  RegisterContainerInstanceCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StartTaskCommand,
  UpdateContainerInstancesStateCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const identity = JSON.stringify({
  instanceId: 'i-0123456789abcdef0',
  instanceType: 't3.medium',
  imageId: 'ami-0123456789abcdef0',
  availabilityZone: 'us-east-1b',
});

async function registered({ ecs }: World) {
  await ecs.send(new CreateClusterCommand({}));
  const { containerInstance } = await ecs.send(
    new RegisterContainerInstanceCommand({
      instanceIdentityDocument: identity,
      totalResources: [
        { name: 'CPU', type: 'INTEGER', integerValue: 2048 },
        { name: 'MEMORY', type: 'INTEGER', integerValue: 3767 },
        { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', '2375', '2376', '51678', '51679'] },
        { name: 'PORTS_UDP', type: 'STRINGSET', stringSetValue: [] },
      ],
      tags: [{ key: 'team', value: 'shop' }],
    }),
  );
  return containerInstance?.containerInstanceArn ?? '';
}

async function jobDefinition({ ecs }: World) {
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'job',
      containerDefinitions: [
        {
          name: 'app',
          image: 'shop:1',
          cpu: 256,
          memory: 512,
          portMappings: [{ containerPort: 80, hostPort: 8080 }],
        },
      ],
    }),
  );
}

const describe = async (
  { ecs }: World,
  arn: string,
  include: ('TAGS' | 'CONTAINER_INSTANCE_HEALTH')[] = [],
) => {
  const command = new DescribeContainerInstancesCommand({ containerInstances: [arn], include });
  return (await ecs.send(command)).containerInstances?.[0];
};

export const containerInstances: readonly Row[] = [
  {
    page: 'API_RegisterContainerInstance',
    says: 'an instance is ACTIVE with its agent connected, at version 1, with what it registered',
    async run(world) {
      expect(await describe(world, await registered(world))).toMatchObject({
        status: 'ACTIVE',
        agentConnected: true,
        version: 1,
        ec2InstanceId: 'i-0123456789abcdef0',
        runningTasksCount: 0,
        pendingTasksCount: 0,
        registeredResources: [
          { name: 'CPU', type: 'INTEGER', integerValue: 2048 },
          { name: 'MEMORY', type: 'INTEGER', integerValue: 3767 },
          { name: 'PORTS', type: 'STRINGSET', stringSetValue: ['22', '2375', '2376', '51678', '51679'] },
          { name: 'PORTS_UDP', type: 'STRINGSET', stringSetValue: [] },
        ],
      });
    },
  },
  {
    page: 'task-placement-constraints',
    says: 'built-in attributes tell the zone, the instance type, the AMI and the system',
    async run(world) {
      const attributes = (await describe(world, await registered(world)))?.attributes;
      expect(attributes).toEqual(
        expect.arrayContaining([
          { name: 'ecs.availability-zone', value: 'us-east-1b' },
          { name: 'ecs.instance-type', value: 't3.medium' },
          { name: 'ecs.ami-id', value: 'ami-0123456789abcdef0' },
          { name: 'ecs.os-type', value: 'linux' },
        ]),
      );
    },
  },
  {
    page: 'API_DescribeContainerInstances',
    says: 'tags and health are shown only when they are asked for',
    async run(world) {
      const arn = await registered(world);
      const plain = await describe(world, arn);
      expect([plain?.tags, plain?.healthStatus]).toEqual([[], undefined]);
      expect(await describe(world, arn, ['TAGS', 'CONTAINER_INSTANCE_HEALTH'])).toMatchObject({
        tags: [{ key: 'team', value: 'shop' }],
        healthStatus: { overallStatus: 'OK' },
      });
    },
  },
  {
    page: 'api_failures_messages',
    says: 'DescribeContainerInstances answers with MISSING for an instance that is not there',
    async run(world) {
      await registered(world);
      const command = new DescribeContainerInstancesCommand({ containerInstances: ['gone'] });
      expect(await world.ecs.send(command)).toMatchObject({
        containerInstances: [],
        failures: [{ arn: expect.stringMatching(/:container-instance\/default\/gone$/), reason: 'MISSING' }],
      });
    },
  },
  {
    page: 'API_Cluster',
    says: 'registeredContainerInstancesCount counts ACTIVE and DRAINING instances',
    async run(world) {
      const arn = await registered(world);
      const update = { containerInstances: [arn], status: 'DRAINING' as const };
      await world.ecs.send(new UpdateContainerInstancesStateCommand(update));
      const { clusters } = await world.ecs.send(new DescribeClustersCommand({ clusters: ['default'] }));
      expect(clusters?.[0]?.registeredContainerInstancesCount).toBe(1);
    },
  },
  {
    page: 'API_ListContainerInstances',
    says: 'instances are filtered by the cluster query language',
    async run(world) {
      const arn = await registered(world);
      const list = (filter: string) => world.ecs.send(new ListContainerInstancesCommand({ filter }));
      expect((await list('attribute:ecs.instance-type =~ t3.*')).containerInstanceArns).toEqual([arn]);
      expect((await list('attribute:ecs.instance-type == m5.large')).containerInstanceArns).toEqual([]);
      await expect(list('attribute:x ~ y')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    },
  },
  {
    page: 'API_ListContainerInstances',
    says: 'without a status all but INACTIVE instances are listed, with one those in it',
    async run(world) {
      const arn = await registered(world);
      const draining = { containerInstances: [arn], status: 'DRAINING' as const };
      await world.ecs.send(new UpdateContainerInstancesStateCommand(draining));
      const list = async (status?: 'ACTIVE' | 'DRAINING') =>
        (await world.ecs.send(new ListContainerInstancesCommand({ ...(status ? { status } : {}) })))
          .containerInstanceArns;
      expect(await list()).toEqual([arn]);
      expect(await list('ACTIVE')).toEqual([]);
      expect(await list('DRAINING')).toEqual([arn]);
    },
  },
  {
    page: 'API_ListContainerInstances',
    says: 'instances are given in pages of maxResults',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      world.engine.instances.launch({ count: 5 });
      const pages: number[] = [];
      const pager = paginateListContainerInstances({ client: world.ecs, pageSize: 2 }, {});
      for await (const page of pager) pages.push(page.containerInstanceArns?.length ?? 0);
      expect(pages).toEqual([2, 2, 1]);
    },
  },
  {
    page: 'container-instance-draining',
    says: 'no task is placed on an instance that drains, and one that is ACTIVE again takes tasks',
    async run(world) {
      const arn = await registered(world);
      await jobDefinition(world);
      const set = (status: 'ACTIVE' | 'DRAINING') =>
        world.ecs.send(new UpdateContainerInstancesStateCommand({ containerInstances: [arn], status }));
      await set('DRAINING');
      const run = () => world.ecs.send(new RunTaskCommand({ taskDefinition: 'job' }));
      await expect(run()).rejects.toMatchObject({ name: 'InvalidParameterException' });
      await set('ACTIVE');
      expect((await run()).tasks).toHaveLength(1);
    },
  },
  {
    page: 'API_UpdateContainerInstancesState',
    says: 'only ACTIVE and DRAINING can be asked for',
    async run(world) {
      const arn = await registered(world);
      const command = new UpdateContainerInstancesStateCommand({
        containerInstances: [arn],
        status: 'REGISTERING',
      });
      await expect(world.ecs.send(command)).rejects.toMatchObject({ name: 'InvalidParameterException' });
    },
  },
  {
    page: 'API_UpdateContainerInstancesState',
    says: 'one to ten instances are updated at once, and none described or started on is refused',
    async run(world) {
      const arn = await registered(world);
      await jobDefinition(world);
      const update = (containerInstances: string[]) =>
        refusal(
          world.ecs.send(
            new UpdateContainerInstancesStateCommand({ containerInstances, status: 'DRAINING' }),
          ),
        );
      expect(await update([])).toBe('InvalidParameterException: Container instance cannot be empty.');
      expect(await update(Array.from({ length: 11 }, () => arn))).toBe(
        'InvalidParameterException: instanceIds can have at most 10 items.',
      );
      expect(
        await refusal(world.ecs.send(new DescribeContainerInstancesCommand({ containerInstances: [] }))),
      ).toBe('InvalidParameterException: Container instance cannot be empty.');
      expect(
        await refusal(
          world.ecs.send(new StartTaskCommand({ taskDefinition: 'job', containerInstances: [] })),
        ),
      ).toBe('InvalidParameterException: Container Instances cannot be empty.');
      expect((await describe(world, arn))?.status).toBe('ACTIVE');
    },
  },
  {
    page: 'API_DeregisterContainerInstance',
    says: 'an instance with running tasks is deregistered only by force, and is INACTIVE then',
    async run(world) {
      const arn = await registered(world);
      await jobDefinition(world);
      await world.ecs.send(new RunTaskCommand({ taskDefinition: 'job' }));
      await world.clock.advance(1000);
      const deregister = (force: boolean) =>
        world.ecs.send(new DeregisterContainerInstanceCommand({ containerInstance: arn, force }));
      await expect(deregister(false)).rejects.toMatchObject({ name: 'InvalidParameterException' });
      expect((await deregister(true)).containerInstance).toMatchObject({
        status: 'INACTIVE',
        agentConnected: false,
      });
      expect((await world.ecs.send(new ListContainerInstancesCommand({}))).containerInstanceArns).toEqual([]);
    },
  },
  {
    page: 'API_ContainerInstance',
    says: 'remainingResources is what was not allocated to tasks, and lists host ports that tasks have',
    async run(world) {
      const arn = await registered(world);
      await jobDefinition(world);
      await world.ecs.send(new RunTaskCommand({ taskDefinition: 'job' }));
      const remaining = (await describe(world, arn))?.remainingResources;
      expect(remaining).toMatchObject([
        { name: 'CPU', integerValue: 1792 },
        { name: 'MEMORY', integerValue: 3255 },
        { name: 'PORTS', stringSetValue: ['22', '2375', '2376', '51678', '51679', '8080'] },
        { name: 'PORTS_UDP' },
      ]);
    },
  },
  {
    page: 'ecs_container_instance_events',
    says: 'placing a task raises the version and sends an event with the same version',
    async run(world) {
      const arn = await registered(world);
      await jobDefinition(world);
      await world.ecs.send(new RunTaskCommand({ taskDefinition: 'job' }));
      const events = world.events.filter(
        (event) => event['detail-type'] === 'ECS Container Instance State Change',
      );
      expect(events.map(({ detail }) => detail.version)).toEqual([1, 2]);
      expect(events.at(-1)).toMatchObject({ source: 'aws.ecs', resources: [arn] });
      expect((await describe(world, arn))?.version).toBe(2);
    },
  },
  {
    page: 'API_PutAttributes',
    says: 'an attribute is added or replaced, listed with its target, and deleted',
    async run(world) {
      const targetId = await registered(world);
      const put = (value: string) =>
        world.ecs.send(new PutAttributesCommand({ attributes: [{ name: 'stack', value, targetId }] }));
      const list = async () => {
        const command = new ListAttributesCommand({
          targetType: 'container-instance',
          attributeName: 'stack',
        });
        return (await world.ecs.send(command)).attributes;
      };
      await put('test');
      await put('prod');
      expect(await list()).toMatchObject([{ name: 'stack', value: 'prod', targetId }]);
      await world.ecs.send(new DeleteAttributesCommand({ attributes: [{ name: 'stack', targetId }] }));
      expect(await list()).toEqual([]);
    },
  },
  {
    page: 'API_PutAttributes',
    says: 'an instance takes at most ten custom attributes',
    async run(world) {
      const targetId = await registered(world);
      const attributes = Array.from({ length: 10 }, (_, index) => ({ name: `a${index}`, targetId }));
      await world.ecs.send(new PutAttributesCommand({ attributes }));
      const more = new PutAttributesCommand({ attributes: [{ name: 'one-more', targetId }] });
      await expect(world.ecs.send(more)).rejects.toBeInstanceOf(AttributeLimitExceededException);
    },
  },
  {
    page: 'API_PutAttributes',
    says: 'a target that is not there is TargetNotFoundException',
    async run(world) {
      await registered(world);
      const attributes = [{ name: 'stack', targetId: 'gone', targetType: 'container-instance' as const }];
      await expect(world.ecs.send(new PutAttributesCommand({ attributes }))).rejects.toMatchObject({
        name: 'TargetNotFoundException',
      });
    },
  },
  {
    page: 'API_StartTask',
    says: 'starts a task on each instance that is named, and answers MISSING for those that are not there',
    async run(world) {
      const arn = await registered(world);
      await jobDefinition(world);
      const command = new StartTaskCommand({ taskDefinition: 'job', containerInstances: [arn, 'gone'] });
      expect(await world.ecs.send(command)).toMatchObject({
        tasks: [{ containerInstanceArn: arn, launchType: 'EC2', group: 'family:job' }],
        failures: [{ reason: 'MISSING' }],
      });
    },
  },
  {
    page: 'api_failures_messages',
    says: 'StartTask on an instance without the port, with its agent away, or deregistered names the reason',
    async run(world) {
      const arn = await registered(world);
      await jobDefinition(world);
      const start = async () => {
        const command = new StartTaskCommand({ taskDefinition: 'job', containerInstances: [arn] });
        return (await world.ecs.send(command)).failures;
      };
      expect(await start()).toEqual([]);
      expect(await start()).toEqual([{ arn, reason: 'RESOURCE:PORTS' }]);
      world.engine.instances.connect('default', arn, false);
      expect(await start()).toEqual([{ arn, reason: 'AGENT' }]);
      await world.ecs.send(new DeregisterContainerInstanceCommand({ containerInstance: arn, force: true }));
      expect(await start()).toEqual([{ arn, reason: 'INACTIVE' }]);
    },
  },
];
