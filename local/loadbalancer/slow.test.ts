import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, type Listening, listen, type Site, startBench, until } from './testing.ts';

const MiB = 1024 * 1024;
/** What the kernel and streams on the way may hold; a proxy that buffers without bound would hold all of it. */
const heldAtMost = 24 * MiB;
const sent = 48 * MiB;

let bench: Bench;
let site: Site;
let target: Listening | undefined;
const sockets: Socket[] = [];

beforeEach(async () => {
  bench = await startBench();
  site = await bench.site();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await target?.close();
  target = undefined;
  await bench.close();
});

async function serve(handler: Parameters<typeof listen>[0]): Promise<void> {
  target = await listen((request, response) => {
    if (request.url === '/healthz') response.end();
    else handler(request, response);
  });
  const served = target.target;
  bench.host.targets.register(site.targetGroupArn, served);
  await until(() => bench.host.targets.health(site.targetGroupArn, served) === 'healthy');
}

function client(head: string): Socket {
  const socket = connect(site.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(head);
  sockets.push(socket);
  return socket;
}

/** Writes as long as the other side takes it, and tells how much that was once nothing moves any more. */
function pour(into: { write(chunk: Buffer): boolean; once(event: 'drain', act: () => void): unknown }) {
  const chunk = Buffer.alloc(256 * 1024);
  const poured = { bytes: 0, isStuck: false };
  const more = () => {
    poured.isStuck = false;
    while (poured.bytes < sent) {
      poured.bytes += chunk.length;
      if (!into.write(chunk)) {
        poured.isStuck = true;
        into.once('drain', more);
        return;
      }
    }
  };
  more();
  return poured;
}

/** Until it is stuck and has been for a while, which only looking again can tell. */
async function stuck(poured: { bytes: number; isStuck: boolean }): Promise<number> {
  let calm = 0;
  let last = -1;
  await until(() => {
    calm = poured.isStuck && poured.bytes === last ? calm + 1 : 0;
    last = poured.bytes;
    return calm >= 40 || poured.bytes >= sent;
  });
  return poured.bytes;
}

test('a client that does not read holds its target back, and gets everything once it reads', async () => {
  let poured: ReturnType<typeof pour> | undefined;
  await serve((_, response) => {
    response.writeHead(200, { 'content-length': sent });
    poured = pour(response);
  });
  const slow = client(`GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`);
  slow.pause();
  await until(() => poured !== undefined);
  expect(await stuck(poured!)).toBeLessThan(heldAtMost);

  const other = await fetch(`${site.url}/healthz`);
  expect(other.status).toBe(200);
  let received = 0;
  slow.resume();
  slow.on('data', (chunk) => {
    received += chunk.length;
  });
  await until(() => received > sent);
});

test('a target that does not read holds its client back, and gets everything once it reads', async () => {
  let received = 0;
  let read: (() => void) | undefined;
  await serve((request, response) => {
    read = () => {
      request.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      request.on('end', () => response.end('all'));
    };
  });
  const eager = client(`POST / HTTP/1.1\r\nHost: shop\r\nContent-Length: ${sent}\r\n\r\n`);
  const poured = pour(eager);
  await until(() => read !== undefined);
  expect(await stuck(poured)).toBeLessThan(heldAtMost);
  const answered = once(eager, 'data');
  read?.();
  expect(String((await answered)[0])).toContain('all');
  expect(received).toBe(sent);
});
