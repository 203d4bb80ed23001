import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../support/clock.ts';
import { openJournal } from '../support/journal.ts';
import { clientOptions, startTestCloud, type TestCloud } from '../testing.ts';

let clock: VirtualClock;
let cloud: TestCloud;
let sqs: SQSClient;
let url: string;

beforeEach(async () => {
  clock = new VirtualClock(1_800_000_000_000);
  cloud = await startTestCloud({ clock });
  sqs = new SQSClient(clientOptions(cloud.url));
  url = await create('orders');
});

afterEach(async () => {
  sqs.destroy();
  await cloud.close();
  expect(cloud.logged).toEqual([]);
});

const create = async (name: string, attributes: Record<string, string> = {}) =>
  (await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }))).QueueUrl!;
const send = (body: string, more: object = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...more }));
const receive = async (more: object = {}) =>
  (
    await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ['All'], ...more }),
    )
  ).Messages ?? [];
const counts = async (queueUrl = url) => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  return [
    Number(Attributes!.ApproximateNumberOfMessages),
    Number(Attributes!.ApproximateNumberOfMessagesNotVisible),
    Number(Attributes!.ApproximateNumberOfMessagesDelayed),
  ];
};

describe('messages', () => {
  it('are received once, with what came with them, and are gone when deleted', async () => {
    const MessageAttributes = {
      cause: { DataType: 'String', StringValue: 'poison' },
      blob: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
    };
    const sent = await send('hello ✓', { MessageAttributes });
    const [message] = await receive({ MessageAttributeNames: ['All'] });
    expect(message).toMatchObject({ Body: 'hello ✓', MessageId: sent.MessageId, MessageAttributes });
    expect(message!.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message!.Attributes).toMatchObject({
      ApproximateReceiveCount: '1',
      SentTimestamp: '1800000000000',
    });
    expect(await receive()).toEqual([]);
    expect(await counts()).toEqual([0, 1, 0]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message!.ReceiptHandle! }));
    expect(await counts()).toEqual([0, 0, 0]);
    await clock.advance(60_000);
    expect(await receive()).toEqual([]);
  });

  it('come back after the visibility time-out, and a stale receipt no longer deletes them', async () => {
    await send('again');
    const [first] = await receive();
    await clock.advance(29_999);
    expect(await receive()).toEqual([]);
    await clock.advance(1);
    const [second] = await receive();
    expect(second!.Attributes!.ApproximateReceiveCount).toBe('2');
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first!.ReceiptHandle! }));
    expect(await counts()).toEqual([0, 1, 0]);
  });

  it('wait for their delay', async () => {
    await send('later', { DelaySeconds: 10 });
    expect(await counts()).toEqual([0, 0, 1]);
    await clock.advance(9_999);
    expect(await receive()).toEqual([]);
    await clock.advance(1);
    expect(await receive()).toHaveLength(1);
  });

  it('are hidden longer, or shown at once, on request', async () => {
    await send('x');
    const [first] = await receive();
    const visibility = (ReceiptHandle: string, VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout }));
    await visibility(first!.ReceiptHandle!, 100);
    await clock.advance(99_000);
    expect(await receive()).toEqual([]);
    await visibility(first!.ReceiptHandle!, 0);
    await clock.advance(0);
    expect(await receive()).toHaveLength(1);
    await expect(visibility(first!.ReceiptHandle!, 5)).rejects.toThrow('not in flight');
  });

  it('answer a long poll the moment they arrive, several to a batch', async () => {
    const poll = receive({ WaitTimeSeconds: 20, MaxNumberOfMessages: 10 });
    const Entries = ['a', 'b', 'c'].map((body) => ({ Id: body, MessageBody: body }));
    // The poll must have reached the queue for this to say something; the answer is the same if it has not.
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(sent.Successful).toHaveLength(3);
    const messages = await poll;
    expect(messages.map((message) => message.Body)).toEqual(['a', 'b', 'c']);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: messages.map((message, index) => ({
          Id: `${index}`,
          ReceiptHandle: message.ReceiptHandle!,
        })),
      }),
    );
    expect(deleted.Successful).toHaveLength(3);
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('move to the dead-letter queue when received too often, and back by a redrive', async () => {
    const dead = await create('dead');
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:dead',
      maxReceiveCount: 2,
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { RedrivePolicy } }));
    await send('poison');
    for (const _ of [1, 2]) {
      expect(await receive()).toHaveLength(1);
      await clock.advance(30_000);
    }
    expect(await counts()).toEqual([0, 0, 0]);
    expect(await counts(dead)).toEqual([1, 0, 0]);
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: 'arn:aws:sqs:us-east-1:000000000000:dead' }));
    expect(await counts(dead)).toEqual([0, 0, 0]);
    expect(await receive()).toHaveLength(1);
  });

  it('survive a kill of the process, each in its state', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'sqs-')), 'journal');
    const before = await startTestCloud({ clock, journal: openJournal(file) });
    const client = new SQSClient(clientOptions(before.url));
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'kept' }));
    const put = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    await put('held');
    const held = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    await put('visible');
    // No goodbye: the second one opens the file as the first left it.
    const after = await startTestCloud({ clock, journal: openJournal(file) });
    const again = new SQSClient(clientOptions(after.url));
    const queue = after.sqs.queues.get('kept')!;
    expect(after.sqs.queues.counts(queue)).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
    const ReceiptHandle = held.Messages![0]!.ReceiptHandle!;
    await again.send(new DeleteMessageCommand({ QueueUrl: `${after.url}/000000000000/kept`, ReceiptHandle }));
    expect(after.sqs.queues.counts(queue)).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    for (const one of [client, again]) one.destroy();
    await after.close();
    await before.close();
  });

  it('of a dead receiver are visible at once when released, without counting the receive', async () => {
    await send('x');
    await receive();
    cloud.sqs.queues.release((holder) => holder === 'test');
    const [message] = await receive();
    expect(message!.Attributes!.ApproximateReceiveCount).toBe('1');
  });
});

