import { createServer } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, type Listening, listen, type Site, startBench, until } from './testing.ts';

let bench: Bench;
let site: Site;
let threads: Worker[];
let lines: string[];
const open: Listening[] = [];
const noteThread = (thread: Worker) => void threads.push(thread);

beforeEach(async () => {
  threads = [];
  lines = [];
  process.on('worker', noteThread);
  bench = await startBench({ log: (line) => void lines.push(line) });
  site = await bench.site();
});

afterEach(async () => {
  process.off('worker', noteThread);
  await bench.close();
  for (const target of open.splice(0)) await target.close();
});

const health = (target: Listening) => bench.host.targets.health(site.targetGroupArn, target.target);
const join = (target: Listening) => bench.host.targets.register(site.targetGroupArn, target.target);
const leave = (target: Listening) => bench.host.targets.deregister(site.targetGroupArn, target.target);
const inFlight = () => bench.host.snapshot().targetGroups[0]?.targets[0]?.inFlight;

async function enlist(handler: Parameters<typeof listen>[0]): Promise<Listening> {
  const target = await listen((request, response) => {
    if (request.url === '/healthz') response.end();
    else handler(request, response);
  });
  open.push(target);
  join(target);
  await until(() => health(target) === 'healthy');
  return target;
}

/** Ends the thread as an error would that nobody expected. */
async function crash(): Promise<void> {
  await threads.at(-1)?.terminate();
}

describe('a target that leaves', () => {
  test('is unused only when the thread has confirmed that it is out of rotation', async () => {
    const target = await enlist((_request, response) => response.end('here'));
    expect((await fetch(site.url)).status).toBe(200);
    leave(target);
    expect(health(target)).toBe('draining');
    await until(() => health(target) === 'unused');
    expect((await fetch(site.url)).status).toBe(503);
  });

  test('and comes back in the same breath is not taken for the one that left', async () => {
    const target = await enlist((_request, response) => response.end('here'));
    leave(target);
    join(target);
    leave(target);
    join(target);
    await until(() => health(target) === 'healthy');
    expect(await (await fetch(site.url)).text()).toBe('here');
  });
});

describe('when the thread ends of itself', () => {
  test('another takes its place, with the same listeners and targets', async () => {
    const target = await enlist((_request, response) => response.end('here'));
    await crash();
    await until(() => threads.length === 2 && bench.host.listeners()[0]?.problem === undefined);
    expect(await (await fetch(site.url)).text()).toBe('here');
    expect(health(target)).toBe('healthy');
    expect(lines.join()).toContain('started again');
    leave(target);
    await until(() => health(target) === 'unused');
  });

  test('what drained is unused, for its connections are gone too', async () => {
    const target = await enlist(() => {});
    const answer = fetch(site.url).catch(() => 'broken off');
    await until(() => inFlight() === 1);
    leave(target);
    expect(health(target)).toBe('draining');
    await crash();
    expect(await answer).toBe('broken off');
    await until(() => health(target) === 'unused');
  });

  test('a target may leave before the next one is there', async () => {
    const target = await enlist((_request, response) => response.end('here'));
    await crash();
    leave(target);
    expect(health(target)).toBe('unused');
    await until(() => bench.host.listeners()[0]?.problem === undefined);
    expect((await fetch(site.url)).status).toBe(503);
  });
});

test('a listener on a port that is taken is refused, and the port named', async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const address = squatter.address();
  const Port = typeof address === 'object' ? address?.port : undefined;
  const input = {
    LoadBalancerArn: site.loadBalancerArn,
    Protocol: 'HTTP' as const,
    Port,
    DefaultActions: [{ Type: 'forward' as const, TargetGroupArn: site.targetGroupArn }],
  };
  await expect(bench.elb.createListener(input)).rejects.toMatchObject({
    name: expect.stringContaining('InvalidConfigurationRequest'),
    message: expect.stringContaining(`${Port} of 127.0.0.1 is in use`),
  });
  expect(bench.host.listeners()).toHaveLength(1);
  await new Promise((resolve) => squatter.close(resolve));
  await bench.elb.createListener(input);
  expect(bench.host.listeners()).toHaveLength(2);
});
