import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseEnvironments } from '../contract/environment.ts';
import type { DeploymentEffect } from '../deployments/model.ts';
import { askWebhook } from './webhook.ts';

const place = { region: 'eu-central-1', account: '000000000000', subnets: ['subnet-1'] };
const environments = parseEnvironments(
  JSON.stringify([
    { name: 'local', cluster: 'local', local: true, ...place },
    { name: 'cloud', cluster: 'cloud', ...place },
  ]),
);
const environment = (name: string) => environments.find((one) => one.name === name)!;
const id = 'deployment#dep_1#7#1';

const ask = (url: string, where = 'local', patienceMs = 2000) => {
  const effect: Extract<DeploymentEffect, { type: 'ask_webhook' }> = {
    type: 'ask_webhook',
    deployment: 'dep_1',
    environment: where,
    name: 'change',
    url,
    attempt: 1,
    body: { deployment: 'dep_1', service: 'shop-web' },
  };
  return askWebhook(effect, { id }, { environment, patienceMs });
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A real server on a port of its own; its URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/gate`;
}

const answering = (status: number, body: string, headers: Record<string, string> = {}) =>
  serve((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(status, headers).end(body));
  });

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

describe('a webhook', () => {
  it('is asked by a POST of JSON that says which question it is', async () => {
    const heard: unknown[] = [];
    const url = await serve(async (request, response) => {
      const { method, url: path, headers } = request;
      const { 'content-type': type, 'idempotency-key': key } = headers;
      heard.push({ method, path, type, key, body: JSON.parse(await textOf(request)) });
      response.end('{"answer":"yes","text":"change 17 is signed"}');
    });
    expect(await ask(url)).toEqual({ says: 'yes', text: 'change 17 is signed' });
    expect(heard).toEqual([
      {
        method: 'POST',
        path: '/gate',
        type: 'application/json',
        key: id,
        body: { deployment: 'dep_1', service: 'shop-web' },
      },
    ]);
  });

  it('of this machine may have a name', async () => {
    const url = await answering(200, '{"answer":"yes"}');
    expect(await ask(url.replace('127.0.0.1', 'localhost'))).toEqual({ says: 'yes', text: 'yes' });
  });

  it.each([
    ['yes', 200, '{"answer":"yes"}', 'yes', 'yes'],
    ['no with a reason', 200, '{"answer":"no","text":"not today"}', 'no', 'not today'],
    ['later', 202, '{"answer":"later"}', 'later', 'later'],
    ['a text that is none', 200, '{"answer":"yes","text":{"a":1}}', 'yes', 'yes'],
    [
      'a text that steers a terminal',
      200,
      '{"answer":"no","text":"a\\u001b[2Jb\\r\\nc\\u202ed"}',
      'no',
      'a [2Jb cd',
    ],
    ['another word', 200, '{"answer":"maybe"}', 'no', /no JSON with "answer"/],
    ['a word of Object’s', 200, '{"answer":"constructor"}', 'no', /no JSON with "answer"/],
    ['a page', 200, '<html>yes</html>', 'no', /no JSON/],
    ['a list', 200, '["yes"]', 'no', /no JSON/],
    ['null', 200, 'null', 'no', /no JSON/],
    ['nothing', 204, '', 'no', /no JSON/],
    ['too much', 200, `{"answer":"yes","text":"${'x'.repeat(9000)}"}`, 'no', /more than 8192 bytes/],
    ['that it is not allowed', 403, '{"answer":"yes"}', 'no', 'it answered 403'],
    ['that it has too much to do', 429, '', 'later', 'it answered 429'],
    ['that it failed', 503, '{"answer":"yes"}', 'later', 'it answered 503'],
  ])('that answers %s', async (_what, status, body, says, text) => {
    const said = await ask(await answering(status, body));
    expect(said.says).toBe(says);
    if (typeof text === 'string') expect(said.text).toBe(text);
    else expect(said.text).toMatch(text);
  });

  it('that sends elsewhere is not followed', async () => {
    let followed = 0;
    const other = await serve((_, response) => {
      followed++;
      response.end('{"answer":"yes"}');
    });
    expect(await ask(await answering(307, '', { location: other }))).toEqual({
      says: 'no',
      text: 'it answered 307, a redirect, and none is followed',
    });
    expect(followed).toBe(0);
  });

  it('that never ends its answer is not read to the end', async () => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const url = await serve((_, response) => {
      response.once('close', closed);
      const more = () => {
        if (response.destroyed) return;
        response.write('x'.repeat(4096));
        setImmediate(more);
      };
      more();
    });
    expect(await ask(url)).toMatchObject({ says: 'no', text: expect.stringContaining('more than') });
    await gone;
  });

  it.each<[string, RequestListener]>([
    ['says nothing', () => {}],
    ['begins and goes no further', (_, response) => void response.write('{"answer":')],
  ])('that %s is given up, and asked again later', async (_what, listener) => {
    expect(await ask(await serve(listener), 'local', 60)).toEqual({
      says: 'later',
      text: 'no answer within 0.06 s',
    });
  });

  it('that hangs up, or is not there, is asked again later', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect(await ask(url)).toMatchObject({
      says: 'later',
      text: expect.stringContaining('cannot be reached'),
    });
    servers.at(-1)?.close();
    expect(await ask(url)).toMatchObject({ says: 'later' });
  });
});

describe('never asked is', () => {
  it.each([
    ['what is not encrypted', 'http://example.com/gate', /https/],
    ['another protocol', 'ftp://example.com/gate', /https/],
    ['a file', 'file:///etc/passwd', /https/],
    ['what is no URL', 'change.example/gate', /no URL/],
    ['a URL with a password', 'https://user:secret@example.com/', /password/],
    ['this machine', 'https://127.0.0.1/', /public internet/],
    ['this machine by name', 'https://localhost/', /public internet/],
    ['this machine in IPv6', 'https://[::1]/', /public internet/],
    ['this machine as a number', 'https://2130706433/', /public internet/],
    ['this machine, mapped', 'https://[::ffff:127.0.0.1]/', /public internet/],
    ['what hands out credentials', 'https://169.254.169.254/latest/meta-data/', /public internet/],
    ['what hands them out to tasks', 'https://169.254.170.2/', /public internet/],
    ['a private address', 'https://10.0.0.1/', /public internet/],
    ['a shared address', 'https://100.64.0.1/', /public internet/],
    ['a private address behind NAT64', 'https://[64:ff9b::a00:1]/', /public internet/],
    ['a private address behind 6to4', 'https://[2002:a00:1::]/', /public internet/],
  ])('%s, from the cloud', async (_what, url, text) => {
    const said = await ask(url, 'cloud');
    expect(said.says).toBe('no');
    expect(said.text).toMatch(text);
    expect(said.text).not.toContain('secret');
  });

  it('a neighbour, also from one machine, where only the machine itself may be asked', async () => {
    for (const url of ['http://10.0.0.1/', 'https://192.168.0.1/', 'http://169.254.169.254/'])
      expect(await ask(url)).toMatchObject({ says: 'no' });
  });

  it('a server of this machine, from the cloud', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.end('{"answer":"yes"}');
    });
    expect(await ask(url, 'cloud')).toMatchObject({ says: 'no' });
    expect(asked).toBe(0);
  });
});
