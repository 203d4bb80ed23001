import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { RuntimeError } from '../runtime.ts';

/** 127.64.0.1 to 127.64.255.254: loopback, and nobody else's. */
const NETWORK = '127.64';
const HOSTS = 256 * 254;
const SHARED_ADDRESS = '127.0.0.1';

export interface Placement {
  readonly address: string;
  readonly publishedPorts?: Readonly<Record<number, number>>;
}

/** What other containers have, so that no two get the same. */
export interface Taken {
  readonly addresses: ReadonlySet<string>;
  readonly publishedPorts: ReadonlySet<number>;
}

/**
 * An address for a new task. It follows from the task's id, so a task gets the same one whenever it is free.
 * A port that cannot be listened on there (a low one without the right to) is published as a free one. Where
 * the machine has only 127.0.0.1, every port is.
 */
export async function placeTask(taskId: string, ports: readonly number[], taken: Taken): Promise<Placement> {
  if (!(await bindable(`${NETWORK}.0.1`, 0))) return placeBeside(SHARED_ADDRESS, ports, taken);
  const first = createHash('sha256').update(taskId).digest().readUInt32BE() % HOSTS;
  for (let step = 0; step < HOSTS; step++) {
    const address = hostAddress((first + step) % HOSTS);
    if (taken.addresses.has(address) || (await anyInUse(address, ports))) continue;
    return placeBeside(address, ports, taken);
  }
  throw new RuntimeError(`CannotStartContainerError: every address of ${NETWORK}.0.0/16 is taken.`);
}

/** A place on an address that the task has already. */
export async function placeBeside(
  address: string,
  ports: readonly number[],
  taken: Taken,
): Promise<Placement> {
  const publishedPorts: Record<number, number> = {};
  for (const port of ports) {
    const own = address !== SHARED_ADDRESS && (await bindable(address, port));
    if (!own) publishedPorts[port] = await freePort(address, taken, Object.values(publishedPorts));
  }
  return Object.keys(publishedPorts).length > 0 ? { address, publishedPorts } : { address };
}

function hostAddress(host: number): string {
  return `${NETWORK}.${Math.floor(host / 254)}.${(host % 254) + 1}`;
}

async function anyInUse(address: string, ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if ((await listenOnce(address, port)) === 'EADDRINUSE') return true;
  return false;
}

async function bindable(address: string, port: number): Promise<boolean> {
  return typeof (await listenOnce(address, port)) === 'number';
}

async function freePort(address: string, taken: Taken, own: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = await listenOnce(address, 0);
    if (typeof port === 'number' && !taken.publishedPorts.has(port) && !own.includes(port)) return port;
  }
  throw new RuntimeError(`CannotStartContainerError: no free port on ${address}.`);
}

/** Listens for a moment; resolves with the port, or with the code of what stood against it. */
function listenOnce(address: string, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(bound !== null && typeof bound === 'object' ? bound.port : 'unknown'));
    });
  });
}
