import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestCloud, type TestCloud } from '../testing.ts';
import { AwsError, type AwsService } from './service.ts';

const json: AwsService = {
  name: 'echo',
  targetPrefix: 'Echo_V1',
  call(action, input, caller) {
    if (action === 'Bug') throw new Error('secret detail');
    if (action === 'Refuse') throw new AwsError('ConflictException', 'No.', 409, { resourceIds: ['a'] });
    return { action, input, caller };
  },
};
const query: AwsService = {
  name: 'query',
  queryVersion: '2015-12-01',
  call(action, input) {
    if (action === 'Refuse') throw new AwsError('ValidationError', 'a < b & "c"');
    return `<R>${action}:${input['Names.member.1']}</R>`;
  },
};

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud({ services: [json, query] });
});
afterAll(() => cloud.close());

const type = 'application/x-amz-json-1.1';
const call = (target: string | undefined, body: string, headers: Record<string, string> = {}) =>
  fetch(cloud.url, {
    method: 'POST',
    body,
    headers: {
      'content-type': type,
      ...(target === undefined ? {} : { 'x-amz-target': target }),
      ...headers,
    },
  });

it('calls the service that the target names, and tells it who calls', async () => {
  const answer = await call('Echo_V1.Say', '{"a":1}', {
    authorization: 'AWS4-HMAC-SHA256 Credential=AKIA1/20260101/us-east-1/echo/aws4_request, Signature=x',
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe(type);
  expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(await answer.json()).toEqual({ action: 'Say', input: { a: 1 }, caller: { accessKeyId: 'AKIA1' } });
});

it('words errors as AWS does, with the exception’s own members', async () => {
  const answer = await call('Echo_V1.Refuse', '{}');
  expect(answer.status).toBe(409);
  expect(answer.headers.get('x-amzn-errortype')).toBe('ConflictException');
  expect(await answer.json()).toEqual({ __type: 'ConflictException', message: 'No.', resourceIds: ['a'] });
});

it('shows nothing of a bug, and logs it', async () => {
  const answer = await call('Echo_V1.Bug', '{}');
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret');
  expect(cloud.logged.splice(0).join()).toContain('secret detail');
});

it.each<[string, string | undefined, string, Record<string, string>, string]>([
  ['truncated JSON', 'Echo_V1.Say', '{"a":', {}, 'SerializationException'],
  ['an array', 'Echo_V1.Say', '[]', {}, 'SerializationException'],
  ['null', 'Echo_V1.Say', 'null', {}, 'SerializationException'],
  ['a number', 'Echo_V1.Say', '7', {}, 'SerializationException'],
  ['nothing', 'Echo_V1.Say', '', {}, 'SerializationException'],
  ['no target', undefined, '{}', {}, 'UnknownOperationException'],
  ['an unknown target', 'Nowhere.Say', '{}', {}, 'UnknownOperationException'],
  ['a target without a dot', 'Echo_V1', '{}', {}, 'UnknownOperationException'],
  ['a lower-case target', 'echo_v1.say', '{}', {}, 'UnknownOperationException'],
  ['another content type', 'Echo_V1.Say', '{}', { 'content-type': 'text/plain' }, 'SerializationException'],
  ['ten megabytes', 'Echo_V1.Say', `{"a":"${'x'.repeat(10_000_000)}"}`, {}, 'RequestEntityTooLarge'],
  ['a foreign page', 'Echo_V1.Say', '{}', { origin: 'https://evil.example' }, 'AccessDeniedException'],
  ['an opaque page', 'Echo_V1.Say', '{}', { origin: 'null' }, 'AccessDeniedException'],
])('%s is a typed 4xx', async (_name, target, body, headers, code) => {
  const answer = await call(target, body, headers);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect((await answer.json()) as object).toMatchObject({
    __type: code,
    message: expect.stringMatching(/.{10}/),
  });
});

it('takes the last of duplicate keys, for validation too', async () => {
  const answer = await call('Echo_V1.Say', '{"a":1,"a":2}');
  expect(await answer.json()).toMatchObject({ input: { a: 2 } });
});

it('refuses a name that was re-pointed to this machine', async () => {
  const { port } = new URL(cloud.url);
  const text = await raw(Number(port), 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1.1 403 /);
});

it('ends a chunked body that never ends', async () => {
  const { port, host } = new URL(cloud.url);
  const head = `POST / HTTP/1.1\r\nHost: ${host}\r\nX-Amz-Target: Echo_V1.Say\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const text = await new Promise<string>((resolve) => {
    let answer = '';
    const socket = connect(Number(port), '127.0.0.1');
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const more = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on('drain', more);
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(head);
    more();
  });
  expect(text === '' || text.startsWith('HTTP/1.1 413')).toBe(true);
});

it('speaks the query protocol', async () => {
  const form = (body: string) =>
    fetch(cloud.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const answer = await form('Action=Describe&Version=2015-12-01&Names.member.1=a%26b');
  expect(answer.headers.get('content-type')).toBe('text/xml');
  expect(await answer.text()).toBe('<R>Describe:a&b</R>');
  const refused = await form('Action=Refuse&Version=2015-12-01');
  expect(refused.status).toBe(400);
  expect(await refused.text()).toMatch(
    /^<ErrorResponse><Error><Type>Sender<\/Type><Code>ValidationError<\/Code><Message>a &lt; b &amp; &quot;c&quot;<\/Message><\/Error><RequestId>/,
  );
  expect(await (await form('Action=Describe&Version=1')).text()).toContain('<Code>InvalidAction</Code>');
});

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}
