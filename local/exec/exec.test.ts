import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Bench, network, startBench, webDefinition } from '../ecs/testing.ts';
import { createEndpoint } from '../support/server.ts';
import { listening } from '../testing.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { type ExecClient, execClient } from './testing.ts';

interface Answer {
  readonly session: { readonly sessionId: string; readonly streamUrl: string; readonly tokenValue: string };
}

let bench: Bench;
let url = '';
let server: ReturnType<typeof createEndpoint>;

beforeEach(async () => {
  bench = await startBench({ endpoint: () => url });
  server = createEndpoint({
    services: [bench.engine.service],
    routes: [],
    flush: bench.journal.flush,
    log: (line) => {
      throw new Error(line);
    },
  });
  server.on('upgrade', bench.engine.sessions.upgrade);
  url = await listening(server, 0);
});

afterEach(async () => {
  bench.engine.sessions.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await bench.engine.stop();
});

async function running(change = {}): Promise<string> {
  bench.call('CreateCluster');
  bench.call('RegisterTaskDefinition', webDefinition());
  const { tasks } = bench.call<{ tasks: { taskArn: string }[] }>('RunTask', {
    taskDefinition: 'web',
    launchType: 'FARGATE',
    networkConfiguration: network,
    enableExecuteCommand: true,
    ...change,
  });
  await bench.clock.advance(10);
  return tasks[0]!.taskArn;
}

const execute = (task: string) =>
  bench.call<Answer>('ExecuteCommand', { task, command: '/bin/sh', interactive: true }).session;

const until = (client: ExecClient, text: string) =>
  vi.waitFor(() => expect(client.printed()).toContain(text), { timeout: 5_000, interval: 5 });

describe('a session of ExecuteCommand', () => {
  it('shakes hands, runs the command, takes what is typed and says when it is over', async () => {
    const session = execute(await running());
    expect(session.streamUrl).toBe(
      `${url.replace('http', 'ws')}/v1/data-channel/${session.sessionId}?role=publish_subscribe`,
    );
    const client = await execClient(session);
    await until(client, '$ /bin/sh\r\n');
    client.type('hello\n');
    client.again();
    client.resize(120, 50);
    await until(client, '120x50\r\n');
    expect(client.printed()).toBe('$ /bin/sh\r\nhello\n120x50\r\n');
    client.type('exit\n');
    expect(await client.closed).toBe(1000);
    const streamed = client.heard.filter(({ type }) => type === 'output_stream_data');
    expect(streamed.map(({ sequence }) => sequence)).toEqual(streamed.map((_, index) => index));
    expect(client.heard.filter(({ type }) => type === 'acknowledge')).toHaveLength(6);
    expect(client.heard.at(-1)?.type).toBe('channel_closed');
    expect(JSON.parse(String(client.heard.at(-1)?.payload))).toMatchObject({ SessionId: session.sessionId });
  });

  it('ends when the client says so', async () => {
    const client = await execClient(execute(await running()));
    await until(client, '$ /bin/sh');
    client.terminate();
    expect(await client.closed).toBe(1000);
  });

  it('is opened by its token, once, and within two minutes', async () => {
    const task = await running();
    const session = execute(task);
    const thief = await execClient({ ...session, tokenValue: `${session.tokenValue.slice(0, -1)}!` });
    expect(await thief.closed).toBe(1008);
    const owner = await execClient(session);
    await until(owner, '$ /bin/sh');
    expect(await (await execClient(session)).closed).toBe(1008);
    owner.close();
    const late = execute(task);
    await bench.clock.advance(121_000);
    expect(await (await execClient(late)).closed).toBe(1008);
  });

  it('tells the client why it cannot begin', async () => {
    const task = await running();
    const session = execute(task);
    bench.runtime.kill(`${task.split('/').at(-1)}-app`);
    const client = await execClient(session);
    expect(await client.closed).toBe(1000);
    expect(String(client.heard.at(-1)?.payload)).toContain('the container does not run');
  });

  it('is refused to pages of other sites and at other paths', async () => {
    const session = execute(await running());
    await expect(execClient({ ...session, streamUrl: `${url.replace('http', 'ws')}/other` })).rejects.toThrow(
      '404',
    );
    const foreign = new WebSocket(session.streamUrl, { origin: 'https://evil.test' });
    const refusal = new Promise<Error>((resolve) => foreign.once('error', resolve));
    expect((await refusal).message).toContain('403');
  });
});

describe('an upgrade', () => {
  it('whose client is gone before the websocket has it harms nobody', async () => {
    const { streamUrl } = execute(await running());
    const socket = new PassThrough();
    const request = { url: new URL(streamUrl).pathname, headers: { host: '127.0.0.1' } } as IncomingMessage;
    bench.engine.sessions.upgrade(request, socket, Buffer.alloc(0));
    // Without a listener this would be thrown.
    expect(() => socket.emit('error', new Error('read ECONNRESET'))).not.toThrow();
    expect(socket.destroyed).toBe(true);
  });
});

describe('ExecuteCommand', () => {
  it('is refused where it was not enabled, not interactive, or nothing runs', async () => {
    const plain = await running({ enableExecuteCommand: false });
    expect(bench.refusal('ExecuteCommand', { task: plain, command: 'sh', interactive: true })).toMatch(
      /^InvalidParameterException: The execute command failed because execute command was not enabled/,
    );
    expect(bench.refusal('ExecuteCommand', { task: plain, command: 'sh', interactive: false })).toMatch(
      /^InvalidParameterException: Interactive is the only mode/,
    );
    const task = await running();
    expect(
      bench.refusal('ExecuteCommand', { task, container: 'nobody', command: 'sh', interactive: true }),
    ).toMatch(/^InvalidParameterException: /);
    bench.call('StopTask', { task });
    await bench.clock.advance(10);
    expect(bench.refusal('ExecuteCommand', { task, command: 'sh', interactive: true })).toMatch(
      /^TargetNotConnectedException: /,
    );
  });
});

describe('a message', () => {
  it('is read as it was written', () => {
    const message = {
      type: 'output_stream_data',
      sequence: 7,
      flags: 1,
      payloadType: 1,
      payload: Buffer.from('ü'),
    };
    expect(decodeMessage(encodeMessage(message, 1_790_000_000_000))).toMatchObject(message);
  });

  it('is none when it is cut, too short, or says a wrong length', () => {
    const bytes = encodeMessage(
      { type: 'x', sequence: 0, flags: 0, payloadType: 1, payload: Buffer.from('ab') },
      1,
    );
    expect(decodeMessage(bytes.subarray(0, -1))).toBeUndefined();
    expect(decodeMessage(Buffer.alloc(20))).toBeUndefined();
    bytes[0] = 0xff;
    expect(decodeMessage(bytes)).toBeUndefined();
  });
});
