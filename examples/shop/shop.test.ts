import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';

const SHOP = fileURLToPath(new URL('.', import.meta.url));

let program: ChildProcess;
let output: string;
let url: string;

afterEach(() => program.kill('SIGKILL'));

async function start(file: string): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  output = '';
  const env = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(port), BERTH_TASK_ID: 'task-7' };
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

  test('has manifests whose programs are there', () => {
    const manifests = readdirSync(SHOP).filter((name) => name.endsWith('.yaml'));
    expect(manifests).toHaveLength(5);
    for (const name of manifests) {
      const { app, services } = parse(readFileSync(`${SHOP}/${name}`, 'utf8'));
      expect([app, Object.keys(services)]).toEqual(['shop', ['web', 'worker']]);
      for (const { run } of Object.values<{ run: string }>(services))
        expect(readFileSync(`${SHOP}/${run.split(' ')[1]}`, 'utf8')).not.toBe('');
    }
  });
});
