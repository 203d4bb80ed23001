import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Clock } from '../support/clock.ts';
import { refusal } from '../support/guard.ts';
import { converse } from './channel.ts';

/** A session of ExecuteCommand that a client may open. */
export interface OpenedSession {
  readonly sessionId: string;
  readonly tokenValue: string;
  /** Where on the endpoint its websocket is. */
  readonly path: string;
}

/** Sessions of ExecuteCommand, over websockets as Session Manager speaks them. */
export interface ExecSessions {
  /** Prepares a session: a client that brings the token within two minutes runs the command. */
  open(containerId: string, command: string): OpenedSession;
  /** Takes an upgrade of the endpoint's to a websocket; answers what is none of ours with an HTTP error. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every session. */
  close(): void;
}

interface Prepared {
  readonly containerId: string;
  readonly command: string;
  readonly token: string;
  readonly expiresAt: number;
}

const tokenLifeMs = 120_000;
const mostPrepared = 1000;
const mostOpen = 100;
const prefix = '/v1/data-channel/';
const messageCeilingBytes = 1024 * 1024;

export function createExecSessions({ clock, runtime }: { clock: Clock; runtime: Runtime }): ExecSessions {
  const prepared = new Map<string, Prepared>();
  let opened: Promise<WebSocketServer> | undefined;
  let server: WebSocketServer | undefined;
  /** Loaded by whoever needs it: most never execute a command. */
  const websockets = () => {
    opened ??= import('ws').then(({ WebSocketServer }) => {
      server = new WebSocketServer({ noServer: true, maxPayload: messageCeilingBytes });
      return server;
    });
    return opened;
  };
  const accept = async (sessionId: string, request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const accepting = await websockets();
    if (accepting.clients.size >= mostOpen) return refuse(socket, '503 Service Unavailable');
    accepting.handleUpgrade(request, socket, head, (websocket) => {
      converse(websocket, { sessionId, clock, runtime, redeem: (token) => redeem(sessionId, token) });
    });
  };
  const forgetExpired = () => {
    for (const [id, { expiresAt }] of prepared) {
      if (expiresAt > clock.now() && prepared.size <= mostPrepared) break;
      prepared.delete(id);
    }
  };
  /** A token opens its session once. */
  const redeem = (sessionId: string, token: string): Prepared | undefined => {
    forgetExpired();
    const found = prepared.get(sessionId);
    if (!found || !isSame(found.token, token)) return undefined;
    prepared.delete(sessionId);
    return found;
  };
  return {
    open(containerId, command) {
      const sessionId = `ecs-execute-command-${randomBytes(9).toString('hex').slice(0, 17)}`;
      const token = randomBytes(96).toString('base64');
      prepared.set(sessionId, { containerId, command, token, expiresAt: clock.now() + tokenLifeMs });
      forgetExpired();
      return { sessionId, tokenValue: token, path: `${prefix}${sessionId}?role=publish_subscribe` };
    },
    upgrade(request, socket, head) {
      const [path = ''] = (request.url ?? '').split('?');
      if (refusal(request)) return refuse(socket, '403 Forbidden');
      if (!path.startsWith(prefix)) return refuse(socket, '404 Not Found');
      // Until the websocket has it, nobody else hears what goes wrong with the socket.
      socket.on('error', () => socket.destroy());
      accept(path.slice(prefix.length), request, socket, head).catch(() =>
        refuse(socket, '500 Internal Server Error'),
      );
    },
    close() {
      for (const client of server?.clients ?? []) client.terminate();
      prepared.clear();
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
