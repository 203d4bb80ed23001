import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, startBench } from './testing.ts';

let bench: Bench;

beforeEach(async () => {
  bench = await startBench();
});

afterEach(() => bench.close());

const customHealth = { HealthCheckCustomConfig: { FailureThreshold: 1 } };
const aRecord = { DnsConfig: { DnsRecords: [{ Type: 'A' as const, TTL: 10 }] } };

async function service(NamespaceId: string, change: object = {}, Name = 'web'): Promise<string> {
  const { Service } = await bench.map.createService({ Name, NamespaceId, ...change });
  return Service?.Id ?? '';
}

const at = (AWS_INSTANCE_IPV4: string, more: Record<string, string> = {}) => ({ AWS_INSTANCE_IPV4, ...more });

describe('namespaces', () => {
  test('are made by an operation that tells their id, and once', async () => {
    const { map } = bench;
    const asked = { Name: 'shop.local', Vpc: 'vpc-1', CreatorRequestId: 'one' };
    const { OperationId } = await map.createPrivateDnsNamespace(asked);
    const { Operation } = await map.getOperation({ OperationId });
    expect(Operation).toMatchObject({ Id: OperationId, Type: 'CREATE_NAMESPACE', Status: 'SUCCESS' });
    const { Namespace } = await map.getNamespace({ Id: Operation?.Targets?.NAMESPACE });
    expect(Namespace).toMatchObject({
      Id: expect.stringMatching(/^ns-[a-z2-7]{16}$/),
      Arn: `arn:aws:servicediscovery:us-east-1:000000000000:namespace/${Namespace?.Id}`,
      Type: 'DNS_PRIVATE',
      Properties: {
        DnsProperties: { HostedZoneId: expect.any(String) },
        HttpProperties: { HttpName: 'shop.local' },
      },
    });
    expect((await map.createPrivateDnsNamespace(asked)).OperationId).toBe(OperationId);
    await expect(map.createHttpNamespace({ Name: 'shop.local' })).rejects.toMatchObject({
      name: 'NamespaceAlreadyExists',
      NamespaceId: Namespace?.Id,
    });
  });

  test('are listed by type and name, changed, tagged, and deleted when empty', async () => {
    const { map } = bench;
    const Id = await bench.namespace();
    await map.createHttpNamespace({ Name: 'http', Tags: [{ Key: 'a', Value: '1' }] });
    const { Namespaces } = await map.listNamespaces({ Filters: [{ Name: 'TYPE', Values: ['HTTP'] }] });
    expect(Namespaces?.map(({ Name }) => Name)).toEqual(['http']);
    const ResourceARN = Namespaces?.[0]?.Arn ?? '';
    await map.tagResource({ ResourceARN, Tags: [{ Key: 'b', Value: '2' }] });
    await map.untagResource({ ResourceARN, TagKeys: ['a'] });
    expect((await map.listTagsForResource({ ResourceARN })).Tags).toEqual([{ Key: 'b', Value: '2' }]);

    await map.updatePrivateDnsNamespace({ Id, Namespace: { Description: 'new' } });
    const serviceId = await service(Id);
    await expect(map.deleteNamespace({ Id })).rejects.toMatchObject({ name: 'ResourceInUse' });
    expect((await map.getNamespace({ Id })).Namespace).toMatchObject({ Description: 'new', ServiceCount: 1 });
    await map.deleteService({ Id: serviceId });
    await map.deleteNamespace({ Id });
    await expect(map.getNamespace({ Id })).rejects.toMatchObject({ name: 'NamespaceNotFound' });
    const { Operations } = await map.listOperations({
      Filters: [{ Name: 'TYPE', Values: ['DELETE_NAMESPACE'] }],
    });
    expect(Operations).toHaveLength(1);
  });

  test('are listed in pages', async () => {
    for (const Name of ['a', 'b', 'c']) await bench.map.createHttpNamespace({ Name });
    const one = await bench.map.listNamespaces({ MaxResults: 2 });
    const two = await bench.map.listNamespaces({ MaxResults: 2, NextToken: one.NextToken });
    const names = [one, two].flatMap(({ Namespaces = [] }) => Namespaces).map(({ Name }) => Name);
    expect([names, two.NextToken]).toEqual([['a', 'b', 'c'], undefined]);
    await expect(bench.map.listNamespaces({ NextToken: 'no' })).rejects.toMatchObject({
      name: 'InvalidInput',
    });
  });
});

