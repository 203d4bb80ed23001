import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { parseManifest } from '../../core/contract/manifest.ts';
import { embeddedIn } from '../../local/metrics/embedded.ts';

const SHOP = fileURLToPath(new URL('.', import.meta.url));

let program: ChildProcess;
let output: string;
let url: string;

afterEach(() => program.kill('SIGKILL'));

async function start(file: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  output = '';
  const own = { HOST: '127.0.0.1', PORT: String(port), BERTH_TASK_ID: 'task-7' };
  const env = { PATH: process.env.PATH, ...own, ...more };
  program = spawn(process.execPath, [file], { cwd: SHOP, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [program.stdout!, program.stderr!])
    stream.on('data', (chunk) => {
      output += chunk;
    });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === 'object' ? address.port : 0));
    });
  });
}

const printed = (text: string) => vi.waitFor(() => expect(output).toContain(text), { timeout: 10_000 });
const exitCode = () => new Promise<number | null>((resolve) => program.once('exit', resolve));
const order = (body: string) => fetch(`${url}/api/orders`, { method: 'POST', body });

describe('the shop', () => {
  test('serves its page, its products and orders', async () => {
    await start('server.mjs');
    await printed('listens on');
    expect(await (await fetch(url)).text()).toMatch(/v1.*without tax.*34\.50.*task-7/s);
    expect(await (await fetch(`${url}/api/products`)).json()).toMatchObject({
      version: 'v1',
      task: 'task-7',
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const placed = await order('{"product":"rope","quantity":2}');
    expect([placed.status, await placed.json()]).toEqual([201, expect.objectContaining({ total: 69 })]);
    for (const wrong of [
      '',
      'null',
      '{"product":"__proto__"}',
      '{"product":"rope","quantity":-1}',
      'x'.repeat(70_000),
    ])
      expect((await order(wrong)).status).toBe(400);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect(output).toMatch(/order: 2 x rope\nPOST \/api\/orders 201/);
  });

  test('is better in v2', async () => {
    await start('releases/v2.mjs');
    await printed('listens on');
    expect(await (await fetch(url)).text()).toMatch(/v2.*19 % tax.*41\.06/s);
  });

  test('finishes what is in flight when it is stopped', async () => {
    await start('server.mjs');
    await printed('listens on');
    let send: (text: string) => void = () => {};
    const body = new ReadableStream<string>({
      start: (controller) => {
        controller.enqueue('{"product":');
        send = (text) => {
          controller.enqueue(text);
          controller.close();
        };
      },
    }).pipeThrough(new TextEncoderStream());
    const request = new Request(`${url}/api/orders`, { method: 'POST', body, duplex: 'half' });
    const answer = fetch(request);
    await fetch(`${url}/healthz`);
    const ended = exitCode();
    program.kill('SIGTERM');
    await printed('SIGTERM');
    await expect(fetch(url)).rejects.toThrow();
    send('"lamp"}');
    expect([(await answer).status, (await answer).headers.get('connection')]).toEqual([201, 'close']);
    expect(await ended).toBe(0);
  });

  test('crashes, fails or never gets healthy where it should', async () => {
    await start('releases/crash.mjs');
    expect(await exitCode()).toBe(1);
    await printed('TypeError: Invalid URL');
    expect(output).toContain('at connectToPayments');

    await start('releases/failing.mjs');
    await printed('listens on');
    for (const path of ['/', '/healthz', '/api/products']) expect((await fetch(url + path)).status).toBe(500);
    program.kill('SIGKILL');

    await start('releases/never-healthy.mjs');
    await printed('listens on');
    expect((await fetch(url)).status).toBe(200);
    await expect(fetch(`${url}/healthz`, { signal: AbortSignal.timeout(200) })).rejects.toThrow();
  });

  test('has a worker that packs orders until it is stopped', async () => {
    await start('worker.mjs');
    await printed('order 1');
    const ended = exitCode();
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(output).toMatch(/worker ends/);
  });

  test('has jobs that work and one that does not', async () => {
    await start('jobs/migrate.mjs');
    expect(await exitCode()).toBe(0);
    await start('jobs/migrate-broken.mjs');
    expect(await exitCode()).toBe(1);
    expect(output).toContain('view "invoices" depends on it');
    await start('jobs/smoke.mjs');
    expect(await exitCode()).toBe(0);
    expect(output).toContain('a lamp was sold');
  });

  test('has manifests whose programs are there', () => {
    const manifests = readdirSync(SHOP).filter((name) => name.endsWith('.yaml'));
    expect(manifests).toHaveLength(12);
    for (const name of manifests) {
      const raw = parse(readFileSync(`${SHOP}/${name}`, 'utf8'));
      expect([name, parseManifest(raw)]).toEqual([name, expect.objectContaining({ ok: true })]);
      const { app, services, jobs = {} } = raw;
      expect([app, Object.keys(services)]).toEqual(['shop', ['web', 'worker']]);
      const commands = [
        ...Object.values<{ run: string }>(services).map(({ run }) => run),
        ...Object.values<{ command: string }>(jobs).map(({ command }) => command),
      ];
      for (const command of commands)
        expect(readFileSync(`${SHOP}/${command.split(' ')[1]}`, 'utf8')).not.toBe('');
    }
  });
});

describe('the metrics of the shop', () => {
  let metadata: Server;
  let uri: string;
  beforeEach(async () => {
    metadata = createHttpServer((_, response) =>
      response.end(
        JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-west-1:1:task/c/t9', ServiceName: 'shop-web--canary' }),
      ),
    );
    uri = await new Promise((resolve) => {
      metadata.listen(0, '127.0.0.1', () => {
        const address = metadata.address();
        resolve(`http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}/v4/x`);
      });
    });
  });
  afterEach(() => metadata.close());

  const startMeasured = (file: string, more: Readonly<Record<string, string>> = {}) =>
    start(file, { SHOP_METRICS: 'emf', ECS_CONTAINER_METADATA_URI_V4: uri, ...more });
  const lines = () =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => ({ line, ...JSON.parse(line) }));
  const sum = (name: string) => lines().reduce((total, line) => total + line[name], 0);
  const counted = (requests: number) =>
    vi.waitFor(() => expect(sum('Requests')).toBe(requests), { timeout: 10_000 });

  test('are printed in embedded metric format, as CloudWatch takes it', async () => {
    await startMeasured('server.mjs', { SHOP_LATENCY_MS: '20' });
    await printed('listens on');
    await fetch(url);
    await fetch(`${url}/healthz`);
    await counted(1);
    const { line, ...told } = lines().find(({ Requests }) => Requests > 0);
    expect(told).toMatchObject({ Service: 'shop-web', Task: 't9', Requests: 1, Errors: 0 });
    expect(told.Latency).toEqual([expect.any(Number)]);
    expect(told.Latency[0]).toBeGreaterThan(15);
    const { samples, fault } = embeddedIn(line, Date.now()) ?? { samples: [] };
    expect([samples.map(({ metric, resolution }) => [metric.name, resolution]), fault]).toEqual([
      [
        ['Requests', 1],
        ['Errors', 1],
        ['Latency', 1],
      ],
      undefined,
    ]);
    expect(samples[0]?.metric).toMatchObject({
      namespace: 'Berth',
      dimensions: [{ Value: 'shop-web' }, { Value: 't9' }],
    });
  });

  test('count what a client tries again as one error', async () => {
    await startMeasured('releases/failing.mjs');
    await printed('listens on');
    for (const client of ['ann', 'ann', 'bob', undefined, undefined])
      await fetch(url, { headers: client ? { 'x-client': client } : {} });
    await counted(5);
    expect(sum('Errors')).toBe(4);
  });

  test('are told by workers too, of which one fails an order in five', async () => {
    await startMeasured('releases/worker-failing.mjs', { SHOP_PACE_MS: '20' });
    await vi.waitFor(() => expect(sum('Requests')).toBeGreaterThan(20), { timeout: 10_000 });
    const ended = exitCode();
    program.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(sum('Errors')).toBe(Math.floor(sum('Requests') / 5));
  });

  test('are not told where nobody says who the task is', async () => {
    await start('server.mjs', { SHOP_METRICS: 'emf' });
    await printed('no metrics');
    await printed('listens on');
    expect((await fetch(url)).status).toBe(200);
    expect(lines()).toEqual([]);
  });
});
