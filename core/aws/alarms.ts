import type { SQSClient } from '@aws-sdk/client-sqs';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Ref } from '../kernel/plan.ts';
import type { Alarms, Clock } from '../kernel/ports.ts';

/** SQS delays a message for at most this long; what lies farther off is the sweep's. */
const maxDelaySeconds = 900;

/** Wake-ups as delayed messages on the `wake` queue. */
export function sqsAlarms(sqs: SQSClient, queueUrl: string, clock: Clock): Alarms {
  return {
    async ring(ref, at) {
      const delaySeconds = Math.ceil(Math.max(0, at - clock.now()) / 1000);
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(ref),
          DelaySeconds: Math.min(delaySeconds, maxDelaySeconds),
        }),
      );
    },
  };
}

/** The aggregate that a message of the `wake` queue asks to look at; undefined when it is none. */
export function parseWake(body: string): Ref | undefined {
  try {
    const { kind, id } = JSON.parse(body) as Partial<Ref>;
    return typeof kind === 'string' && typeof id === 'string' ? { kind, id } : undefined;
  } catch {
    return undefined;
  }
}
