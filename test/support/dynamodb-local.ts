import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { localClient } from './dynamodb-client.ts';

export interface LocalDynamoDb {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** The npm package that carries Amazon's DynamoDB Local as a jar. */
const carrier = 'amplify-dynamodb-simulator@2.9.30';
const cache = resolve(import.meta.dirname, '../../.cache/dynamodb-local');
const run = promisify(execFile);

/** Where DynamoDB Local lies, fetched once; or why it cannot be had here. */
export async function findDynamoDbLocal(): Promise<{ home: string } | { missing: string }> {
  try {
    await run('java', ['-version']);
  } catch {
    return { missing: 'there is no Java' };
  }
  const home = join(cache, carrier.replace('@', '-'));
  if (await exists(join(home, 'DynamoDBLocal.jar'))) return { home };
  try {
    await fetchInto(home);
    return { home };
  } catch (error) {
    return { missing: `${carrier} could not be fetched: ${String(error).split('\n')[0]}` };
  }
}

/** Amazon's own DynamoDB Local, in memory, on a port of its own. */
export async function startDynamoDbLocal(home: string): Promise<LocalDynamoDb> {
  const port = await freePort();
  const java = spawn(
    'java',
    [
      '-Djava.library.path=DynamoDBLocal_lib',
      '-jar',
      'DynamoDBLocal.jar',
      '-inMemory',
      '-port',
      String(port),
    ],
    { cwd: home, stdio: 'ignore' },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const client = localClient(endpoint);
  await untilAnswers(client, java);
  return {
    client,
    endpoint,
    async stop() {
      client.destroy();
      if (java.exitCode !== null) return;
      const exited = once(java, 'exit');
      java.kill('SIGKILL');
      await exited;
    },
  };
}

async function fetchInto(home: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    const { stdout } = await run('npm', ['pack', carrier, '--silent', '--pack-destination', work], {
      cwd: work,
    });
    await run('tar', ['xzf', join(work, stdout.trim()), '-C', work, 'package/emulator']);
    await rename(join(work, 'package/emulator'), home);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function untilAnswers(client: DynamoDBClient, java: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (java.exitCode !== null)
      throw new Error(`DynamoDB Local ended with ${java.exitCode} before it answered`);
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch {
      await delay(100);
    }
  }
  java.kill('SIGKILL');
  throw new Error('DynamoDB Local did not answer within its time');
}

/** DynamoDB Local cannot be asked for any free port, so one is looked for beforehand. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('there is no free port');
  return address.port;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
