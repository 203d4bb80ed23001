import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from '../support/journal.ts';
import type { TargetHealth } from './targets.ts';
import { type Bench, type Listening, listen, type Site, startBench, until } from './testing.ts';

let bench: Bench;
let site: Site;
const open = new Set<Listening>();

beforeEach(async () => {
  bench = await startBench();
  site = await bench.site();
});

afterEach(async () => {
  await bench.close();
  for (const target of open) await target.close();
  open.clear();
});

const health = (target: Listening) => bench.host.targets.health(site.targetGroupArn, target.target);
const leave = (target: Listening) => bench.host.targets.deregister(site.targetGroupArn, target.target);

async function enlist(handler: Parameters<typeof listen>[0] = (_request, response) => response.end()) {
  const target = await listen((request, response) => {
    if (request.url === '/healthz') response.end();
    else handler(request, response);
  });
  open.add(target);
  bench.host.targets.register(site.targetGroupArn, target.target);
  await until(() => health(target) === 'healthy');
  return target;
}

/** Requests from several clients at once until `stop`; answers how each status was counted. */
function wave(init?: RequestInit) {
  const counts: Record<string, number> = {};
  let going = true;
  const client = async () => {
    while (going) {
      const result = await fetch(site.url, init).then(
        (answer) => answer.text().then(() => `${answer.status}`),
        (error: Error) => `${error.cause ?? error}`,
      );
      counts[result] = (counts[result] ?? 0) + 1;
    }
  };
  const clients = Array.from({ length: 16 }, client);
  const requests = () => Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    /** Waits for `more` further requests. */
    async flows(more = 60) {
      const before = requests();
      await until(() => requests() >= before + more);
    },
    async stop() {
      going = false;
      await Promise.all(clients);
      return counts;
    },
  };
}

describe('no request fails', () => {
  test.each(['GET', 'POST'])('while targets come and go in order (%s)', async (method) => {
    let current = await enlist();
    const traffic = wave(method === 'POST' ? { method, body: 'x'.repeat(1000) } : {});
    for (let round = 0; round < 6; round++) {
      await traffic.flows();
      const next = await enlist((_request, response) => setTimeout(() => response.end('slow'), round));
      leave(current);
      await until(() => health(current) === 'unused');
      await current.close();
      current = next;
    }
    const counts = await traffic.stop();
    expect(Object.keys(counts)).toEqual(['200']);
  });

  test('when targets are killed in the middle of what may be repeated', async () => {
    await enlist();
    const traffic = wave();
    for (let round = 0; round < 5; round++) {
      const victim = await enlist((_request, response) => setTimeout(() => response.end(), 3));
      await traffic.flows();
      await victim.close();
      await traffic.flows();
      leave(victim);
    }
    expect(Object.keys(await traffic.stop())).toEqual(['200']);
  });

  test.each(['GET', 'POST'])(
    'when targets close kept-alive connections at any moment (%s)',
    async (method) => {
      const fickle = await fickleTarget();
      bench.host.targets.register(site.targetGroupArn, fickle.target);
      await until(() => bench.host.targets.health(site.targetGroupArn, fickle.target) === 'healthy');
      const traffic = wave(method === 'POST' ? { method, body: 'x' } : {});
      await traffic.flows(600);
      expect(Object.keys(await traffic.stop())).toEqual(['200']);
      fickle.close();
    },
  );
});

/** Answers each request, keeps the connection alive, and resets it a moment later. */
async function fickleTarget() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (socket.destroyed || !`${data}`.includes('HTTP/1.1')) return;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      if (Math.random() < 0.3) setImmediate(() => socket.resetAndDestroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { target: { address: '127.0.0.1', port }, close };
}

