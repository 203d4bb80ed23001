import { Resolver } from 'node:dns/promises';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContainerDefinition, ECS } from '@aws-sdk/client-ecs';
import { ServiceDiscovery } from '@aws-sdk/client-servicediscovery';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultOptions, type LocalAws, startLocalAws } from '../main.ts';
import { clientOptions, until } from '../testing.ts';

let local: LocalAws;
let ecs: ECS;
let map: ServiceDiscovery;
let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'local-'));
  local = await startLocalAws({
    ...defaultOptions,
    ...{ dataDirectory: data, port: 0, apiPort: 0, dnsPort: 0, runtime: 'process', log: () => {} },
  });
  ecs = new ECS(clientOptions(local.endpoint));
  map = new ServiceDiscovery({ ...clientOptions(local.endpoint), disableHostPrefix: true });
});

afterEach(async () => {
  ecs.destroy();
  map.destroy();
  await local.stop({ stopTasks: true });
});

const cluster = 'local';
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-local'] } };

/** Runs a script of Node as the service `name`. */
async function serve(
  name: string,
  script: string,
  more: object,
  container: Partial<ContainerDefinition> = {},
) {
  await ecs.registerTaskDefinition({
    ...{
      family: name,
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
    },
    containerDefinitions: [
      { name: 'app', image: 'x', command: [process.execPath, '-e', script], ...container },
    ],
  });
  await ecs.createService({
    ...{ cluster, serviceName: name, taskDefinition: name, desiredCount: 1, launchType: 'FARGATE' },
    ...{ networkConfiguration, ...more },
  });
}

const server = `require('node:http').createServer((q, s) => s.end('hello')).listen(process.env.PORT, process.env.HOST)`;

test('tasks are found by DNS and by the names of Service Connect while they run', async () => {
  const { OperationId } = await map.createPrivateDnsNamespace({ Name: 'shop.local', Vpc: 'vpc-1' });
  const NamespaceId = (await map.getOperation({ OperationId })).Operation?.Targets?.NAMESPACE;
  const DnsRecords = [{ Type: 'SRV' as const, TTL: 5 }];
  const { Service } = await map.createService({ Name: 'web', NamespaceId, DnsConfig: { DnsRecords } });
  const clientAliases = [{ port: 80, dnsName: 'api' }];
  await serve(
    'web',
    server,
    {
      serviceRegistries: [{ registryArn: Service?.Arn, containerName: 'app', containerPort: 18_123 }],
      serviceConnectConfiguration: {
        enabled: true,
        namespace: 'shop.local',
        services: [{ portName: 'http', discoveryName: 'api', clientAliases }],
      },
    },
    { portMappings: [{ containerPort: 18_123, name: 'http' }] },
  );
  const health = (await (await fetch(`${local.endpoint}/_local/health`)).json()) as { readonly dns: string };
  const resolver = new Resolver();
  resolver.setServers([health.dns]);
  await until(async () => (await resolver.resolveSrv('web.shop.local').catch(() => [])).length === 1);
  const [found] = await resolver.resolveSrv('web.shop.local');
  const [address] = await resolver.resolve4(found?.name ?? '');
  await until(async () => (await textOf(`http://${address}:${found?.port}`)) === 'hello');
  expect(await resolver.resolve4('api')).toEqual([address]);

  const answer = join(data, 'answer');
  const asking = `const ask = () => fetch('http://' + process.env.BERTH_CONNECT_API_80).then((r) => r.text())
    .then((text) => require('node:fs').writeFileSync(${JSON.stringify(answer)}, text), () => setTimeout(ask, 50));
    ask(); setInterval(() => {}, 1000);`;
  const serviceConnectConfiguration = { enabled: true, namespace: 'shop.local' };
  await serve('client', asking, { serviceConnectConfiguration });
  await until(async () => (await readFile(answer, 'utf8').catch(() => '')) === 'hello', 15_000);

  await ecs.updateService({ cluster, service: 'web', desiredCount: 0 });
  const gone = () =>
    resolver.resolveSrv('web.shop.local').then(
      () => '',
      (error: { readonly code: string }) => error.code,
    );
  await until(async () => (await gone()) === 'ENOTFOUND');
});

const textOf = (url: string) =>
  fetch(url).then(
    (response) => response.text(),
    () => '',
  );
