import { account, region } from '../functions/environment.ts';

/** Payloads with which Lambda's queue poller would invoke a function, `size` messages in each. */
export function batchesOf(bodies: readonly string[], size: number): readonly string[] {
  const count = Math.ceil(bodies.length / size);
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({ Records: bodies.slice(index * size, (index + 1) * size).map(message) }),
  );
}

function message(body: string, place: number): object {
  const messageId = `5f3a9a46-6a47-40ee-afd9-${String(place).padStart(12, '0')}`;
  return {
    messageId,
    receiptHandle: Buffer.from(messageId.repeat(4)).toString('base64'),
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1795341600000',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1795341600001',
    },
    messageAttributes: {},
    md5OfBody: '098f6bcd4621d373cade4e832627b4f6',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${region}:${account}:bench`,
    awsRegion: region,
  };
}
