import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Journal, Table } from '../support/journal.ts';

export interface RelayOptions {
  readonly journal: Journal;
  /** The address of this machine that tasks reach and nobody beyond it does; undefined when there is none. */
  hostAddress(): Promise<string | undefined>;
  /** Where the healthy instances of a Cloud Map service are. */
  endpoints(serviceArn: string): readonly Endpoint[];
  log(line: string): void;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/**
 * Stand-ins for the proxies of Service Connect: a port for each Cloud Map service, that leads to its healthy
 * instances in turn, whichever they are when a connection is made.
 */
export interface Relays {
  /** `address:port` as tasks reach it; undefined when they cannot. It stays the same across restarts. */
  addressOf(serviceArn: string): Promise<string | undefined>;
  /** Opens again what tasks that outlived the last Local AWS may use. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const mostConnections = 5000;
const connectTimeoutMs = 5000;

export function createRelays({ journal, hostAddress, endpoints, log }: RelayOptions): Relays {
  const ports: Table<number> = journal.table('discovery.relays');
  const open = new Map<string, Promise<Relay | undefined>>();

  const opened = async (arn: string): Promise<Relay | undefined> => {
    const address = await hostAddress();
    if (address === undefined || !/^\d/.test(address)) return undefined;
    const relay = await openRelay(address, ports.get(arn) ?? 0, () => endpoints(arn));
    ports.put(arn, relay.port);
    return relay;
  };
  const relayOf = (arn: string) => {
    const known = open.get(arn);
    if (known) return known;
    const opening = opened(arn).catch((error: unknown) => {
      log(`Service Connect has no way to ${arn}: ${String(error)}`);
      open.delete(arn);
      return undefined;
    });
    open.set(arn, opening);
    return opening;
  };
  return {
    async addressOf(arn) {
      const relay = await relayOf(arn);
      return relay && `${relay.address}:${relay.port}`;
    },
    async start() {
      if (ports.size > 0) await Promise.all([...ports.entries()].map(([arn]) => relayOf(arn)));
    },
    async stop() {
      const all = await Promise.all(open.values());
      open.clear();
      await Promise.all(all.map((relay) => relay?.close()));
    },
  };
}

export interface Relay extends Endpoint {
  close(): Promise<void>;
}

/** Opens `port` on `address` (0 picks a free one); rejects with the system's error, for example `EADDRINUSE`. */
export function openRelay(
  address: string,
  port: number,
  endpoints: () => readonly Endpoint[],
): Promise<Relay> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(sockets, client);
    const all = endpoints();
    turn += 1;
    lead(client, [...all.slice(turn % all.length), ...all.slice(0, turn % all.length)], sockets);
  });
  server.maxConnections = mostConnections;
  return listening(server, address, port).then((open) => ({
    address,
    port: open,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  }));
}

/** Tries one endpoint after the other until there is a connection; nothing of the client's has been read by then. */
function lead(client: Socket, [next, ...others]: readonly Endpoint[], sockets: Set<Socket>): void {
  if (!next) {
    client.destroy();
    return;
  }
  const target = connect({ host: next.address, port: next.port, allowHalfOpen: true });
  keep(sockets, target);
  let isLed = false;
  target.setTimeout(connectTimeoutMs, () => target.destroy());
  target.once('connect', () => {
    isLed = true;
    target.setTimeout(0);
    client.pipe(target);
    target.pipe(client);
  });
  target.once('close', () => {
    if (isLed) client.destroy();
    else if (!client.destroyed) lead(client, others, sockets);
  });
  client.once('close', () => target.destroy());
}

function keep(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
}

function listening(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
