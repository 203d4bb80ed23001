import { beforeEach, describe, expect, test } from 'vitest';
import { createDiscovery, type Discovery } from '../../discovery/discovery.ts';
import type { Script } from '../../runtimes/scripted/runtime.ts';
import { type Bench, startBench, webDefinition, webService } from '../testing.ts';

const region = 'us-east-1';
const account = '000000000000';

let bench: Bench;
let discovery: Discovery;

async function start(script?: () => Script): Promise<void> {
  bench = await startBench(script ? { script } : {});
  const { journal, clock } = bench;
  discovery = createDiscovery({ journal, clock, account, region });
  bench.call('CreateCluster');
}

function map<T = Record<string, string>>(action: string, input: object = {}): T {
  return discovery.service.call(action, { ...input }, {}) as T;
}

/** The ARN of a Cloud Map service `web` in a private DNS namespace `shop.local`. */
function cloudMap(DnsRecords = [{ Type: 'A', TTL: 10 }]): string {
  const { OperationId } = map('CreatePrivateDnsNamespace', { Name: 'shop.local', Vpc: 'vpc-1' });
  const { Operation } = map<{ Operation: { Targets: { NAMESPACE: string } } }>('GetOperation', {
    OperationId,
  });
  const { Service } = map<{ Service: { Arn: string } }>('CreateService', {
    Name: 'web',
    NamespaceId: Operation.Targets.NAMESPACE,
    DnsConfig: { DnsRecords },
    HealthCheckCustomConfig: { FailureThreshold: 1 },
  });
  return Service.Arn;
}

