import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ListServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
  UpdateTaskProtectionCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { targetGroupArn, webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const waiting = { maxWaitTime: 5, minDelay: 1, maxDelay: 1 };
const balanced = { loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 8080 }] };

async function release({ ecs }: World, image: string): Promise<void> {
  const definition = webDefinition({}, { image }) as unknown as RegisterTaskDefinitionCommandInput;
  await ecs.send(new RegisterTaskDefinitionCommand(definition));
}

async function create(world: World, change: Partial<CreateServiceCommandInput> = {}): Promise<Service> {
  const { service } = await world.ecs.send(
    new CreateServiceCommand(webService({ ...change }) as unknown as CreateServiceCommandInput),
  );
  return service ?? {};
}

async function prepared(world: World, change: Partial<CreateServiceCommandInput> = {}): Promise<Service> {
  await world.ecs.send(new CreateClusterCommand({}));
  await release(world, 'good:1');
  return create(world, change);
}

async function steady(world: World, change: Partial<CreateServiceCommandInput> = {}): Promise<void> {
  await prepared(world, change);
  await world.clock.advance(5000);
}

async function update(world: World, change: Partial<UpdateServiceCommandInput>): Promise<Service> {
  const { service } = await world.ecs.send(new UpdateServiceCommand({ service: 'web', ...change }));
  return service ?? {};
}

async function shown({ ecs }: World): Promise<Service> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['web'], include: ['TAGS'] }));
  return services?.[0] ?? {};
}

const refused = (world: World, change: Partial<CreateServiceCommandInput>) => refusal(create(world, change));

