import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../sqs/message.ts';
import { startTestCloud, type TestCloud, testTopology, until } from '../testing.ts';
import { buildFunctions } from './build.ts';
import { type LambdaHost, startLambdaHost } from './host/host.ts';

const queue = { visibilitySeconds: 30, maxReceives: 3, deadLetter: 'dead' };
const functions = {
  echo: { timeoutSeconds: 5, environment: { TABLE: 'table', INBOX: 'queue:inbox' } },
  hasty: { timeoutSeconds: 0.3 },
  consumer: {
    triggers: [{ type: 'queue' as const, queue: 'inbox', batchSize: 5, maxConcurrency: 2 }],
  },
};
const topology = testTopology({
  queues: { inbox: queue, dead: { visibilitySeconds: 30, maxReceives: undefined, deadLetter: undefined } },
  functions,
});

let cloud: TestCloud;
let host: LambdaHost;
let bundles: string;
let logs: string;

beforeAll(async () => {
  bundles = await mkdtemp(join(tmpdir(), 'bundles-'));
  logs = await mkdtemp(join(tmpdir(), 'logs-'));
  const handler = 'local/lambda/fixtures/echo.ts';
  await buildFunctions({
    outDir: bundles,
    functions: { echo: { handler }, hasty: { handler }, consumer: { handler } },
  });
  cloud = await startTestCloud({ topology, retryDelaysMs: [10, 20] });
  host = await startLambdaHost({ endpoint: cloud.url, port: 0, bundles, logs });
});

afterAll(async () => {
  await host.stop();
  await cloud.close();
});

