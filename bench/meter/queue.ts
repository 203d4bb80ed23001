import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Forwarded } from './endpoint.ts';

/** Takes what is sent to any queue of SQS's, and keeps it for whoever asks. */
export function createQueue() {
  let sent: string[] = [];
  return {
    matches: ({ headers }: IncomingMessage) => headers['x-amz-target'] === 'AmazonSQS.SendMessage',
    send(body: Buffer): Forwarded {
      const { MessageBody } = JSON.parse(body.toString()) as { readonly MessageBody: string };
      sent.push(MessageBody);
      // The SDK compares it with what it sent.
      const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
      return {
        status: 200,
        headers: { 'content-type': 'application/x-amz-json-1.0' },
        body: JSON.stringify({ MessageId: randomUUID(), MD5OfMessageBody }),
      };
    },
    take(): readonly string[] {
      const all = sent;
      sent = [];
      return all;
    },
  };
}