describe('draining', () => {
  test('lets the request in flight finish, sends no new one, and ends with the last', async () => {
    let finish = () => {};
    const old = await enlist((_request, response) => {
      finish = () => response.end('finished');
    });
    const inFlight = fetch(site.url).then((answer) => answer.text());
    await until(() => bench.host.snapshot().targetGroups[0]?.targets[0]?.inFlight === 1);
    const changes: TargetHealth[] = [];
    bench.host.targets.onChange((_group, target, state) => {
      if (target.port === old.port) changes.push(state);
    });
    leave(old);
    leave(old);
    expect(health(old)).toBe('draining');
    await enlist((_request, response) => response.end('new'));
    for (let count = 0; count < 5; count++) expect(await (await fetch(site.url)).text()).toBe('new');
    finish();
    expect(await inFlight).toBe('finished');
    await until(() => health(old) === 'unused');
    expect(changes).toEqual(['draining', 'unused']);
  });

  test('ends at the deregistration delay', async () => {
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '1' }];
    await bench.elb.modifyTargetGroupAttributes({ TargetGroupArn: site.targetGroupArn, Attributes });
    const stuck = await enlist(() => {});
    const answer = fetch(site.url);
    await until(() => bench.host.snapshot().targetGroups[0]?.targets[0]?.inFlight === 1);
    leave(stuck);
    expect(health(stuck)).toBe('draining');
    expect((await answer).status).toBe(502);
    await until(() => health(stuck) === 'unused');
  });

  test('is over when the target is registered again', async () => {
    let finish = () => {};
    const target = await enlist((_request, response) => {
      finish = () => response.end();
    });
    const inFlight = fetch(site.url);
    await until(() => bench.host.snapshot().targetGroups[0]?.targets[0]?.inFlight === 1);
    leave(target);
    bench.host.targets.register(site.targetGroupArn, target.target);
    await until(() => health(target) === 'healthy');
    finish();
    expect((await inFlight).status).toBe(200);
    expect(health(target)).toBe('healthy');
  });
});

describe('health', () => {
  test('follows what the target answers, and all get requests when none is healthy', async () => {
    let well = true;
    const target = await listen((request, response) => {
      response.statusCode = request.url === '/healthz' && !well ? 500 : 200;
      response.end();
    });
    open.add(target);
    bench.host.targets.register(site.targetGroupArn, target.target);
    await until(() => health(target) === 'healthy');
    well = false;
    await until(() => health(target) === 'unhealthy');
    const { TargetHealthDescriptions } = await bench.elb.describeTargetHealth({
      TargetGroupArn: site.targetGroupArn,
    });
    expect(TargetHealthDescriptions?.[0]?.TargetHealth).toEqual({
      State: 'unhealthy',
      Reason: 'Target.ResponseCodeMismatch',
      Description: 'Health checks failed with these codes: [500]',
    });
    expect((await fetch(site.url)).status).toBe(200);
    well = true;
    await until(() => health(target) === 'healthy');
  });
});

describe('a restart', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loadbalancer-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('serves again at once, and opens a taken port as soon as it is free', async () => {
    const file = join(folder, 'journal');
    const target = await listen((_request, response) => response.end('here'));
    open.add(target);
    const before = await startBench({ journal: openJournal(file) });
    const place = await before.site('again');
    before.host.targets.register(place.targetGroupArn, target.target);
    await until(() => before.host.targets.health(place.targetGroupArn, target.target) === 'healthy');
    await before.close();
    before.journal.close();
    await expect(fetch(place.url)).rejects.toThrow();

    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(place.port, '127.0.0.1', resolve));
    const after = await startBench({ journal: openJournal(file) });
    expect(after.host.listeners()[0]?.problem).toContain(`${place.port}`);
    expect(after.host.targets.health(place.targetGroupArn, target.target)).toBe('healthy');
    await new Promise((resolve) => squatter.close(resolve));
    await until(() => after.host.listeners()[0]?.problem === undefined);
    expect(await (await fetch(place.url)).text()).toBe('here');

    await after.host.reset();
    expect(after.host.snapshot()).toEqual({ listeners: [], targetGroups: [] });
    await expect(fetch(place.url)).rejects.toThrow();
    await after.close();
  });
});
