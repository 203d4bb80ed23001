import { Resolver } from 'node:dns/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContainerDefinition, ECS } from '@aws-sdk/client-ecs';
import { type RecordType, ServiceDiscovery } from '@aws-sdk/client-servicediscovery';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildNodeImage } from '../../examples/shop/image.ts';
import { defaultOptions, type LocalAws, startLocalAws } from '../main.ts';
import { clientOptions, until } from '../testing.ts';

const docker = new Docker();
const hasDocker =
  process.platform === 'linux' &&
  (await docker.ping().then(
    () => true,
    () => false,
  ));
const image = hasDocker ? await buildNodeImage(docker) : 'none';

const cluster = 'local';
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-local'] } };
const port = 18_123;
const textOf = (url: string) =>
  fetch(url).then(
    (response) => response.text(),
    () => '',
  );

const hello = `require('node:http').createServer((q, s) => s.end('hello')).listen(process.env.PORT, process.env.HOST)`;
/** Asks what the path names, and answers with what it hears. */
const asking = `require('node:http').createServer((q, s) =>
  fetch('http://' + (process.env[q.url.slice(1)] ?? q.url.slice(1))).then((r) => r.text()).then((t) => s.end(t), (e) => s.end(String(e.cause))),
).listen(process.env.PORT, process.env.HOST)`;

describe.each(hasDocker ? ['process', 'docker'] : ['process'])('on %s', (runtime) => {
  let local: LocalAws;
  let ecs: ECS;
  let map: ServiceDiscovery;
  let resolver: Resolver;
  let namespaceId: string;
  let dataDirectory: string;

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'local-'));
    const ports = { port: 0, apiPort: 0, dnsPort: 0 };
    local = await startLocalAws({ ...defaultOptions, ...ports, dataDirectory, runtime, log: () => {} });
    ecs = new ECS(clientOptions(local.endpoint));
    map = new ServiceDiscovery({ ...clientOptions(local.endpoint), disableHostPrefix: true });
    const health = (await (await fetch(`${local.endpoint}/_local/health`)).json()) as {
      readonly dns: string;
    };
    resolver = new Resolver();
    resolver.setServers([health.dns]);
    const { OperationId } = await map.createPrivateDnsNamespace({ Name: 'shop.local', Vpc: 'vpc-1' });
    namespaceId = (await map.getOperation({ OperationId })).Operation?.Targets?.NAMESPACE ?? '';
  });

  afterEach(async () => {
    ecs.destroy();
    map.destroy();
    await local.stop({ stopTasks: true });
    if (runtime !== 'docker') return;
    const left = await docker.listContainers({
      all: true,
      filters: { label: [`berth.local=${dataDirectory}`] },
    });
    await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  });

  /** Runs a script of Node as the service `name`, found under `name.shop.local`. */
  async function serve(name: string, script: string, connect: object, Type: RecordType = 'SRV') {
    const ending = `process.on('SIGTERM', () => process.exit());`;
    const command = [runtime === 'docker' ? 'node' : process.execPath, '-e', ending + script];
    const portMappings = [{ containerPort: port, name: 'http' }];
    const app: ContainerDefinition = { name: 'app', image, command, portMappings };
    const size = { requiresCompatibilities: ['FARGATE' as const], cpu: '256', memory: '512' };
    await ecs.registerTaskDefinition({
      ...{ family: name, networkMode: 'awsvpc', ...size, containerDefinitions: [app] },
    });
    const DnsConfig = { DnsRecords: [{ Type, TTL: 5 }] };
    const { Service } = await map.createService({ Name: name, NamespaceId: namespaceId, DnsConfig });
    await ecs.createService({
      ...{ cluster, serviceName: name, taskDefinition: name, desiredCount: 1, launchType: 'FARGATE' },
      networkConfiguration,
      serviceRegistries: [{ registryArn: Service?.Arn, containerName: 'app', containerPort: port }],
      serviceConnectConfiguration: { enabled: true, namespace: 'shop.local', ...connect },
    });
  }

  /** Where a service is by its SRV record, once it answers. */
  const whereabouts = (name: string) =>
    until(async () => {
      const [found] = await resolver.resolveSrv(`${name}.shop.local`).catch(() => []);
      if (!found) return undefined;
      const [address] = await resolver.resolve4(found.name);
      return (await textOf(`http://${address}:${found.port}`)) === ''
        ? undefined
        : { address, port: found.port };
    }, 15_000);

  test('tasks are found by DNS and by the names of Service Connect while they run', async () => {
    const clientAliases = [{ port, dnsName: 'api' }];
    await serve('web', hello, { services: [{ portName: 'http', discoveryName: 'api', clientAliases }] });
    const web = await whereabouts('web');
    expect(await resolver.resolve4('api')).toEqual([web.address]);

    await serve('client', asking, {});
    const client = await whereabouts('client');
    const heard = (what: string) => textOf(`http://${client.address}:${client.port}/${what}`);
    expect(await heard(`BERTH_CONNECT_API_${port}`)).toBe('hello');
    // Processes share the machine's resolver: only containers know the name itself.
    if (runtime === 'docker') expect(await heard(`api:${port}`)).toBe('hello');

    await ecs.updateService({ cluster, service: 'web', desiredCount: 0 });
    const outcome = () => resolver.resolveSrv('web.shop.local').then(() => '', codeOf);
    await until(async () => (await outcome()) === 'ENOTFOUND');
  }, 60_000);
});

const codeOf = (error: { readonly code: string }) => error.code;