interface Found {
  readonly InstanceId: string;
  readonly HealthStatus: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

const discovered = (ServiceName = 'web', NamespaceName = 'shop.local') =>
  map<{ Instances: Found[] }>('DiscoverInstances', { NamespaceName, ServiceName, HealthStatus: 'ALL' })
    .Instances;

const taskIds = () =>
  bench
    .call<{ taskArns: string[] }>('ListTasks', { desiredStatus: 'RUNNING' })
    .taskArns.map((arn) => arn.split('/').at(-1));

describe('serviceRegistries', () => {
  beforeEach(() => start());

  test('have each task under its id while it runs', async () => {
    const registryArn = cloudMap();
    bench.call('RegisterTaskDefinition', webDefinition());
    bench.call('CreateService', webService({ serviceRegistries: [{ registryArn }] }));
    expect(discovered()).toEqual([]);
    await bench.clock.advance(5000);
    expect(
      discovered()
        .map(({ InstanceId }) => InstanceId)
        .sort(),
    ).toEqual(taskIds().sort());
    expect(discovered()[0]).toMatchObject({
      HealthStatus: 'HEALTHY',
      Attributes: {
        AWS_INSTANCE_IPV4: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
        ECS_SERVICE_NAME: 'web',
        ECS_CLUSTER_NAME: 'default',
        ECS_TASK_DEFINITION_FAMILY: 'web',
        REGION: region,
        AVAILABILITY_ZONE: expect.stringMatching(/^us-east-1/),
      },
    });
    const before = taskIds();
    bench.call('StopTask', { task: before[0] });
    await bench.clock.advance(0);
    expect(discovered().map(({ InstanceId }) => InstanceId)).not.toContain(before[0]);
    await bench.clock.advance(60_000);
    expect(discovered()).toHaveLength(2);
    bench.call('DeleteService', { service: 'web', force: true });
    await bench.clock.advance(60_000);
    expect(discovered()).toEqual([]);
  });

  test('outlive a restart, and take no task twice', async () => {
    const registryArn = cloudMap();
    bench.call('RegisterTaskDefinition', webDefinition());
    bench.call('CreateService', webService({ serviceRegistries: [{ registryArn }] }));
    await bench.clock.advance(5000);
    const revision = () =>
      map<{ InstancesRevision: number }>('DiscoverInstancesRevision', {
        NamespaceName: 'shop.local',
        ServiceName: 'web',
      });
    const before = [discovered(), revision()];
    await bench.restart();
    expect([discovered(), revision()]).toEqual(before);
  });

  test('with SRV records say the port', async () => {
    const registryArn = cloudMap([{ Type: 'SRV', TTL: 10 }]);
    bench.call('RegisterTaskDefinition', webDefinition());
    const registry = { registryArn, containerName: 'app', containerPort: 8080 };
    bench.call('CreateService', webService({ serviceRegistries: [registry], desiredCount: 1 }));
    await bench.clock.advance(5000);
    expect(discovered()[0]?.Attributes).toMatchObject({ AWS_INSTANCE_PORT: '8080' });
  });

  test('that come to need more than tasks have say so, and hold no task back', async () => {
    const registryArn = cloudMap();
    bench.call('RegisterTaskDefinition', webDefinition());
    bench.call('CreateService', webService({ serviceRegistries: [{ registryArn }], desiredCount: 1 }));
    const DnsRecords = [{ Type: 'SRV', TTL: 10 }];
    map('UpdateService', { Id: registryArn, Service: { DnsConfig: { DnsRecords } } });
    await bench.clock.advance(10_000);
    const { services } = bench.call<{ services: { runningCount: number; events: { message: string }[] }[] }>(
      'DescribeServices',
      { services: ['web'] },
    );
    expect(services[0]?.runningCount).toBe(1);
    expect(services[0]?.events.map(({ message }) => message).join('\n')).toMatch(
      /could not be registered: AWS_INSTANCE_PORT/,
    );
    expect(discovered()).toEqual([]);
  });

  test.each([
    ['no such registry', (arn: string) => [{ registryArn: `${arn}x` }]],
    ['two', (arn: string) => [{ registryArn: arn }, { registryArn: arn }]],
    ['a container without its port', (arn: string) => [{ registryArn: arn, containerName: 'app' }]],
    ['no such container', (arn: string) => [{ registryArn: arn, containerName: 'db', containerPort: 1 }]],
    ['no such port', (arn: string) => [{ registryArn: arn, containerName: 'app', containerPort: 1 }]],
    [
      'a port and a container',
      (arn: string) => [{ registryArn: arn, port: 1, containerName: 'app', containerPort: 8080 }],
    ],
  ])('are refused with %s', (_, serviceRegistries) => {
    bench.call('RegisterTaskDefinition', webDefinition());
    const refusal = bench.refusal(
      'CreateService',
      webService({ serviceRegistries: serviceRegistries(cloudMap()) }),
    );
    expect(refusal).toMatch(/^InvalidParameterException/);
    expect(bench.call<{ serviceArns: string[] }>('ListServices').serviceArns).toEqual([]);
  });
});

test('a task is healthy in its registry when its health check passes, and ill when it fails', async () => {
  await start(() => ({ healthyAfterMs: 1500, unhealthyAfterMs: 20_000 }));
  const registryArn = cloudMap();
  const healthCheck = { command: ['CMD-SHELL', 'true'], interval: 5, retries: 2 };
  bench.call('RegisterTaskDefinition', webDefinition({}, { healthCheck }));
  bench.call('CreateService', webService({ serviceRegistries: [{ registryArn }], desiredCount: 1 }));
  await bench.clock.advance(1000);
  expect(discovered().map(({ HealthStatus }) => HealthStatus)).toEqual(['UNHEALTHY']);
  await bench.clock.advance(2000);
  const [well] = discovered();
  expect(well).toMatchObject({ HealthStatus: 'HEALTHY' });
  await bench.clock.advance(30_000);
  expect(discovered().find(({ InstanceId }) => InstanceId === well?.InstanceId)?.HealthStatus).not.toBe(
    'HEALTHY',
  );
  const told = bench.events.filter(
    ({ detail }) => detail.eventName === 'SERVICE_DISCOVERY_INSTANCE_UNHEALTHY',
  );
  expect(told[0]?.detail).toMatchObject({ eventType: 'WARN' });
});

describe('Service Connect', () => {
  const ports = { portMappings: [{ containerPort: 8080, name: 'http' }] };
  const offering = (change: object = {}) => ({
    enabled: true,
    namespace: 'shop',
    services: [{ portName: 'http', discoveryName: 'api', clientAliases: [{ port: 80, dnsName: 'api' }] }],
    ...change,
  });
  const service = (serviceName: string, serviceConnectConfiguration: object) =>
    webService({ serviceName, serviceConnectConfiguration, desiredCount: 1 });

  beforeEach(async () => {
    await start();
    map('CreateHttpNamespace', { Name: 'shop' });
    bench.call('RegisterTaskDefinition', webDefinition({}, ports));
  });

  test('registers its tasks under the discovery name, and names lead to them', async () => {
    bench.call('CreateService', service('api', offering()));
    await bench.clock.advance(5000);
    const [instance] = discovered('api', 'shop');
    expect(instance?.Attributes).toMatchObject({ AWS_INSTANCE_PORT: '8080', ECS_SERVICE_NAME: 'api' });
    const address = instance?.Attributes.AWS_INSTANCE_IPV4;
    expect(bench.engine.names()).toEqual([{ name: 'api', endpoints: [{ address, port: 8080 }] }]);
    const { services } = bench.call<{ services: { deployments: object[] }[] }>('DescribeServices', {
      services: ['api'],
    });
    expect(services[0]?.deployments[0]).toMatchObject({
      serviceConnectConfiguration: { namespace: 'shop' },
      serviceConnectResources: [
        { discoveryName: 'api', discoveryArn: expect.stringMatching(/:service\/srv-/) },
      ],
    });
  });

  test('without an alias the name is the discovery name in the namespace', async () => {
    bench.call('CreateService', service('api', offering({ services: [{ portName: 'http' }] })));
    expect(bench.engine.names()).toMatchObject([{ name: 'http.shop' }]);
  });

  test('tasks know the names that were there when their deployment was made', async () => {
    const launched = (group: string) =>
      bench.runtime.launches.filter(({ environment }) => environment.GROUP === group).at(-1)?.hosts;
    const named = (GROUP: string) => ({
      ...ports,
      environment: [{ name: 'GROUP', value: GROUP }],
    });
    bench.call('RegisterTaskDefinition', webDefinition({ family: 'client' }, named('client')));
    bench.call('CreateService', {
      ...service('client', { enabled: true, namespace: 'shop' }),
      taskDefinition: 'client',
    });
    await bench.clock.advance(5000);
    const alias = [
      { portName: 'http', discoveryName: 'api', clientAliases: [{ port: 8080, dnsName: 'api' }] },
    ];
    bench.call('CreateService', service('api', offering({ services: alias })));
    await bench.clock.advance(5000);
    const clientTask = bench.call<{ taskArns: string[] }>('ListTasks', { family: 'client' }).taskArns[0];
    bench.call('StopTask', { task: clientTask });
    await bench.clock.advance(60_000);
    expect(launched('client')).toBeUndefined();
    bench.call('UpdateService', { service: 'client', forceNewDeployment: true });
    await bench.clock.advance(60_000);
    expect(launched('client')).toMatchObject([{ name: 'api' }]);
  });

  test.each([
    ['no namespace', { namespace: undefined }, /^InvalidParameterException/],
    ['a namespace that is not there', { namespace: 'none' }, /^NamespaceNotFoundException/],
    ['a port without that name', { services: [{ portName: 'grpc' }] }, /^InvalidParameterException/],
    ['TLS', { services: [{ portName: 'http', tls: { issuerCertificateAuthority: {} } }] }, /^Unsupported/],
  ])('is refused with %s', (_, change, error) => {
    expect(bench.refusal('CreateService', service('api', offering(change)))).toMatch(error);
  });
});
