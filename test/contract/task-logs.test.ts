import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudWatchLogs } from '../../core/aws/logs.ts';
import { createLogs, type Logs as LogService } from '../../local/logs/logs.ts';
import { AwsError } from '../../local/support/service.ts';

const group = '/berth/local/shop-web';
const stream = 'berth/main/abc';
const now = Date.now();
const everything = { group, sinceMs: now - 10_000, untilMs: now + 10_000, limit: 100 };

let directory: string;
let service: LogService;
let server: Server;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-task-logs-'));
  await writeFile(join(directory, 'raw'), '');
  service = createLogs({ directory: join(directory, 'logs') });
  server = await serve(service);
  const { port } = server.address() as AddressInfo;
  client = new CloudWatchLogsClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  await client.send(new CreateLogGroupCommand({ logGroupName: group }));
  await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
  const logEvents = ['one', 'two (2) "quoted"', 'three', 'four'].map((message, place) => ({
    timestamp: now - 1000 + place,
    message,
  }));
  await client.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
});

afterAll(async () => {
  client.destroy();
  server.close();
  service.close();
  await rm(directory, { recursive: true, force: true });
});

async function serve(logs: LogService): Promise<Server> {
  const listening = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    try {
      response.end(
        JSON.stringify(await logs.service.call(action, JSON.parse(String(Buffer.concat(chunks))), {})),
      );
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      response.statusCode = error.status;
      response.end(JSON.stringify({ __type: error.code, message: error.message }));
    }
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return listening;
}

describe('the lines of tasks', () => {
  it('come in order, in pages of any size, without loss or repetition', async () => {
    const logs = cloudWatchLogs(client);
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await logs.tail({ ...everything, limit: 3, ...(after !== undefined && { after }) });
      found.push(...page.events.map(({ message }) => message));
      after = page.next;
    } while (after !== undefined);
    expect(found).toEqual(['one', 'two (2) "quoted"', 'three', 'four']);
  });

  it('are found by any text, also one that means something to CloudWatch', async () => {
    const { events } = await cloudWatchLogs(client).tail({ ...everything, filter: '(2) "quoted' });
    expect(events).toMatchObject([{ message: 'two (2) "quoted"', stream, id: expect.stringMatching(/./) }]);
  });

  it('are none where there is no group, and no stream', async () => {
    const logs = cloudWatchLogs(client);
    expect(await logs.tail({ ...everything, group: '/berth/local/none' })).toEqual({ events: [] });
    expect(await logs.tail({ ...everything, streams: ['berth/main/none'] })).toEqual({ events: [] });
  });

  it('refuses a token that is none', async () => {
    const refused = cloudWatchLogs(client).tail({ ...everything, after: 'forged' });
    await expect(refused).rejects.toMatchObject({ kind: 'invalid-request' });
  });

  it('says when CloudWatch does not answer', async () => {
    const nobody = new CloudWatchLogsClient({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    await expect(cloudWatchLogs(nobody).tail(everything)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
