import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildFunctions } from './build.ts';
import type { calls as sdkCalls } from './fixtures/sdk.ts';
import { endpointsOf } from './lean/endpoints.ts';

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

let directory: string;
let server: Server;
let calls: typeof sdkCalls;
let answers: Answer[] = [];
let requests: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lean-sdk-'));
  const functions = { sdk: { handler: 'local/lambda/fixtures/sdk.ts' } };
  const [bundle] = await buildFunctions({ outDir: directory, functions });
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    const { status = 200, headers = {}, body } = answers.shift() ?? { status: 500, body: '' };
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKID');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  ({ calls } = (await import(pathToFileURL(bundle!.file).href)) as { calls: typeof sdkCalls });
});

afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(() => {
  answers = [];
  requests = [];
});

const xml = (member: string) =>
  '<DescribeTargetGroupsResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">' +
  `<DescribeTargetGroupsResult><TargetGroups>${member}</TargetGroups></DescribeTargetGroupsResult>` +
  '<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeTargetGroupsResponse>';

describe('what is left of the SDK', () => {
  it('signs, and reads dates and numbers as ECS answers them', async () => {
    answers = [{ body: JSON.stringify({ services: [{ serviceName: 'web', createdAt: 1700000000.25 }] }) }];
    const { services } = await calls.ecs();
    expect(services).toEqual([{ serviceName: 'web', createdAt: new Date(1_700_000_000_250) }]);
    const [{ headers, body } = { headers: {}, body: '' }] = requests;
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID\/\d+\/eu-central-1\/ecs\//);
    expect(JSON.parse(body)).toEqual({ cluster: 'c', services: ['web'] });
  });

  it('speaks with DynamoDB, SQS, CloudWatch Logs and the load balancer’s XML', async () => {
    answers = [
      { body: JSON.stringify({ Item: { pk: { S: 'a' }, rev: { N: '7' } } }) },
      {
        body: JSON.stringify({
          MessageId: 'm',
          MD5OfMessageBody: createHash('md5').update('look').digest('hex'),
        }),
      },
      { body: JSON.stringify({ events: [{ message: 'hello', timestamp: 1700000000000 }] }) },
      { body: xml('<member><Port>80</Port><HealthCheckEnabled>true</HealthCheckEnabled></member>') },
      { body: xml('') },
    ];
    expect((await calls.dynamodb()).Item).toEqual({ pk: { S: 'a' }, rev: { N: '7' } });
    expect(await calls.sqs()).toMatchObject({ MessageId: 'm' });
    expect((await calls.logs()).events).toEqual([{ message: 'hello', timestamp: 1_700_000_000_000 }]);
    const groups = async () => (await calls.elasticloadbalancing()).TargetGroups;
    expect(await groups()).toEqual([{ Port: 80, HealthCheckEnabled: true }]);
    expect(await groups()).toEqual([]);
  });

  it('gives an error its name and message, by both protocols', async () => {
    const refusal = JSON.stringify({ __type: 'x#ClusterNotFoundException', message: 'Cluster not found.' });
    const error =
      '<ErrorResponse><Error><Type>Sender</Type><Code>TargetGroupNotFound</Code><Message>None.</Message></Error></ErrorResponse>';
    answers = [
      { status: 400, body: refusal },
      { status: 400, body: error },
    ];
    await expect(calls.ecs()).rejects.toMatchObject({
      name: 'ClusterNotFoundException',
      message: 'Cluster not found.',
    });
    await expect(calls.elasticloadbalancing()).rejects.toMatchObject({
      name: expect.stringContaining('TargetGroupNotFound'),
    });
  });

  it('tries again what failed in passing, also where it is told when', async () => {
    answers = [
      { status: 500, body: '' },
      { status: 503, headers: { 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }, body: '' },
      { body: JSON.stringify({ services: [] }) },
    ];
    expect(await calls.ecs()).toMatchObject({ services: [] });
    expect(requests).toHaveLength(3);
  });
});

describe('where a service is', () => {
  it.each([
    ['eu-central-1', 'https://ecs.eu-central-1.amazonaws.com/'],
    ['us-gov-west-1', 'https://ecs.us-gov-west-1.amazonaws.com/'],
    ['cn-north-1', 'https://ecs.cn-north-1.amazonaws.com.cn/'],
    ['eusc-de-east-1', 'https://ecs.eusc-de-east-1.amazonaws.eu/'],
  ])('in %s is %s', (Region, url) => {
    expect(endpointsOf('ecs')({ Region }).url.href).toBe(url);
  });

  it('is where the environment says, and nowhere without a region', () => {
    const Endpoint = 'http://127.0.0.1:4566';
    expect(endpointsOf('ecs')({ Region: 'eu-central-1', Endpoint }).url.href).toBe(`${Endpoint}/`);
    expect(() => endpointsOf('ecs')({})).toThrow('AWS_REGION');
  });
});
