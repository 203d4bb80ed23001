import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { type RecordType, ServiceDiscovery } from '@aws-sdk/client-servicediscovery';
import { expect } from 'vitest';
import { network, webDefinition } from '../../../local/ecs/testing.ts';
import { clientOptions } from '../../../local/testing.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

/** What the rows have besides the world: Cloud Map through its own client. */
interface Map extends World {
  readonly map: ServiceDiscovery;
  /** A Cloud Map service `web` in the private DNS namespace `shop.local`. */
  registry(type?: RecordType): Promise<{ readonly id: string; readonly arn: string }>;
  /** An ECS service `web` whose tasks are registered there. */
  registered(serviceRegistries: object[], desiredCount?: number): Promise<void>;
  found(how?: object): Promise<readonly string[]>;
}

const names = { NamespaceName: 'shop.local', ServiceName: 'web' };

function row(page: string, says: string, trial: (map: Map) => Promise<void>, wants?: Row['wants']): Row {
  return {
    page,
    says,
    ...(wants ? { wants } : {}),
    async run(world) {
      const map = new ServiceDiscovery({ ...clientOptions(world.url), disableHostPrefix: true });
      try {
        await trial({ ...world, ...helpers(world, map), map });
      } finally {
        map.destroy();
      }
    },
  };
}

function helpers(
  { ecs, clock }: World,
  map: ServiceDiscovery,
): Pick<Map, 'registry' | 'registered' | 'found'> {
  return {
    async registry(Type = 'A') {
      const { OperationId } = await map.createPrivateDnsNamespace({ Name: 'shop.local', Vpc: 'vpc-1' });
      const { Operation } = await map.getOperation({ OperationId });
      const { Service } = await map.createService({
        Name: 'web',
        NamespaceId: Operation?.Targets?.NAMESPACE,
        DnsConfig: { DnsRecords: [{ Type, TTL: 10 }] },
        HealthCheckCustomConfig: { FailureThreshold: 1 },
      });
      return { id: Service?.Id ?? '', arn: Service?.Arn ?? '' };
    },
    async registered(serviceRegistries, desiredCount = 2) {
      await ecs.send(new CreateClusterCommand({}));
      await ecs.send(
        new RegisterTaskDefinitionCommand(webDefinition() as unknown as RegisterTaskDefinitionCommandInput),
      );
      const service = { serviceName: 'web', taskDefinition: 'web', launchType: 'FARGATE' } as const;
      await ecs.send(
        new CreateServiceCommand({
          ...service,
          desiredCount,
          serviceRegistries,
          networkConfiguration: network,
        }),
      );
      await clock.advance(5000);
    },
    async found(how = {}) {
      const { Instances = [] } = await map.discoverInstances({ ...names, HealthStatus: 'ALL', ...how });
      return Instances.map(({ InstanceId = '' }) => InstanceId).sort();
    },
  };
}

async function taskIds({ ecs }: World): Promise<string[]> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({}));
  return taskArns.map((arn) => arn.split('/').at(-1) ?? '').sort();
}

const connected: RegisterTaskDefinitionCommandInput = {
  ...(webDefinition() as unknown as RegisterTaskDefinitionCommandInput),
  containerDefinitions: [
    { name: 'app', image: 'shop:1', portMappings: [{ containerPort: 8080, name: 'http' }] },
  ],
};

async function offer({ ecs }: World, namespace: string, services: object[] = []): Promise<void> {
  await ecs.send(new CreateClusterCommand({}));
  await ecs.send(new RegisterTaskDefinitionCommand(connected));
  await ecs.send(
    new CreateServiceCommand({
      serviceName: 'api',
      taskDefinition: 'web',
      desiredCount: 1,
      launchType: 'FARGATE',
      networkConfiguration: network,
      serviceConnectConfiguration: { enabled: true, namespace, services: services as [] },
    }),
  );
}

