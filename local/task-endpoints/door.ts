import { createServer, type Server, type Socket } from 'node:net';

export interface DoorOptions {
  /** How containers name this machine; undefined when they cannot reach it. */
  hostAddress(): Promise<string | undefined>;
  /** Where the endpoint listens. */
  endpoint(): string;
  log(line: string): void;
}

/** How containers reach the endpoint, which listens on loopback only. */
export interface Door {
  /** Leads to this server; to be called before the door is used. */
  lead(server: NodeJS.EventEmitter): void;
  /** The endpoint's URL as containers have it; the first to ask opens the door. */
  url(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * Containers that share this machine's loopback use the endpoint itself. Those with a network of their own come in by
 * an address of this machine that only they reach, where the same port is listened on.
 */
export function createDoor({ hostAddress, endpoint, log }: DoorOptions): Door {
  const sockets = new Set<Socket>();
  let inside: NodeJS.EventEmitter | undefined;
  let opened: Promise<string | undefined> | undefined;
  let server: Server | undefined;
  const open = async () => {
    const address = await hostAddress();
    if (address === undefined || address === '127.0.0.1') return address && endpoint();
    const url = new URL(endpoint());
    url.hostname = address;
    if (/^\d/.test(address)) {
      server = createServer((socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        inside?.emit('connection', socket);
      });
      await listening(server, address, Number(url.port));
    }
    return url.origin;
  };
  return {
    lead(to) {
      inside = to;
    },
    url() {
      opened ??= open().catch((error: unknown) => {
        log(`containers cannot reach Local AWS: ${String(error)}`);
        return undefined;
      });
      return opened;
    },
    async close() {
      await opened;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => (server?.listening ? server.close(() => resolve()) : resolve()));
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve());
  });
}
