import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { decode, encode, type Packet, RECURSION_DESIRED, streamDecode, streamEncode } from 'dns-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, startBench } from '../testing.ts';
import { type DnsServer, startDnsServer } from './server.ts';
import type { Alias } from './zones.ts';

let bench: Bench;
let server: DnsServer;
let resolver: Resolver;
let aliases: Alias[];
let serviceId: string;

const records = (...types: readonly ('A' | 'SRV' | 'AAAA')[]) => types.map((Type) => ({ Type, TTL: 10 }));

beforeEach(async () => {
  bench = await startBench();
  aliases = [];
  server = await startDnsServer(0, {
    tables: bench.discovery.tables,
    aliases: () => aliases,
    random: (below) => Math.floor(Math.random() * below),
  });
  resolver = new Resolver({ tries: 1 });
  resolver.setServers([`127.0.0.1:${server.port}`]);
  const { Service } = await bench.map.createService({
    Name: 'web',
    NamespaceId: await bench.namespace(),
    DnsConfig: { DnsRecords: records('A', 'SRV') },
    HealthCheckCustomConfig: {},
  });
  serviceId = Service?.Id ?? '';
});

afterEach(async () => {
  await server.close();
  await bench.close();
});

function register(InstanceId: string, AWS_INSTANCE_IPV4: string, AWS_INSTANCE_PORT = '8080') {
  const Attributes = { AWS_INSTANCE_IPV4, AWS_INSTANCE_PORT };
  return bench.map.registerInstance({ ServiceId: serviceId, InstanceId, Attributes });
}

const fall = (InstanceId: string) =>
  bench.map.updateInstanceCustomHealthStatus({ ServiceId: serviceId, InstanceId, Status: 'UNHEALTHY' });

const query = (name: string, type: 'A' | 'SRV' | 'AAAA' | 'SOA' = 'A', change: Partial<Packet> = {}) =>
  encode({
    type: 'query',
    id: 7,
    flags: RECURSION_DESIRED,
    questions: [{ type, name, class: 'IN' }],
    ...change,
  });

function overUdp(message: Buffer): Promise<Packet & { readonly rcode?: string }> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (answer) => {
      socket.close();
      resolve(decode(answer));
    });
    socket.send(message, server.port, '127.0.0.1');
  });
}

function overTcp(message: Buffer): Promise<Packet> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(message));
    let got = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
      socket.destroy();
      resolve(streamDecode(got));
    });
    socket.once('error', reject);
  });
}

