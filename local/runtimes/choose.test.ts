import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogs, type Logs } from '../logs/logs.ts';
import { chooseRuntime } from './choose.ts';

let dataDirectory: string;
let logs: Logs;

beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'berth-choose-'));
  logs = createLogs({ directory: join(dataDirectory, 'logs') });
});

afterEach(() => rmSync(dataDirectory, { recursive: true, force: true }));

async function choose(forced: string | undefined, socketPath: string): Promise<string> {
  const docker = new Docker({ socketPath });
  const runtime = await chooseRuntime({ forced, dataDirectory, logs: logs.sink, docker });
  await runtime.close();
  return runtime.name;
}

test('takes processes where no engine answers', async () => {
  expect(await choose(undefined, join(dataDirectory, 'no.sock'))).toBe('process');
  expect(await choose('process', join(dataDirectory, 'no.sock'))).toBe('process');
});

test('takes processes where an engine takes connections and says nothing', async () => {
  const socket = join(dataDirectory, 'mute.sock');
  const mute = createServer((connection) => connection.on('error', () => connection.destroy()));
  await new Promise<void>((resolve) => mute.listen(socket, resolve));
  expect(await choose('', socket)).toBe('process');
  mute.close();
});

test('takes Docker where an engine answers', async () => {
  const socket = join(dataDirectory, 'engine.sock');
  const engine = createHttpServer((_, response) => response.end('OK'));
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  expect(await choose(undefined, socket)).toBe('docker');
  expect(await choose('docker', socket)).toBe('docker');
  engine.close();
});

test('says what to do when what is forced cannot be had', async () => {
  await expect(choose('docker', join(dataDirectory, 'no.sock'))).rejects.toThrow(
    /start it.*BERTH_RUNTIME=process/,
  );
  await expect(choose('podman', join(dataDirectory, 'no.sock'))).rejects.toThrow(
    /docker, process or scripted/,
  );
});