describe('queues', () => {
  it('are found, listed by page and prefix, purged', async () => {
    for (const name of ['a-1', 'a-2', 'a-3']) await create(name);
    const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'a-', MaxResults: 2 }));
    const second = await sqs.send(
      new ListQueuesCommand({ QueueNamePrefix: 'a-', MaxResults: 2, NextToken: first.NextToken }),
    );
    expect([...first.QueueUrls!, ...second.QueueUrls!].map((one) => one.split('/').at(-1))).toEqual([
      'a-1',
      'a-2',
      'a-3',
    ]);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'a-1' }))).QueueUrl).toBe(
      `${cloud.url}/000000000000/a-1`,
    );
    await send('x');
    await sqs.send(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('refuse nonsense with modelled errors', async () => {
    const missing = sqs.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }));
    await expect(missing).rejects.toBeInstanceOf(QueueDoesNotExist);
    await expect(create('orders', { VisibilityTimeout: '5' })).rejects.toMatchObject({
      name: 'QueueNameExists',
    });
    await expect(create('x', { VisibilityTimeout: '-1' })).rejects.toMatchObject({
      name: 'InvalidAttributeValue',
    });
    await expect(create('x', { Colour: 'red' })).rejects.toMatchObject({ name: 'InvalidAttributeName' });
    await expect(create('a b')).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send('x', { DelaySeconds: 901 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send('x'.repeat(262_145))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(receive({ MaxNumberOfMessages: 11 })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(
      sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: 'nonsense' })),
    ).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: [] }))).rejects.toMatchObject(
      {
        name: 'EmptyBatchRequest',
      },
    );
    expect(await counts()).toEqual([0, 0, 0]);
  });

  it('refuse a dead-letter queue that is not there, or is the queue itself', async () => {
    for (const name of ['nowhere', 'orders']) {
      const RedrivePolicy = JSON.stringify({
        deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
        maxReceiveCount: 2,
      });
      const set = sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { RedrivePolicy } }));
      await expect(set).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    }
    const Attributes = { RedrivePolicy: '[]' };
    const set = sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
    await expect(set).rejects.toMatchObject({ name: 'InvalidAttributeValue' });
  });

  it('take the good entries of a batch and name the bad ones', async () => {
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'empty', MessageBody: '' },
      { Id: 'late', MessageBody: 'b', DelaySeconds: 1000 },
    ];
    const sent = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(sent.Successful).toMatchObject([{ Id: 'good' }]);
    expect(sent.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
      ['empty', 'InvalidParameterValue'],
      ['late', 'InvalidParameterValue'],
    ]);
    expect(await counts()).toEqual([1, 0, 0]);
  });
});
