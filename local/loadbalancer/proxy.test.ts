import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, freePort, type Listening, listen, type Site, startBench, until } from './testing.ts';

let bench: Bench;
let site: Site;
const open: Listening[] = [];

beforeEach(async () => {
  bench = await startBench({ idleTimeoutSeconds: 1 });
  site = await bench.site();
});

afterEach(async () => {
  await bench.close();
  for (const target of open.splice(0)) await target.close();
});

/** A healthy target behind the site; `handler` gets what is not a health check. */
async function target(handler: Parameters<typeof listen>[0]): Promise<Listening> {
  const listening = await listen((request, response) => {
    if (request.url === '/healthz') response.end();
    else handler(request, response);
  });
  open.push(listening);
  bench.host.targets.register(site.targetGroupArn, listening.target);
  await until(() => bench.host.targets.health(site.targetGroupArn, listening.target) === 'healthy');
  return listening;
}

/** Writes raw bytes to the listener. */
function raw(bytes: string): Socket {
  const socket = connect(site.port, '127.0.0.1');
  socket.write(bytes);
  return socket;
}

describe('headers', () => {
  test('pass through, but for those of one connection; who asked is added', async () => {
    let seen: NodeJS.Dict<string | string[]> = {};
    await target((request, response) => {
      seen = request.headers;
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      response.setHeader('Connection', 'X-Private');
      response.setHeader('X-Private', 'secret');
      response.statusCode = 201;
      response.end('made');
    });
    const answer = await text(
      raw(
        'GET http://other/path?q=1 HTTP/1.1\r\nHost: shop.test\r\nConnection: close, X-Hop, Host\r\nX-Hop: 1\r\n' +
          'TE: trailers\r\nKeep-Alive: 3\r\nX-Forwarded-For: 10.0.0.1\r\nX-Kept: yes\r\n\r\n',
      ),
    );
    expect(answer).toMatch(/^HTTP\/1.1 201 Created\r\n/);
    expect(answer).toContain('Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n');
    expect(answer).not.toContain('X-Private');
    expect(answer).toMatch(/made/);
    expect(seen).toMatchObject({
      host: 'shop.test',
      'x-kept': 'yes',
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': `${site.port}`,
    });
    expect(seen['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    for (const gone of ['x-hop', 'te', 'keep-alive']) expect(seen).not.toHaveProperty(gone);
  });

  test('go ahead of a body that is late', async () => {
    let finish = () => {};
    await target((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      finish = () => response.end('data: x\n\n');
    });
    const answer = await fetch(site.url);
    finish();
    expect(await answer.text()).toBe('data: x\n\n');
  });
});

describe('bodies', () => {
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  test.each(['POST', 'PUT', 'DELETE'])('of any size stream both ways (%s)', async (method) => {
    await target((request, response) => void request.pipe(response));
    for (const size of [0, 10, 200_000, 3_000_000]) {
      const body = randomBytes(size);
      const answer = await fetch(site.url, { method, body });
      expect(digest(await answer.bytes())).toBe(digest(body));
    }
  });

  test('in chunks arrive whole, whatever the method', async () => {
    await target(async (request, response) => response.end((await buffer(request)).toString()));
    for (const method of ['POST', 'DELETE', 'GET']) {
      const answer = await text(
        raw(
          `${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
        ),
      );
      expect(answer).toContain('abcde');
    }
  });

  test('that a target does not care for do not keep its answer back', async () => {
    await target((_request, response) => {
      response.writeHead(413).end('too large');
    });
    const answer = await fetch(site.url, { method: 'POST', body: randomBytes(100_000) });
    expect([answer.status, await answer.text()]).toEqual([413, 'too large']);
  });

  test('are absent from answers to HEAD', async () => {
    await target((_request, response) => response.setHeader('Content-Length', 5).end());
    const answer = await fetch(site.url, { method: 'HEAD' });
    expect(answer.headers.get('content-length')).toBe('5');
  });
});

describe('the load balancer answers itself', () => {
  const status = async (init?: RequestInit) => (await fetch(site.url, init)).status;

  test('503 without targets', async () => {
    expect(await status()).toBe(503);
  });

  test('503 while the only target is not yet known to be healthy', async () => {
    bench.host.targets.register(site.targetGroupArn, { address: '127.0.0.1', port: await freePort() });
    expect(await status()).toBe(503);
  });

  test('502 when a target breaks off and the request may not be repeated', async () => {
    let asked = 0;
    for (let count = 0; count < 2; count++) {
      await target((request) => {
        asked++;
        request.socket.destroy();
      });
    }
    expect(await status({ method: 'POST', body: 'buy' })).toBe(502);
    expect(asked).toBe(1);
  });

  test('504 when a target says nothing for the idle time-out', async () => {
    await target(() => {});
    expect(await status()).toBe(504);
    await until(() => bench.host.snapshot().targetGroups[0]?.lastMinute.loadBalancer5xx === 1);
  });

  test('400 to what is not HTTP', async () => {
    expect(await text(raw('nonsense\r\n\r\n'))).toMatch(/^HTTP\/1.1 400 /);
  });
});

test('an answer that breaks off does so for the client too', async () => {
  await target((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setImmediate(() => response.destroy());
  });
  const answer = await fetch(site.url);
  await expect(answer.text()).rejects.toThrow();
});

test('a client that goes away frees the target', async () => {
  let closed = false;
  await target((_request, response) => {
    response.on('close', () => {
      closed = true;
    });
  });
  const client = raw('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const inFlight = () => bench.host.snapshot().targetGroups[0]?.targets[0]?.inFlight;
  await until(() => inFlight() === 1);
  client.destroy();
  await until(() => closed && inFlight() === 0);
});

describe('WebSockets', () => {
  const handshake = 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';

  test('pass through, and a draining target keeps them for the delay', async () => {
    const echo = await target(() => {});
    echo.server.on('upgrade', (request, socket) => {
      const { upgrade, connection } = request.headers;
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${upgrade}\r\nConnection: ${connection}\r\n\r\n`,
      );
      socket.pipe(socket);
    });
    const client = raw(`${handshake}\r\nearly`);
    let received = '';
    client.on('data', (chunk) => {
      received += chunk;
    });
    await until(() => received.endsWith('\r\n\r\nearly'));
    expect(received).toMatch(
      /^HTTP\/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n/,
    );
    bench.host.targets.deregister(site.targetGroupArn, echo.target);
    client.write(' still here');
    await until(() => received.endsWith(' still here'));
    expect(bench.host.targets.health(site.targetGroupArn, echo.target)).toBe('draining');
    client.end();
    await until(() => bench.host.targets.health(site.targetGroupArn, echo.target) === 'unused');
  });

  test('that the target refuses are answered as it says', async () => {
    await target((_request, response) => response.writeHead(403).end('no'));
    const answer = await text(raw(`${handshake}\r\n`));
    expect(answer).toMatch(/^HTTP\/1.1 403 Forbidden/);
    expect(answer).toMatch(/no/);
  });

  test('without a target are answered 503', async () => {
    expect(await text(raw(`${handshake}\r\n`))).toMatch(/^HTTP\/1.1 503 /);
  });

  test('other upgrades are plain requests', async () => {
    await target((_request, response) => response.end('plain'));
    const answer = await text(
      raw('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n'),
    );
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
  });
});