test('instances come and go and fall ill', async () => {
  await expect(resolver.resolve4('web.shop.local')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  await register('one', '127.64.0.1');
  await register('two', '127.64.0.2', '9090');
  expect((await resolver.resolve4('web.shop.local')).sort()).toEqual(['127.64.0.1', '127.64.0.2']);
  const found = await resolver.resolve4('WEB.Shop.Local', { ttl: true });
  expect(found[0]?.ttl).toBe(10);
  const services = await resolver.resolveSrv('web.shop.local');
  expect(services.map(({ name, port }) => `${name}:${port}`).sort()).toEqual([
    'one.web.shop.local:8080',
    'two.web.shop.local:9090',
  ]);
  expect(await resolver.resolve4('two.web.shop.local')).toEqual(['127.64.0.2']);

  await fall('one');
  expect(await resolver.resolve4('web.shop.local')).toEqual(['127.64.0.2']);
  await fall('two');
  expect(await resolver.resolve4('web.shop.local')).toHaveLength(2);
  await bench.map.deregisterInstance({ ServiceId: serviceId, InstanceId: 'two' });
  expect(await resolver.resolve4('web.shop.local')).toEqual(['127.64.0.1']);
});

test('a name without the type is NODATA, no name is NXDOMAIN, both with the SOA; others are refused', async () => {
  await register('one', '127.64.0.1');
  const zone = expect.objectContaining({ type: 'SOA', name: 'shop.local', ttl: 15 });
  expect(await overUdp(query('web.shop.local', 'AAAA'))).toMatchObject({
    rcode: 'NOERROR',
    answers: [],
    authorities: [zone],
  });
  expect(await overUdp(query('shop.local'))).toMatchObject({ rcode: 'NOERROR', authorities: [zone] });
  expect(await overUdp(query('no.shop.local'))).toMatchObject({ rcode: 'NXDOMAIN', authorities: [zone] });
  expect(await overUdp(query('example.com'))).toMatchObject({ rcode: 'REFUSED', answers: [] });
});

test('a WEIGHTED service answers with one instance, a MULTIVALUE one with eight at most', async () => {
  const { Service } = await bench.map.createService({
    Name: 'weighted',
    NamespaceId: (await bench.map.listNamespaces({})).Namespaces?.[0]?.Id,
    DnsConfig: { RoutingPolicy: 'WEIGHTED', DnsRecords: records('A') },
  });
  for (let each = 1; each <= 12; each++) {
    const Attributes = { AWS_INSTANCE_IPV4: `127.64.0.${each}` };
    await bench.map.registerInstance({ ServiceId: Service?.Id, InstanceId: `i${each}`, Attributes });
    await register(`i${each}`, `127.64.0.${each}`);
  }
  expect(await resolver.resolve4('weighted.shop.local')).toHaveLength(1);
  const eight = await resolver.resolve4('web.shop.local');
  expect(new Set(eight).size).toBe(8);
});

test('what does not fit over UDP is truncated, and comes whole over TCP', async () => {
  for (let each = 1; each <= 8; each++) await register(`${'long-'.repeat(10)}${each}`, `127.64.0.${each}`);
  const cut = await overUdp(query('web.shop.local', 'SRV'));
  expect(cut).toMatchObject({ flag_tc: true, answers: [] });
  const whole = await overTcp(
    streamEncode({ type: 'query', id: 8, questions: [{ type: 'SRV', name: 'web.shop.local', class: 'IN' }] }),
  );
  expect(whole).toMatchObject({ id: 8, flag_tc: false });
  expect(whole.answers).toHaveLength(8);
  expect(await resolver.resolveSrv('web.shop.local')).toHaveLength(8);
});

test('messages over TCP may come in pieces', async () => {
  await register('one', '127.64.0.1');
  const message = query('web.shop.local');
  const head = Buffer.alloc(2);
  head.writeUInt16BE(message.length);
  const socket = connect(server.port, '127.0.0.1');
  const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve));
  for (const byte of Buffer.concat([head, message])) socket.write(Buffer.of(byte));
  expect(streamDecode(await answer).answers).toMatchObject([{ data: '127.64.0.1' }]);
  socket.destroy();
});

test('EDNS says how much fits', async () => {
  for (let each = 1; each <= 8; each++) await register(`${'long-'.repeat(10)}${each}`, `127.64.0.${each}`);
  const additionals: Packet['additionals'] = [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 4096,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ];
  const answer = await overUdp(query('web.shop.local', 'SRV', { additionals }));
  expect(answer).toMatchObject({ flag_tc: false });
  expect(answer.answers).toHaveLength(8);
  expect(answer.additionals?.some(({ type }) => type === 'OPT')).toBe(true);
});

test('names of Service Connect lead to the tasks', async () => {
  aliases = [{ name: 'api', endpoints: [{ address: '127.64.0.9', port: 8080 }] }];
  expect(await resolver.resolve4('api')).toEqual(['127.64.0.9']);
  expect(await resolver.resolveSrv('api')).toMatchObject([{ port: 8080, name: '127-64-0-9.api' }]);
  aliases = [{ name: 'api', endpoints: [] }];
  await expect(resolver.resolve4('api')).rejects.toMatchObject({ code: 'ENODATA' });
});

test.each([
  ['nonsense', Buffer.from([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 255, 255]), 'FORMERR'],
  ['another operation', query('web.shop.local', 'A', { flags: 0x2000 }), 'NOTIMP'],
  ['no question', query('x', 'A', { questions: [] }), 'FORMERR'],
])('%s is answered with its code', async (_, message, rcode) => {
  expect(await overUdp(message)).toMatchObject({ id: 7, rcode });
});

test('what is no query is passed over', async () => {
  const socket = createSocket('udp4');
  const answers: Buffer[] = [];
  socket.on('message', (answer) => answers.push(answer));
  socket.send(Buffer.from('x'), server.port, '127.0.0.1');
  socket.send(encode({ type: 'response', id: 3 }), server.port, '127.0.0.1');
  await overUdp(query('example.com'));
  expect(answers).toEqual([]);
  socket.close();
});
