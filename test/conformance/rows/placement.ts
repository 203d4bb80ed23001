import {
  CreateCapacityProviderCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
  RunTaskCommand,
  type RunTaskRequest,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const app = { name: 'app', image: 'shop:1', cpu: 256, memory: 512 };

async function prepared({ ecs }: World, change: Partial<RegisterTaskDefinitionRequest> = {}) {
  await ecs.send(new CreateClusterCommand({}));
  await ecs.send(
    new RegisterTaskDefinitionCommand({ family: 'job', containerDefinitions: [app], ...change }),
  );
}

const run = ({ ecs }: World, change: Partial<RunTaskRequest> = {}) =>
  ecs.send(new RunTaskCommand({ taskDefinition: 'job', ...change }));

async function zonesOf({ ecs }: World, serviceName: string) {
  const { taskArns } = await ecs.send(new ListTasksCommand({ serviceName }));
  const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: taskArns ?? [] }));
  return tasks?.map(({ availabilityZone }) => availabilityZone).sort();
}

async function messagesOf({ ecs }: World, service: string) {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: [service] }));
  return services?.[0]?.events?.map(({ message }) => message) ?? [];
}

/** On how many instances the answered tasks are. */
const spreadOf = (tasks: readonly { containerInstanceArn?: string | undefined }[] | undefined) =>
  new Set(tasks?.map(({ containerInstanceArn }) => containerInstanceArn)).size;