const cloudMap: readonly Row[] = [
  row(
    'cloud-map/API_CreatePrivateDnsNamespace',
    'answers with an operation that tells the namespace',
    async ({ map }) => {
      const { OperationId } = await map.createPrivateDnsNamespace({ Name: 'shop.local', Vpc: 'vpc-1' });
      const { Operation } = await map.getOperation({ OperationId });
      expect(Operation).toMatchObject({ Type: 'CREATE_NAMESPACE', Status: 'SUCCESS' });
      const { Namespace } = await map.getNamespace({ Id: Operation?.Targets?.NAMESPACE });
      expect(Namespace).toMatchObject({ Name: 'shop.local', Type: 'DNS_PRIVATE' });
    },
  ),
  row(
    'cloud-map/API_CreateHttpNamespace',
    'a name that is taken is NamespaceAlreadyExists',
    async ({ map }) => {
      await map.createHttpNamespace({ Name: 'shop' });
      await expect(map.createHttpNamespace({ Name: 'shop' })).rejects.toMatchObject({
        name: 'NamespaceAlreadyExists',
      });
    },
  ),
  row(
    'cloud-map/API_DeleteNamespace',
    'a namespace with services is ResourceInUse',
    async ({ map, registry }) => {
      await registry();
      const { Namespaces = [] } = await map.listNamespaces({});
      await expect(map.deleteNamespace({ Id: Namespaces[0]?.Id })).rejects.toMatchObject({
        name: 'ResourceInUse',
      });
    },
  ),
  row(
    'cloud-map/API_DeleteService',
    'a service with instances is ResourceInUse',
    async ({ map, registry }) => {
      const { id: ServiceId } = await registry();
      const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1' };
      await map.registerInstance({ ServiceId, InstanceId: 'one', Attributes });
      await expect(map.deleteService({ Id: ServiceId })).rejects.toMatchObject({ name: 'ResourceInUse' });
    },
  ),
  row('cloud-map/API_RegisterInstance', 'A records need AWS_INSTANCE_IPV4', async ({ map, registry }) => {
    const { id: ServiceId } = await registry();
    await expect(
      map.registerInstance({ ServiceId, InstanceId: 'one', Attributes: { any: 'thing' } }),
    ).rejects.toMatchObject({ name: 'InvalidInput' });
  }),
  row(
    'cloud-map/API_RegisterInstance',
    'AWS_INIT_HEALTH_STATUS is how an instance begins',
    async ({ map, registry }) => {
      const { id: ServiceId } = await registry();
      const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' };
      await map.registerInstance({ ServiceId, InstanceId: 'one', Attributes });
      const { Status } = await map.getInstancesHealthStatus({ ServiceId });
      expect(Status).toEqual({ one: 'UNHEALTHY' });
    },
  ),
  row(
    'cloud-map/API_UpdateInstanceCustomHealthStatus',
    'a service without a custom health check is CustomHealthNotFound',
    async ({ map }) => {
      await map.createHttpNamespace({ Name: 'shop' });
      const { Namespaces = [] } = await map.listNamespaces({});
      const { Service } = await map.createService({ Name: 'web', NamespaceId: Namespaces[0]?.Id });
      const asked = { ServiceId: Service?.Id, InstanceId: 'one', Status: 'HEALTHY' as const };
      await expect(map.updateInstanceCustomHealthStatus(asked)).rejects.toMatchObject({
        name: 'CustomHealthNotFound',
      });
    },
  ),
  row(
    'cloud-map/API_DiscoverInstances',
    'HEALTHY_OR_ELSE_ALL gives all instances when none is healthy',
    async ({ map, registry, found }) => {
      const { id: ServiceId } = await registry();
      const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1' };
      for (const InstanceId of ['one', 'two']) {
        await map.registerInstance({ ServiceId, InstanceId, Attributes });
        await map.updateInstanceCustomHealthStatus({ ServiceId, InstanceId, Status: 'UNHEALTHY' });
      }
      expect(await found({ HealthStatus: 'HEALTHY' })).toEqual([]);
      expect(await found({ HealthStatus: 'HEALTHY_OR_ELSE_ALL' })).toEqual(['one', 'two']);
    },
  ),
  row(
    'cloud-map/API_DiscoverInstances',
    'OptionalParameters narrow what QueryParameters find, unless nothing has them',
    async ({ map, registry, found }) => {
      const { id: ServiceId } = await registry();
      for (const [InstanceId, zone] of [
        ['one', 'a'],
        ['two', 'b'],
      ] as const) {
        const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1', zone, stage: 'live' };
        await map.registerInstance({ ServiceId, InstanceId, Attributes });
      }
      const QueryParameters = { stage: 'live' };
      expect(await found({ QueryParameters, OptionalParameters: { zone: 'b' } })).toEqual(['two']);
      expect(await found({ QueryParameters, OptionalParameters: { zone: 'c' } })).toEqual(['one', 'two']);
    },
  ),
  row(
    'cloud-map/API_DiscoverInstancesRevision',
    'the revision grows when instances change',
    async ({ map, registry }) => {
      const { id: ServiceId } = await registry();
      const before = await map.discoverInstancesRevision(names);
      const Attributes = { AWS_INSTANCE_IPV4: '10.0.0.1' };
      await map.registerInstance({ ServiceId, InstanceId: 'one', Attributes });
      const after = await map.discoverInstancesRevision(names);
      expect(after.InstancesRevision).toBeGreaterThan(before.InstancesRevision ?? 0);
    },
  ),
];

