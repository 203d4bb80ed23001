import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeServicesCommand,
  ECSClient,
  ListClustersCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../local-aws.ts';
import { defaultOptions } from '../options.ts';
import { clientOptions, credentialsOf, testTopology } from '../testing.ts';
import type { Credentials } from './credentials.ts';
import type { IamReport } from './iam.ts';

let directory: string;
let local: LocalAws;
let credentials: Credentials;

const topology = testTopology({
  queues: { inbox: { visibilitySeconds: 30, maxReceives: undefined, deadLetter: undefined } },
  functions: {
    worker: {
      // Who asks where it may deploy to finds such a place: the cluster that its permission speaks of.
      environment: { ENVIRONMENTS: 'environments' },
      permissions: [
        {
          actions: ['ecs:ListTasks'],
          resources: ['*'],
          because: 'a test',
          conditions: [{ test: 'ArnEquals', variable: 'ecs:cluster', resources: ['cluster'] }],
        },
        { actions: ['dynamodb:Query'], resources: ['table/index/list'] },
      ],
    },
  },
});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'iam-'));
  local = await startLocalAws({
    ...{ ...defaultOptions, dataDirectory: directory, port: 0, apiPort: 0, runtime: 'process', topology },
    log: () => {},
  });
  credentials = await credentialsOf(local.endpoint, 'worker');
});
afterAll(async () => {
  await local.stop();
  await rm(directory, { recursive: true });
});

const as = (who: Partial<Credentials> = credentials) => ({
  ...clientOptions(local.endpoint),
  credentials: { ...credentials, ...who },
});

const ecs = (who?: Partial<Credentials>) => new ECSClient(as(who));
const account = '000000000000';
const message = (action: string, resource: string) =>
  `User: arn:aws:sts::${account}:assumed-role/worker-role/worker is not authorized to perform: ${action} on ` +
  `resource: ${resource} because no identity-based policy allows the ${action} action`;
const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${account}:${resource}`;
const query = (index?: string) =>
  new QueryCommand({
    TableName: 'things',
    ...(index && { IndexName: index }),
    KeyConditionExpression: `${index ? 'listPk' : 'pk'} = :pk`,
    ExpressionAttributeValues: { ':pk': { S: 'x' } },
  });

describe('what the topology does not allow', () => {
  it.each([
    [
      'ECS',
      () => ecs().send(new DescribeServicesCommand({ cluster: 'local', services: ['web'] })),
      { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } },
      message('ecs:DescribeServices', arn('ecs', 'service/local/web')),
    ],
    [
      'DynamoDB',
      () => new DynamoDBClient(as()).send(query()),
      { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } },
      message('dynamodb:Query', arn('dynamodb', 'table/things')),
    ],
    [
      'SQS, which writes its actions small',
      () =>
        new SQSClient(as()).send(
          new SendMessageBatchCommand({
            QueueUrl: `${local.endpoint}/${account}/inbox`,
            Entries: [{ Id: '1', MessageBody: 'x' }],
          }),
        ),
      { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } },
      message('sqs:sendmessage', arn('sqs', 'inbox')),
    ],
    [
      'CloudWatch Logs',
      () => new CloudWatchLogsClient(as()).send(new FilterLogEventsCommand({ logGroupName: '/berth/x' })),
      { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } },
      message('logs:FilterLogEvents', arn('logs', 'log-group:/berth/x:log-stream:')),
    ],
    [
      'ELBv2',
      () => new ElasticLoadBalancingV2Client(as()).send(new DescribeListenersCommand({})),
      { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } },
      message('elasticloadbalancing:DescribeListeners', '*'),
    ],
    [
      'EventBridge',
      () =>
        new EventBridgeClient(as()).send(
          new PutEventsCommand({ Entries: [{ Source: 'x', DetailType: 'y', Detail: '{}' }] }),
        ),
      { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } },
      message('events:PutEvents', arn('events', 'event-bus/default')),
    ],
  ])('is refused as by %s', async (_service, call, error, text) => {
    await expect(call()).rejects.toMatchObject({ ...error, message: text });
  });

  it('is refused by Lambda as well', async () => {
    const answer = await fetch(`${local.endpoint}/2015-03-31/functions/worker/invocations`, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/us-east-1/lambda/aws4_request`,
        'x-amz-security-token': credentials.sessionToken,
      },
    });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      message: message('lambda:InvokeFunction', arn('lambda', 'function:worker')),
    });
  });

  it('is told apart by its condition and its index, and counted', async () => {
    await ecs().send(new ListTasksCommand({ cluster: 'local' }));
    await expect(ecs().send(new ListTasksCommand({ cluster: 'other' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: message('ecs:ListTasks', '*'),
    });
    await new DynamoDBClient(as()).send(query('list'));
    const report = (await (await fetch(`${local.endpoint}/_local/iam`)).json()) as IamReport;
    const [worker] = report.functions;
    expect(worker).toMatchObject({
      name: 'worker',
      grants: [
        { action: 'ecs:ListTasks', resource: '*', uses: 1, last: { resource: '*' } },
        { action: 'dynamodb:Query', resource: 'table/index/list', uses: 1 },
      ],
    });
    expect(worker?.refusals).toContainEqual({
      action: 'ecs:ListTasks',
      resource: '*',
      message: message('ecs:ListTasks', '*'),
      times: 1,
    });
  });
});

describe('a signer', () => {
  it('with another function’s token, or a key that was never given out, is nobody', async () => {
    const strangers = [{ sessionToken: 'another' }, { accessKeyId: 'ASIALOCALAAAAAAAAAAA' }];
    for (const who of strangers) {
      await expect(ecs(who).send(new ListTasksCommand({ cluster: 'local' }))).rejects.toMatchObject({
        name: 'UnrecognizedClientException',
        message: 'The security token included in the request is invalid.',
      });
    }
  });

  it('that is a person may do everything', async () => {
    const person = new ECSClient(clientOptions(local.endpoint));
    await person.send(new ListClustersCommand({}));
  });

  it('has credentials of its own for every run, which outlast a reset', async () => {
    const other = await credentialsOf(local.endpoint, 'worker');
    expect(other.accessKeyId).not.toBe(credentials.accessKeyId);
    await local.reset();
    for (const who of [credentials, other]) await ecs(who).send(new ListTasksCommand({ cluster: 'local' }));
  });
});
