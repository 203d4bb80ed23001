import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Listening, listen } from '../loadbalancer/testing.ts';
import { openJournal } from '../support/journal.ts';
import { createRelays, type Endpoint, type Relays } from './relay.ts';

const journal = openJournal();
const arn = 'arn:aws:servicediscovery:us-east-1:000000000000:service/srv-1';
let endpoints: Endpoint[];
let servers: Listening[];
let relays: Relays;

const create = () =>
  createRelays({
    journal,
    hostAddress: async () => '127.0.0.1',
    endpoints: () => endpoints,
    log: (line) => console.error(line),
  });

beforeEach(async () => {
  servers = await Promise.all(['one', 'two'].map((name) => listen((_, response) => response.end(name))));
  endpoints = servers.map(({ target }) => target);
  relays = create();
});

afterEach(async () => {
  await relays.stop();
  await Promise.all(servers.map((server) => server.close()));
});

/** Each on a connection of its own. */
const ask = async (address: string | undefined) =>
  (await fetch(`http://${address}/`, { headers: { connection: 'close' } })).text();

test('connections go to the healthy instances in turn, whichever they are then', async () => {
  const address = await relays.addressOf(arn);
  const bodies = [await ask(address), await ask(address), await ask(address), await ask(address)];
  expect(bodies.sort()).toEqual(['one', 'one', 'two', 'two']);
  endpoints = endpoints.slice(1);
  expect([await ask(address), await ask(address)]).toEqual(['two', 'two']);
});

test('an instance that refuses is passed over; without any the connection ends', async () => {
  const address = await relays.addressOf(arn);
  await servers[0]?.close();
  expect([await ask(address), await ask(address)]).toEqual(['two', 'two']);
  endpoints = [];
  await expect(ask(address)).rejects.toThrow();
});

test('the address stays the same across restarts, and is open before anybody asks', async () => {
  const address = await relays.addressOf(arn);
  await relays.stop();
  await expect(ask(address)).rejects.toThrow();
  relays = create();
  await relays.start();
  expect(await ask(address)).toMatch(/one|two/);
  expect(await relays.addressOf(arn)).toBe(address);
});

test('a connection may be half closed', async () => {
  const [host = '', port] = ((await relays.addressOf(arn)) ?? '').split(':');
  const socket = connect({ host, port: Number(port), allowHalfOpen: true });
  socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let got = '';
  for await (const chunk of socket) got += chunk;
  expect(got).toMatch(/(one|two)$/);
});

test('without an address that tasks reach there is none', async () => {
  const none = createRelays({
    journal: openJournal(),
    hostAddress: async () => undefined,
    endpoints: () => [],
    log: () => {},
  });
  expect(await none.addressOf(arn)).toBeUndefined();
});