export const placement: readonly Row[] = [
  {
    page: 'API_RunTask',
    says: 'without a launch type and without container instances nothing can run',
    async run(world) {
      await prepared(world);
      await expect(run(world)).rejects.toMatchObject({
        name: 'InvalidParameterException',
        message: 'No Container Instances were found in your cluster.',
      });
    },
  },
  {
    page: 'api_failures_messages',
    says: 'RunTask places what fits, and names for the rest each instance and what it lacks',
    async run(world) {
      await prepared(world, { containerDefinitions: [{ ...app, cpu: 1024 }] });
      const [host] = world.engine.instances.launch({});
      expect(await run(world, { count: 3 })).toMatchObject({
        tasks: [{}, {}],
        failures: [{ arn: host?.containerInstanceArn, reason: 'RESOURCE:CPU' }],
      });
    },
  },
  {
    page: 'api_failures_messages',
    says: 'a task that needs more memory than is left fails with RESOURCE:MEMORY',
    async run(world) {
      await prepared(world, { containerDefinitions: [{ ...app, memory: 9000 }] });
      world.engine.instances.launch({});
      expect(await run(world)).toMatchObject({ tasks: [], failures: [{ reason: 'RESOURCE:MEMORY' }] });
    },
  },
  {
    page: 'task-placement-constraints',
    says: 'memberOf places tasks only on instances that satisfy the expression',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({ instanceType: 'm5.large' });
      const [small] = world.engine.instances.launch({ instanceType: 't3.medium' });
      const member = (expression: string) =>
        run(world, { placementConstraints: [{ type: 'memberOf', expression }] });
      expect((await member('attribute:ecs.instance-type =~ t3.*')).tasks).toMatchObject([
        { containerInstanceArn: small?.containerInstanceArn },
      ]);
      expect((await member('attribute:ecs.instance-type == c5.large')).failures).toMatchObject([
        { reason: 'MemberOf placement constraint unsatisfied.' },
        { reason: 'MemberOf placement constraint unsatisfied.' },
      ]);
    },
  },
  {
    page: 'task-placement-constraints',
    says: 'distinctInstance places each task of a group on an instance of its own',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({ count: 2 });
      const { tasks, failures } = await run(world, {
        count: 3,
        placementConstraints: [{ type: 'distinctInstance' }],
      });
      expect([tasks?.length, spreadOf(tasks)]).toEqual([2, 2]);
      expect(failures).toMatchObject([{ reason: 'DistinctInstance placement constraint unsatisfied.' }, {}]);
    },
  },
  {
    page: 'task-placement-constraints',
    says: 'constraints of the task definition hold as well',
    async run(world) {
      const expression = 'attribute:ecs.availability-zone == us-east-1b';
      await prepared(world, { placementConstraints: [{ type: 'memberOf', expression }] });
      world.engine.instances.launch({ count: 3 });
      expect((await run(world, { count: 4 })).tasks).toMatchObject(
        Array(4).fill({ availabilityZone: 'us-east-1b' }),
      );
    },
  },
  {
    page: 'cluster-query-language',
    says: 'an expression that does not parse is refused',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({});
      const refused = run(world, { placementConstraints: [{ type: 'memberOf', expression: 'zone is b' }] });
      await expect(refused).rejects.toMatchObject({ name: 'InvalidParameterException' });
    },
  },
  {
    page: 'cluster-query-language',
    says: 'task:group selects instances by the groups of their tasks',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({ count: 3 });
      const first = await run(world, { group: 'databases' });
      const expression = 'task:group == databases';
      const { tasks } = await run(world, { placementConstraints: [{ type: 'memberOf', expression }] });
      expect(tasks?.[0]?.containerInstanceArn).toBe(first.tasks?.[0]?.containerInstanceArn);
    },
  },
  {
    page: 'task-placement-strategies',
    says: 'binpack uses as few instances as it can',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({ count: 3 });
      const { tasks } = await run(world, {
        count: 6,
        placementStrategy: [{ type: 'binpack', field: 'memory' }],
      });
      expect([tasks?.length, spreadOf(tasks)]).toEqual([6, 1]);
    },
  },
  {
    page: 'task-placement-strategies',
    says: 'spread over instanceId places evenly over instances',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({ count: 3 });
      const { tasks } = await run(world, {
        count: 3,
        placementStrategy: [{ type: 'spread', field: 'instanceId' }],
      });
      expect(spreadOf(tasks)).toBe(3);
    },
  },
  {
    page: 'task-placement-strategies',
    says: 'strategies are refused with a field they do not have',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({});
      for (const strategy of [
        { type: 'binpack', field: 'disk' },
        { type: 'spread', field: 'colour' },
        { type: 'random', field: 'cpu' },
      ] as const) {
        await expect(run(world, { placementStrategy: [strategy] })).rejects.toMatchObject({
          name: 'InvalidParameterException',
        });
      }
    },
  },
  {
    page: 'API_PortMapping',
    says: 'with bridge and no host port each container gets a port of the ephemeral range, all different',
    async run(world) {
      await prepared(world, { containerDefinitions: [{ ...app, portMappings: [{ containerPort: 80 }] }] });
      world.engine.instances.launch({});
      const started = await run(world, { count: 3 });
      await world.clock.advance(1000);
      const arns = started.tasks?.map(({ taskArn }) => taskArn ?? '') ?? [];
      const { tasks } = await world.ecs.send(new DescribeTasksCommand({ tasks: arns }));
      const bindings = tasks?.flatMap(({ containers }) => containers?.[0]?.networkBindings ?? []) ?? [];
      expect(bindings).toMatchObject(
        Array(3).fill({ bindIP: '0.0.0.0', containerPort: 80, protocol: 'tcp' }),
      );
      expect(new Set(bindings.map(({ hostPort }) => hostPort)).size).toBe(3);
      for (const { hostPort = 0 } of bindings) expect(hostPort).toBeGreaterThanOrEqual(32768);
    },
  },
  {
    page: 'API_PortMapping',
    says: 'with host the container has its own port on the instance: a second task does not fit',
    async run(world) {
      const containerDefinitions = [{ ...app, portMappings: [{ containerPort: 9000 }] }];
      await prepared(world, { networkMode: 'host', containerDefinitions });
      world.engine.instances.launch({});
      expect(await run(world, { count: 2 })).toMatchObject({
        tasks: [{}],
        failures: [{ reason: 'RESOURCE:PORTS' }],
      });
    },
  },
  {
    page: 'task-networking-awsvpc',
    says: 'a task with awsvpc has an interface with an address, a MAC address and a subnet of its own',
    async run(world) {
      await prepared(world, { networkMode: 'awsvpc' });
      world.engine.instances.launch({ zone: 'us-east-1a' });
      const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a'] } };
      const started = await run(world, { networkConfiguration });
      await world.clock.advance(1000);
      const arn = started.tasks?.[0]?.taskArn ?? '';
      const { tasks } = await world.ecs.send(new DescribeTasksCommand({ tasks: [arn] }));
      const [attachment] = tasks?.[0]?.attachments ?? [];
      expect(attachment).toMatchObject({ type: 'ElasticNetworkInterface', status: 'ATTACHED' });
      expect(attachment?.details?.map(({ name }) => name)).toEqual([
        'subnetId',
        'networkInterfaceId',
        'macAddress',
        'privateDnsName',
        'privateIPv4Address',
      ]);
      expect(tasks?.[0]?.containers?.[0]?.networkBindings).toEqual([]);
    },
  },
  {
    page: 'api_failures_messages',
    says: 'an instance in another zone than the subnets fails with LOCATION',
    async run(world) {
      await prepared(world, { networkMode: 'awsvpc' });
      world.engine.instances.launch({ zone: 'us-east-1a' });
      const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-b'] } };
      expect((await run(world, { networkConfiguration })).failures).toMatchObject([{ reason: 'LOCATION' }]);
    },
  },
  {
    page: 'cluster-capacity-providers',
    says: 'the base is satisfied first, then weights are ratios',
    async run(world) {
      await prepared(world, {
        cpu: '256',
        memory: '512',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
      });
      const capacityProviders = ['FARGATE', 'FARGATE_SPOT'];
      await world.ecs.send(new CreateClusterCommand({ clusterName: 'mixed', capacityProviders }));
      const { tasks } = await run(world, {
        cluster: 'mixed',
        count: 10,
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-a'] } },
        capacityProviderStrategy: [
          { capacityProvider: 'FARGATE', base: 2, weight: 1 },
          { capacityProvider: 'FARGATE_SPOT', weight: 3 },
        ],
      });
      const providers = tasks?.map(({ capacityProviderName }) => capacityProviderName) ?? [];
      expect(providers.slice(0, 2)).toEqual(['FARGATE', 'FARGATE']);
      expect(providers.filter((name) => name === 'FARGATE_SPOT')).toHaveLength(6);
    },
  },
  {
    page: 'asg-capacity-providers',
    says: 'tasks of an Auto Scaling group capacity provider run on its instances alone',
    async run(world) {
      const autoScalingGroupArn =
        'arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:0:autoScalingGroupName/shop';
      const provider = { name: 'shop', autoScalingGroupProvider: { autoScalingGroupArn } };
      await world.ecs.send(new CreateCapacityProviderCommand(provider));
      await world.ecs.send(new CreateClusterCommand({ capacityProviders: ['shop'] }));
      await prepared(world);
      const capacityProviderStrategy = [{ capacityProvider: 'shop', weight: 1 }];
      world.engine.instances.launch({});
      await expect(run(world, { capacityProviderStrategy })).rejects.toMatchObject({
        message: 'No Container Instances were found in your capacity provider.',
      });
      const [host] = world.engine.instances.launch({ capacityProvider: 'shop' });
      expect((await run(world, { capacityProviderStrategy })).tasks).toMatchObject([
        { containerInstanceArn: host?.containerInstanceArn, capacityProviderName: 'shop', launchType: 'EC2' },
      ]);
    },
  },
  {
    page: 'service-event-messages',
    says: 'a service says that no container instance met the requirements, and publishes the failure',
    async run(world) {
      await prepared(world);
      await world.ecs.send(
        new CreateServiceCommand({ serviceName: 'web', taskDefinition: 'job', desiredCount: 1 }),
      );
      await world.clock.advance(100);
      expect(await messagesOf(world, 'web')).toEqual([
        expect.stringContaining(
          'was unable to place a task because no container instance met all of its requirements.',
        ),
      ]);
      expect(world.events.map(({ detail }) => detail.eventName)).toContain('SERVICE_TASK_PLACEMENT_FAILURE');
    },
  },
  {
    page: 'task-placement-strategies',
    says: 'without a strategy a service spreads its tasks over Availability Zones',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({ count: 3 });
      await world.ecs.send(
        new CreateServiceCommand({ serviceName: 'web', taskDefinition: 'job', desiredCount: 6 }),
      );
      await world.clock.advance(5000);
      const each = ['us-east-1a', 'us-east-1b', 'us-east-1c'];
      expect(await zonesOf(world, 'web')).toEqual([...each, ...each].sort());
    },
  },
  {
    page: 'service-rebalancing',
    says: 'a service is rebalanced over zones, a replacement first, and says so when it begins and has ended',
    async run(world) {
      await prepared(world);
      world.engine.instances.launch({ zone: 'us-east-1a' });
      await world.ecs.send(
        new CreateServiceCommand({ serviceName: 'web', taskDefinition: 'job', desiredCount: 4 }),
      );
      await world.clock.advance(10_000);
      world.engine.instances.launch({ zone: 'us-east-1b' });
      await world.clock.advance(300_000);
      expect(await zonesOf(world, 'web')).toEqual(['us-east-1a', 'us-east-1a', 'us-east-1b', 'us-east-1b']);
      const messages = (await messagesOf(world, 'web')).join('\n');
      expect(messages).toContain(
        'is not AZ balanced with 4 tasks in us-east-1a, 0 tasks in us-east-1b. AZ Rebalancing',
      );
      expect(messages).toContain('is AZ balanced with 2 tasks in us-east-1a, 2 tasks in us-east-1b.');
      const names = world.events.map(({ detail }) => detail.eventName);
      expect(names).toContain('SERVICE_REBALANCING_STARTED');
      expect(names).toContain('SERVICE_REBALANCING_COMPLETED');
    },
  },
];
