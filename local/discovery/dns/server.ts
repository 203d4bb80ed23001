import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { answerTo } from './answer.ts';
import type { Zones } from './zones.ts';

/** A DNS server on loopback, over UDP and TCP on the same port. */
export interface DnsServer {
  readonly port: number;
  close(): Promise<void>;
}

const host = '127.0.0.1';
const mostConnections = 100;
const idleMs = 10_000;
const mostUnreadBytes = 1024 * 1024;
const mostPortsTried = 20;

/** Listens on `port`, 0 for any; rejects with the system's error when it is taken. */
export async function startDnsServer(port: number, zones: Zones): Promise<DnsServer> {
  for (let attempt = 1; ; attempt += 1) {
    const tcp = tcpServer(zones);
    const open = await listening(tcp, port);
    try {
      const udp = await udpSocket(zones, open);
      return {
        port: open,
        async close() {
          await Promise.all([new Promise<void>((resolve) => udp.close(() => resolve())), tcp.close()]);
        },
      };
    } catch (error) {
      await tcp.close();
      // A port that the system picked for TCP may be taken for UDP: another one is picked.
      if (port !== 0 || attempt >= mostPortsTried) throw error;
    }
  }
}

function listening(server: ClosableServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    server.server.listen(port, host, () => {
      server.server.off('error', reject);
      const address = server.server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function udpSocket(zones: Zones, port: number) {
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    const answer = answerTo(zones, message, 'udp');
    // Whoever is gone does not miss it.
    if (answer) socket.send(answer, from.port, from.address, () => {});
  });
  return new Promise<typeof socket>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

interface ClosableServer {
  readonly server: Server;
  close(): Promise<void>;
}

function tcpServer(zones: Zones): ClosableServer {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(idleMs, () => socket.destroy());
    converse(zones, socket);
  });
  server.maxConnections = mostConnections;
  return {
    server,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** Messages come one after the other, each behind its length in two bytes; so do the answers. */
function converse(zones: Zones, socket: Socket): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const length = waiting.readUInt16BE(0);
      const answer = answerTo(zones, waiting.subarray(2, 2 + length), 'tcp');
      waiting = waiting.subarray(2 + length);
      if (!answer) return socket.destroy();
      const head = Buffer.alloc(2);
      head.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([head, answer]));
      // Whoever asks without end and reads nothing is left alone.
      if (socket.writableLength > mostUnreadBytes) return socket.destroy();
    }
  });
}
