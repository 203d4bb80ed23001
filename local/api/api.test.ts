import { mkdtemp } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFunctions } from '../lambda/build.ts';
import { type LambdaHost, startLambdaHost } from '../lambda/host/host.ts';
import { realClock } from '../support/clock.ts';
import { listening, startTestCloud, type TestCloud, testTopology } from '../testing.ts';
import { httpResponse } from './response.ts';
import { createHttpApi } from './server.ts';

let cloud: TestCloud;
let host: LambdaHost;
let server: Server;
let url: string;

const bundlesDirectory = mkdtemp(join(tmpdir(), 'api-'));
const startHost = async () => {
  const bundles = await bundlesDirectory;
  return startLambdaHost({ endpoint: cloud.url, port: 0, bundles, logs: join(bundles, 'logs') });
};

beforeAll(async () => {
  const handler = 'local/api/fixtures/mirror.ts';
  await buildFunctions({ outDir: await bundlesDirectory, functions: { api: { handler } } });
  cloud = await startTestCloud({
    topology: testTopology({ functions: { api: { triggers: [{ type: 'http' }] } } }),
  });
  host = await startHost();
  const log = (line: string) => void cloud.logged.push(line);
  const { invoker } = cloud.lambda;
  server = createHttpApi({
    invoker,
    clock: realClock,
    account: '000000000000',
    functionOf: () => 'api',
    log,
  });
  url = await listening(server, 0);
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await host.stop();
  await cloud.close();
  expect(cloud.logged).toEqual([]);
});

describe('the HTTP API', () => {
  it('hands the request over in payload format 2.0', async () => {
    const answer = await fetch(`${url}/v1/services/a%20b?x=1&x=2&y=`, {
      method: 'POST',
      body: '{"a":"ü"}',
      headers: {
        'content-type': 'application/json',
        cookie: 'a=1; b=2',
        'X-Mixed': 'Case',
        'user-agent': 'test',
      },
    });
    expect(answer.headers.get('apigw-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.json()).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/v1/services/a b',
      rawQueryString: 'x=1&x=2&y=',
      queryStringParameters: { x: '1,2', y: '' },
      cookies: ['a=1', 'b=2'],
      headers: { 'x-mixed': 'Case' },
      body: '{"a":"ü"}',
      isBase64Encoded: false,
      requestContext: {
        http: {
          method: 'POST',
          path: '/v1/services/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        stage: '$default',
      },
    });
  });

  it('hands over bytes in base64', async () => {
    const body = new Uint8Array([0, 255, 1]);
    const answer = await fetch(url, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(await answer.json()).toMatchObject({ body: 'AP8B', isBase64Encoded: true });
  });

  it.each([
    ['a body of eleven megabytes', 413, { body: 'x'.repeat(11_000_000) }, ''],
    ['an event of more than six megabytes', 413, { body: 'x'.repeat(6_500_000) }, ''],
    ['a function that throws', 500, { body: '' }, '/throw'],
    ['a page of another site', 403, { body: '', headers: { origin: 'https://evil.example' } }, ''],
  ])('answers %s with %i', async (_name, status, init, path) => {
    const answer = await fetch(`${url}${path}`, { method: 'POST', ...init });
    expect(answer.status).toBe(status);
    expect((await answer.json()) as object).toHaveProperty('message');
  });

  it('waits for a host that is being restarted', async () => {
    await host.stop();
    const waiting = fetch(`${url}/later`);
    host = await startHost();
    expect((await waiting).status).toBe(200);
  });
});

describe('a function’s answer', () => {
  it.each([
    ['with a status code', { statusCode: 201, headers: { 'X-A': 1 }, body: 'b' }, 201, 'b'],
    ['with bytes', { statusCode: 200, body: 'AP8B', isBase64Encoded: true }, 200, Buffer.from([0, 255, 1])],
    ['that is an object', { a: 1 }, 200, '{"a":1}'],
    ['that is text', 'hello', 200, 'hello'],
    ['that is nothing', null, 200, 'null'],
    ['without sense', { statusCode: 'x' }, 500, '{"message":"Internal Server Error"}'],
    [
      'that would split the response',
      { statusCode: 200, headers: { a: 'b\r\nc: d' } },
      500,
      '{"message":"Internal Server Error"}',
    ],
  ])('%s', (_name, answer, status, body) => {
    expect(httpResponse(JSON.stringify(answer))).toMatchObject({ status, body });
  });

  it('sets each cookie by itself', () => {
    const { headers } = httpResponse(JSON.stringify({ statusCode: 204, cookies: ['a=1', 'b=2'] }));
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
  });
});
