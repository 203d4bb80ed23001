import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';

/** Ports of the loopback address that are free now, each another. */
export async function freePorts(count: number): Promise<number[]> {
  // All held at once, so that none is given out twice.
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