const invoke = async (name: string, event: unknown, type = 'RequestResponse') => {
  const answer = await fetch(`${cloud.url}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    body: typeof event === 'string' ? event : JSON.stringify(event),
    headers: { 'x-amz-invocation-type': type },
  });
  const text = await answer.text();
  return {
    status: answer.status,
    failed: answer.headers.get('x-amz-function-error') !== null,
    payload: text === '' ? undefined : JSON.parse(text),
  };
};
const counts = (name: string) => cloud.sqs.queues.counts(cloud.sqs.queues.get(name)!);
const send = (body: string) => cloud.sqs.queues.send(cloud.sqs.queues.get('inbox')!, { body });

describe('an invocation', () => {
  it('runs the bundle and answers with what it returns', async () => {
    expect(await invoke('echo', { a: [1] })).toEqual({ status: 200, failed: false, payload: { a: [1] } });
    expect(await invoke('echo', { do: 'nothing' })).toMatchObject({ status: 200, payload: null });
  });

  it('has an environment of its own, with the topology’s symbols filled in', async () => {
    const { payload } = await invoke('echo', { do: 'environment' });
    expect(payload).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: 'echo',
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
      AWS_SESSION_TOKEN: expect.any(String),
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: cloud.url,
      TABLE: 'things',
      INBOX: `${cloud.url}/000000000000/inbox`,
    });
    expect(payload.HOME).toBeUndefined();
  });

  it('has Lambda’s context', async () => {
    const { payload } = await invoke('echo', { do: 'context' });
    expect(payload.functionName).toBe('echo');
    expect(payload.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(payload.remaining).toBeGreaterThan(1000);
    expect(payload.remaining).toBeLessThanOrEqual(5000);
  });

  it.each([
    ['echo', 'throw', 'TypeError', 'thrown on request'],
    ['hasty', 'sleep', 'Sandbox.Timedout', 'Task timed out after 0.30 seconds'],
    ['echo', 'exit', 'Runtime.ExitError', 'exit status 3'],
    ['echo', 'large', 'Function.ResponseSizeTooLarge', 'exceeded'],
  ])('of %s that does %s fails as at AWS, and the next one works', async (name, what, errorType, message) => {
    const result = await invoke(name, { do: what });
    expect(result).toMatchObject({ status: 200, failed: true });
    expect(result.payload.errorType).toBe(errorType);
    expect(result.payload.errorMessage).toContain(message);
    expect(await invoke(name, { ok: 1 })).toMatchObject({ failed: false, payload: { ok: 1 } });
  });

  it('that fails tells where in the sources', async () => {
    const { payload } = await invoke('echo', { do: 'throw' });
    expect(payload.trace).toContainEqual(expect.stringMatching(/^ {4}at .*fixtures\/echo\.ts:\d+:\d+\)?$/));
    expect(payload.trace[0]).toBe('TypeError: thrown on request');
  });

  it('is refused with a modelled error when it makes no sense', async () => {
    expect(await invoke('nowhere', {})).toMatchObject({
      status: 404,
      payload: { __type: 'ResourceNotFoundException' },
    });
    expect(await invoke('echo', '{')).toMatchObject({ status: 400 });
    expect(await invoke('echo', {}, 'Sometimes')).toMatchObject({ status: 400 });
  });

  it('runs beside others of the same function', async () => {
    const slow = invoke('hasty', { do: 'sleep' });
    expect(await invoke('hasty', { quick: true })).toMatchObject({ payload: { quick: true } });
    expect(await slow).toMatchObject({ failed: true });
  });

  it('leaves what it printed in the function’s log, with its request', async () => {
    await invoke('echo', { do: 'throw' });
    const text = await until(async () => {
      const found = await readFile(join(logs, 'echo.log'), 'utf8').catch(() => '');
      return found.includes('TypeError: thrown on request') ? found : undefined;
    });
    expect(text).toMatch(/^\S+Z\t[0-9a-f-]{36}\tINFO\tasked throw$/m);
    expect(text).toMatch(/\tPLATFORM\tREPORT duration \d+ ms, failed$/m);
  });

  it('that is asynchronous is accepted at once and tried three times', async () => {
    const before = cloud.logged.length;
    expect(await invoke('echo', { do: 'throw' }, 'Event')).toMatchObject({ status: 202 });
    await until(() => cloud.lambda.pending() === 0);
    expect(cloud.logged.slice(before).join()).toContain('failed for good');
  });
});

describe('a queue that feeds a function', () => {
  it('loses what succeeded and keeps what failed until its next turn', async () => {
    for (const body of ['a', 'fail', 'b', 'c']) send(body);
    await until(() => counts('inbox').inFlight === 1 && counts('inbox').visible === 0);
    cloud.sqs.queues.purge(cloud.sqs.queues.get('inbox')!);
  });

  it('keeps the whole batch when the function throws', async () => {
    send('throw');
    await until(async () => (await readFile(join(logs, 'consumer.log'), 'utf8')).includes('the whole batch'));
    expect(counts('inbox')).toMatchObject({ inFlight: 1 });
    cloud.sqs.queues.purge(cloud.sqs.queues.get('inbox')!);
  });
});

describe('a host that is killed', () => {
  it('gives back what it held the moment the next one is there', async () => {
    const own = await startTestCloud({
      topology: testTopology({
        queues: { inbox: queue, dead: { ...queue, deadLetter: undefined } },
        functions: {
          sleeper: {
            timeoutSeconds: 60,
            triggers: [{ type: 'queue', queue: 'inbox', batchSize: 1, maxConcurrency: 1 }],
          },
        },
      }),
    });
    const outDir = await mkdtemp(join(tmpdir(), 'bundles-'));
    await buildFunctions({ outDir, functions: { sleeper: { handler: 'local/lambda/fixtures/sleeper.ts' } } });
    const start = () => spawnHost(own.url, outDir);

    const hosts: ChildProcess[] = [start()];
    own.sqs.queues.send(own.sqs.queues.get('inbox')!, { body: '60000' });
    const before = await until(() => held(own));
    hosts[0]!.kill('SIGKILL');
    hosts.push(start());
    const after = await until(() => {
      const found = held(own);
      return found?.holder === before.holder ? undefined : found;
    });
    // The receive that came to nothing does not count against the message.
    expect([before.receives, after.receives]).toEqual([1, 1]);
    hosts[1]!.kill('SIGKILL');
    await until(() => hosts.every((one) => one.signalCode !== null));
    await own.close();
  });
});

function held(cloud: TestCloud) {
  const table = cloud.journal.table<Delivery>('sqs.deliveries');
  return [...table.values()].find((one) => one.holder?.startsWith('LOCALHOST-'));
}

function spawnHost(endpoint: string, bundles: string): ChildProcess {
  const script = join(import.meta.dirname, '../host.ts');
  const args = [
    script,
    '--endpoint',
    endpoint,
    '--port',
    '0',
    '--functions',
    bundles,
    '--logs',
    join(bundles, 'logs'),
  ];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