export const services: readonly Row[] = [
  {
    page: 'API_CreateService',
    says: 'a service has the defaults 100 and 200 percent, no circuit breaker, and a rolling deployment',
    async run(world) {
      expect(await prepared(world)).toMatchObject({
        status: 'ACTIVE',
        desiredCount: 2,
        runningCount: 0,
        schedulingStrategy: 'REPLICA',
        deploymentController: { type: 'ECS' },
        deploymentConfiguration: {
          minimumHealthyPercent: 100,
          maximumPercent: 200,
          strategy: 'ROLLING',
          deploymentCircuitBreaker: { enable: false, rollback: false },
        },
      });
    },
  },
  {
    page: 'API_CreateService',
    says: 'Availability Zone rebalancing is enabled where nothing is said on creation',
    async run(world) {
      expect((await prepared(world)).availabilityZoneRebalancing).toBe('ENABLED');
    },
  },
  {
    page: 'API_UpdateService',
    says: 'without a value for Availability Zone rebalancing the service keeps what it has',
    async run(world) {
      await steady(world, { availabilityZoneRebalancing: 'DISABLED' });
      expect((await update(world, { desiredCount: 3 })).availabilityZoneRebalancing).toBe('DISABLED');
    },
  },
  {
    page: 'API_CreateService',
    says: 'the same request again is the same service, another one of the same name is refused',
    async run(world) {
      const first = await prepared(world, { clientToken: 'once' });
      expect((await create(world, { clientToken: 'once' })).createdAt).toEqual(first.createdAt);
      expect(await refused(world, { desiredCount: 5 })).toBe(
        'InvalidParameterException: Creation of service was not idempotent.',
      );
      expect(await refused(world, { serviceName: 'other', clientToken: 'once' })).toBe(
        'InvalidParameterException: Creation of service was not idempotent.',
      );
    },
  },
  {
    page: 'API_CreateService',
    says: 'a client token has up to 36 characters',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      await release(world, 'good:1');
      expect(await refused(world, { clientToken: 'x'.repeat(37) })).toMatch(/^InvalidParameterException/);
      expect((await create(world, { clientToken: 'x'.repeat(36) })).status).toBe('ACTIVE');
    },
  },
  {
    page: 'API_CreateService',
    says: 'a cluster that is not there is refused with ClusterNotFoundException',
    async run(world) {
      expect(await refused(world, { cluster: 'gone' })).toBe('ClusterNotFoundException: Cluster not found.');
    },
  },
  {
    page: 'API_CreateService',
    says: 'the desired count is required for a replica service',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      await release(world, 'good:1');
      const { desiredCount: _, ...request } = webService();
      const input = request as unknown as CreateServiceCommandInput;
      expect(await refusal(world.ecs.send(new CreateServiceCommand(input)))).toMatch(
        /^InvalidParameterException/,
      );
    },
  },
  {
    page: 'API_DeploymentConfiguration',
    says: 'a rolling update that may neither start nor stop a task is refused',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      await release(world, 'good:1');
      const deploymentConfiguration = { minimumHealthyPercent: 100, maximumPercent: 100 };
      expect(await refused(world, { deploymentConfiguration })).toMatch(/block deployments/);
    },
  },
  {
    page: 'API_CreateService',
    says: 'SDK waiter: the service is stable when one deployment runs the desired count',
    async run(world) {
      await steady(world);
      const waited = await waitUntilServicesStable({ client: world.ecs, ...waiting }, { services: ['web'] });
      expect(waited.state).toBe('SUCCESS');
    },
  },
  {
    page: 'service-event-messages-list',
    says: 'a service tells of tasks that it started and of its steady state',
    async run(world) {
      await steady(world);
      const messages = ((await shown(world)).events ?? []).map(({ message }) => message);
      expect(messages[0]).toBe('(service web) has reached a steady state.');
      expect(messages.at(-1)).toMatch(/^\(service web\) has started 2 tasks: \(task \w+\) \(task \w+\)\.$/);
    },
  },
  {
    page: 'service-event-messages-list',
    says: 'a service tells of targets that it registers and takes out, and of draining',
    async run(world) {
      await steady(world, balanced);
      await update(world, { desiredCount: 1 });
      await world.clock.advance(5000);
      const messages = ((await shown(world)).events ?? []).map(({ message }) => message);
      const group = `(target-group ${targetGroupArn})`;
      expect(messages).toContain(`(service web) registered 1 targets in ${group}`);
      expect(messages).toContain(`(service web) deregistered 1 targets in ${group}`);
      expect(messages).toContain('(service web) has begun draining connections on 1 tasks.');
    },
  },
  {
    page: 'API_UpdateService',
    says: 'the desired count alone starts no deployment',
    async run(world) {
      await steady(world);
      const before = (await shown(world)).deployments?.[0]?.id;
      await update(world, { desiredCount: 4 });
      await world.clock.advance(5000);
      const after = await shown(world);
      expect(after).toMatchObject({ runningCount: 4, deployments: [{ id: before }] });
    },
  },
  {
    page: 'API_UpdateService',
    says: 'command execution and tag propagation start no deployment: later tasks have them',
    async run(world) {
      await steady(world);
      const before = (await shown(world)).deployments?.[0]?.id;
      const after = await update(world, { enableExecuteCommand: true, propagateTags: 'SERVICE' });
      expect(after).toMatchObject({
        enableExecuteCommand: true,
        propagateTags: 'SERVICE',
        deployments: [{ id: before }],
      });
    },
  },
  {
    page: 'API_UpdateService',
    says: 'the deployment configuration alone starts no deployment',
    async run(world) {
      await steady(world);
      const before = (await shown(world)).deployments?.[0]?.id;
      const after = await update(world, { deploymentConfiguration: { minimumHealthyPercent: 50 } });
      expect(after.deployments?.[0]?.id).toBe(before);
      expect(after.deploymentConfiguration).toMatchObject({
        minimumHealthyPercent: 50,
        maximumPercent: 200,
      });
    },
  },
  {
    page: 'API_UpdateService',
    says: 'a new deployment can be forced though nothing changes',
    async run(world) {
      await steady(world);
      const before = (await shown(world)).deployments?.[0]?.id;
      const after = await update(world, { forceNewDeployment: true });
      expect(after.deployments).toMatchObject([{ status: 'PRIMARY' }, { id: before, status: 'ACTIVE' }]);
    },
  },
  {
    page: 'API_UpdateService',
    says: 'a service that is not there is refused with ServiceNotFoundException',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      expect(await refusal(update(world, { desiredCount: 1 }))).toBe(
        'ServiceNotFoundException: Service not found.',
      );
    },
  },
  {
    page: 'API_UpdateService',
    says: 'a service that is not ACTIVE is refused with ServiceNotActiveException',
    async run(world) {
      await steady(world);
      await world.ecs.send(new DeleteServiceCommand({ service: 'web', force: true }));
      expect(await refusal(update(world, { desiredCount: 1 }))).toBe(
        'ServiceNotActiveException: Service was not ACTIVE.',
      );
    },
  },
  {
    page: 'API_DeleteService',
    says: 'a service with a desired count above 0 is deleted only by force',
    async run(world) {
      await steady(world);
      const deleted = (force: boolean) => world.ecs.send(new DeleteServiceCommand({ service: 'web', force }));
      expect(await refusal(deleted(false))).toMatch(/^InvalidParameterException/);
      expect((await deleted(true)).service).toMatchObject({ status: 'DRAINING', desiredCount: 0 });
    },
  },
  {
    page: 'API_DeleteService',
    says: 'a DRAINING service is no longer listed but still described; then it is INACTIVE',
    async run(world) {
      await steady(world);
      await world.ecs.send(new DeleteServiceCommand({ service: 'web', force: true }));
      await world.clock.advance(5000);
      expect((await shown(world)).status).toBe('INACTIVE');
      expect((await world.ecs.send(new ListServicesCommand({}))).serviceArns).toEqual([]);
      const waited = await waitUntilServicesInactive(
        { client: world.ecs, ...waiting },
        { services: ['web'] },
      );
      expect(waited.state).toBe('SUCCESS');
    },
  },
  {
    page: 'API_DeleteService',
    says: 'a new service cannot have the name of one that is DRAINING',
    async run(world) {
      await steady(world);
      await world.ecs.send(new DeleteServiceCommand({ service: 'web', force: true }));
      expect(await refused(world, {})).toBe(
        'InvalidParameterException: Unable to Start a service that is still Draining.',
      );
    },
  },
  {
    page: 'API_DescribeServices',
    says: 'a service that is not there is a failure with the reason MISSING',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      const answer = await world.ecs.send(new DescribeServicesCommand({ services: ['gone'] }));
      expect(answer).toMatchObject({ services: [], failures: [{ reason: 'MISSING' }] });
    },
  },
  {
    page: 'API_DescribeServices',
    says: 'up to 10 services are described in one call',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      const names = Array.from({ length: 11 }, (_, index) => `service-${index}`);
      const described = world.ecs.send(new DescribeServicesCommand({ services: names }));
      expect(await refusal(described)).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'task-scale-in-protection',
    says: 'a protected task is not stopped when the service scales in',
    async run(world) {
      await steady(world);
      const { taskArns = [] } = await world.ecs.send(new ListTasksCommand({ serviceName: 'web' }));
      await world.ecs.send(
        new UpdateTaskProtectionCommand({
          cluster: 'default',
          tasks: taskArns.slice(0, 1),
          protectionEnabled: true,
        }),
      );
      await update(world, { desiredCount: 0 });
      await world.clock.advance(5000);
      const left = await world.ecs.send(new ListTasksCommand({ serviceName: 'web' }));
      expect(left.taskArns).toEqual(taskArns.slice(0, 1));
      await world.clock.advance(121 * 60_000);
      expect((await world.ecs.send(new ListTasksCommand({ serviceName: 'web' }))).taskArns).toEqual([]);
    },
  },
  {
    page: 'API_CreateService',
    says: 'within the grace period a failing load balancer health check is ignored',
    async run(world) {
      world.targets.judge = () => 'unhealthy';
      await prepared(world, { ...balanced, healthCheckGracePeriodSeconds: 60 });
      await world.clock.advance(55_000);
      expect(world.runtime.launches).toHaveLength(2);
      await world.clock.advance(10_000);
      expect(world.runtime.launches.length).toBeGreaterThan(2);
    },
  },
];