describe('services', () => {
  test('are made once, described by id or ARN, and changed', async () => {
    const NamespaceId = await bench.namespace();
    const { Service } = await bench.map.createService({
      Name: 'web',
      NamespaceId,
      ...aRecord,
      ...customHealth,
    });
    expect(Service).toMatchObject({
      Id: expect.stringMatching(/^srv-/),
      Type: 'DNS_HTTP',
      InstanceCount: 0,
      DnsConfig: { RoutingPolicy: 'MULTIVALUE', DnsRecords: [{ Type: 'A', TTL: 10 }] },
      HealthCheckCustomConfig: { FailureThreshold: 1 },
    });
    await expect(bench.map.createService({ Name: 'WEB', NamespaceId })).rejects.toMatchObject({
      name: 'ServiceAlreadyExists',
      ServiceId: Service?.Id,
    });
    const records = { DnsRecords: [{ Type: 'A' as const, TTL: 60 }] };
    await bench.map.updateService({ Id: Service?.Id, Service: { DnsConfig: records } });
    const again = await bench.map.getService({ Id: Service?.Arn });
    expect(again.Service?.DnsConfig?.DnsRecords).toEqual(records.DnsRecords);
  });

  test.each([
    [{ DnsConfig: { DnsRecords: [{ Type: 'CNAME', TTL: 1 }] } }, 'InvalidInput'],
    [{ HealthCheckConfig: { Type: 'TCP' } }, 'InvalidInput'],
    [{ NamespaceId: 'ns-none' }, 'NamespaceNotFound'],
    [{ Name: 'no spaces' }, 'InvalidInput'],
  ])('are refused with %j', async (change, name) => {
    const NamespaceId = await bench.namespace();
    const asked = { Name: 'web', NamespaceId, ...change } as { Name: string };
    await expect(bench.map.createService(asked)).rejects.toMatchObject({ name });
  });

  test('of an HTTP namespace have no DNS records', async () => {
    await bench.map.createHttpNamespace({ Name: 'http' });
    const [http] = (await bench.map.listNamespaces({})).Namespaces ?? [];
    const refused = bench.map.createService({ Name: 'web', NamespaceId: http?.Id, ...aRecord });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidInput' });
  });
});

describe('instances', () => {
  test('are registered, replaced, told and deregistered', async () => {
    const { map } = bench;
    const ServiceId = await service(await bench.namespace(), aRecord);
    const refused = map.registerInstance({ ServiceId, InstanceId: 'one', Attributes: { zone: 'a' } });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidInput' });
    const { OperationId } = await map.registerInstance({
      ServiceId,
      InstanceId: 'one',
      Attributes: at('10.0.0.1'),
    });
    expect((await map.getOperation({ OperationId })).Operation?.Targets).toEqual({
      INSTANCE: 'one',
      SERVICE: ServiceId,
    });
    await map.registerInstance({ ServiceId, InstanceId: 'one', Attributes: at('10.0.0.2') });
    expect((await map.getInstance({ ServiceId, InstanceId: 'one' })).Instance?.Attributes).toEqual(
      at('10.0.0.2'),
    );
    await expect(map.deleteService({ Id: ServiceId })).rejects.toMatchObject({ name: 'ResourceInUse' });
    await map.deregisterInstance({ ServiceId, InstanceId: 'one' });
    expect((await map.listInstances({ ServiceId })).Instances).toEqual([]);
    await expect(map.deregisterInstance({ ServiceId, InstanceId: 'one' })).rejects.toMatchObject({
      name: 'InstanceNotFound',
    });
  });

  test('have a health only where the service says so', async () => {
    const { map } = bench;
    const namespaceId = await bench.namespace();
    const ServiceId = await service(namespaceId, customHealth);
    const Attributes = at('10.0.0.1', { AWS_INIT_HEALTH_STATUS: 'UNHEALTHY' });
    await map.registerInstance({ ServiceId, InstanceId: 'one', Attributes });
    expect((await map.getInstancesHealthStatus({ ServiceId })).Status).toEqual({ one: 'UNHEALTHY' });
    await map.updateInstanceCustomHealthStatus({ ServiceId, InstanceId: 'one', Status: 'HEALTHY' });
    expect((await map.getInstancesHealthStatus({ ServiceId })).Status).toEqual({ one: 'HEALTHY' });
    const plain = await service(namespaceId, {}, 'plain');
    const set = map.updateInstanceCustomHealthStatus({
      ServiceId: plain,
      InstanceId: 'one',
      Status: 'HEALTHY',
    });
    await expect(set).rejects.toMatchObject({ name: 'CustomHealthNotFound' });
  });
});