const registries: readonly Row[] = [
  row('service-discovery', 'each running task is an instance under its own id', async (world) => {
    const { arn: registryArn } = await world.registry();
    await world.registered([{ registryArn }]);
    const ids = await taskIds(world);
    expect(ids).toHaveLength(2);
    expect(await world.found()).toEqual(ids);
  }),
  row('service-discovery', 'instances tell cluster, service, family, zone and region', async (world) => {
    const { arn: registryArn } = await world.registry();
    await world.registered([{ registryArn }]);
    const { Instances = [] } = await world.map.discoverInstances(names);
    expect(Instances[0]?.Attributes).toMatchObject({
      AWS_INSTANCE_IPV4: expect.any(String),
      AVAILABILITY_ZONE: expect.stringMatching(/^us-east-1[abc]$/),
      REGION: 'us-east-1',
      ECS_CLUSTER_NAME: 'default',
      ECS_SERVICE_NAME: 'web',
      ECS_TASK_DEFINITION_FAMILY: 'web',
    });
  }),
  row('service-discovery', 'a task that is stopped is no longer found', async (world) => {
    const { arn: registryArn } = await world.registry();
    await world.registered([{ registryArn }], 1);
    const [first = ''] = await taskIds(world);
    await world.ecs.send(new StopTaskCommand({ task: first }));
    await world.clock.advance(60_000);
    const now = await world.found();
    expect(now).toHaveLength(1);
    expect(now).not.toContain(first);
  }),
  row('service-discovery', 'a service that is deleted leaves no instance', async (world) => {
    const { arn: registryArn } = await world.registry();
    await world.registered([{ registryArn }]);
    await world.ecs.send(new DeleteServiceCommand({ service: 'web', force: true }));
    await world.clock.advance(60_000);
    expect(await world.found()).toEqual([]);
  }),
  row('API_ServiceRegistry', 'with SRV records the container port is registered', async (world) => {
    const { arn: registryArn } = await world.registry('SRV');
    await world.registered([{ registryArn, containerName: 'app', containerPort: 8080 }]);
    const { Instances = [] } = await world.map.discoverInstances(names);
    expect(Instances[0]?.Attributes?.AWS_INSTANCE_PORT).toBe('8080');
  }),
  row('API_ServiceRegistry', 'SRV records need a port, or a container and its port', async (world) => {
    const { arn: registryArn } = await world.registry('SRV');
    await expect(world.registered([{ registryArn }])).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  }),
  row('API_ServiceRegistry', 'a port excludes a container and its port', async (world) => {
    const { arn: registryArn } = await world.registry('SRV');
    const registry = { registryArn, port: 80, containerName: 'app', containerPort: 8080 };
    await expect(world.registered([registry])).rejects.toMatchObject({ name: 'InvalidParameterException' });
  }),
  row('API_CreateService', 'a service has at most one service registry', async (world) => {
    const { arn: registryArn } = await world.registry();
    await expect(world.registered([{ registryArn }, { registryArn }])).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  }),
  row('API_UpdateService', 'an empty list of service registries removes them', async (world) => {
    const { arn: registryArn } = await world.registry();
    await world.registered([{ registryArn }], 1);
    await world.ecs.send(new UpdateServiceCommand({ service: 'web', serviceRegistries: [] }));
    await world.clock.advance(120_000);
    expect(await world.found()).toEqual([]);
    expect(await taskIds(world)).toHaveLength(1);
  }),
];

const serviceConnect: readonly Row[] = [
  row(
    'API_ServiceConnectConfiguration',
    'a namespace that is not there is NamespaceNotFoundException',
    async (world) => {
      await expect(offer(world, 'none')).rejects.toMatchObject({ name: 'NamespaceNotFoundException' });
    },
  ),
  row(
    'API_ServiceConnectService',
    'without a discoveryName the portName is the name in Cloud Map',
    async (world) => {
      await world.map.createHttpNamespace({ Name: 'shop' });
      await offer(world, 'shop', [{ portName: 'http' }]);
      await world.clock.advance(5000);
      const { Instances = [] } = await world.map.discoverInstances({
        NamespaceName: 'shop',
        ServiceName: 'http',
      });
      expect(Instances[0]?.Attributes).toMatchObject({ AWS_INSTANCE_PORT: '8080' });
    },
  ),
  row(
    'API_ServiceConnectClientAlias',
    'without a dnsName the name is discoveryName.namespace',
    async (world) => {
      await world.map.createHttpNamespace({ Name: 'shop' });
      await offer(world, 'shop', [{ portName: 'http', discoveryName: 'api', clientAliases: [{ port: 80 }] }]);
      expect(world.engine.names().map(({ name }) => name)).toEqual(['api.shop']);
    },
  ),
  row('API_ServiceConnectService', 'a portName that no port has is refused', async (world) => {
    await world.map.createHttpNamespace({ Name: 'shop' });
    await expect(offer(world, 'shop', [{ portName: 'grpc' }])).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
  }),
  row('API_Deployment', 'a deployment tells its Service Connect resources', async (world) => {
    await world.map.createHttpNamespace({ Name: 'shop' });
    await offer(world, 'shop', [{ portName: 'http', discoveryName: 'api' }]);
    const { services } = await world.ecs.send(new DescribeServicesCommand({ services: ['api'] }));
    expect(services?.[0]?.deployments?.[0]?.serviceConnectResources).toMatchObject([
      { discoveryName: 'api', discoveryArn: expect.stringMatching(/:servicediscovery:.*:service\/srv-/) },
    ]);
  }),
];

export const discovery: readonly Row[] = [...cloudMap, ...registries, ...serviceConnect];