describe('DiscoverInstances', () => {
  const names = { NamespaceName: 'shop.local', ServiceName: 'web' };
  const discovered = async (how: object = {}) =>
    ((await bench.map.discoverInstances({ ...names, ...how })).Instances ?? []).map((one) => one.InstanceId);

  beforeEach(async () => {
    const ServiceId = await service(await bench.namespace(), customHealth);
    for (const [InstanceId, zone] of [
      ['one', 'a'],
      ['two', 'b'],
    ] as const) {
      await bench.map.registerInstance({ ServiceId, InstanceId, Attributes: at('10.0.0.1', { zone }) });
    }
    await bench.map.updateInstanceCustomHealthStatus({ ServiceId, InstanceId: 'two', Status: 'UNHEALTHY' });
  });

  test('filters by health', async () => {
    expect(await discovered()).toEqual(['one']);
    expect(await discovered({ HealthStatus: 'UNHEALTHY' })).toEqual(['two']);
    expect(await discovered({ HealthStatus: 'ALL' })).toEqual(['one', 'two']);
    const QueryParameters = { zone: 'b' };
    expect(await discovered({ QueryParameters })).toEqual([]);
    expect(await discovered({ QueryParameters, HealthStatus: 'HEALTHY_OR_ELSE_ALL' })).toEqual(['two']);
  });

  test('filters by attributes, and by optional ones where any have them', async () => {
    const all = { HealthStatus: 'ALL' };
    expect(await discovered({ ...all, QueryParameters: { zone: 'a' } })).toEqual(['one']);
    expect(await discovered({ ...all, OptionalParameters: { zone: 'b' } })).toEqual(['two']);
    expect(await discovered({ ...all, OptionalParameters: { zone: 'c' } })).toEqual(['one', 'two']);
    expect(await discovered({ ...all, MaxResults: 1 })).toHaveLength(1);
  });

  test('tells a revision that grows with every change', async () => {
    const before = await bench.map.discoverInstancesRevision(names);
    expect(await bench.map.discoverInstances(names)).toMatchObject({
      InstancesRevision: before.InstancesRevision,
    });
    const [one] = (await bench.map.listServices({})).Services ?? [];
    await bench.map.deregisterInstance({ ServiceId: one?.Id, InstanceId: 'one' });
    const after = await bench.map.discoverInstancesRevision(names);
    expect(after.InstancesRevision).toBeGreaterThan(before.InstancesRevision ?? 0);
  });

  test('does not find what is not there', async () => {
    await expect(discovered({ NamespaceName: 'none' })).rejects.toMatchObject({ name: 'NamespaceNotFound' });
    await expect(discovered({ ServiceName: 'none' })).rejects.toMatchObject({ name: 'ServiceNotFound' });
  });
});
