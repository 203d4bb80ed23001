import type { SQSClient } from '@aws-sdk/client-sqs';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { type Ref, refKey } from '../kernel/plan.ts';
import type { Alarms, Clock } from '../kernel/ports.ts';

/** SQS delays a message for at most this long; what lies farther off is the sweep's. */
const maxDelaySeconds = 900;

/** What `work` decides; all else is `wake`'s. */
const kindsOfWork: readonly string[] = ['job', 'application', 'pipeline'];

/** URLs of the queues of those who look; undefined where a function has nothing to tell them. */
export interface WakeQueues {
  readonly wake: string | undefined;
  readonly work: string | undefined;
}

/** Wake-ups as delayed messages on the queue of whoever decides about such an aggregate. */
export function sqsAlarms(sqs: SQSClient, queues: WakeQueues, clock: Clock): Alarms {
  return {
    async ring(ref, at) {
      const queueUrl = kindsOfWork.includes(ref.kind) ? queues.work : queues.wake;
      if (queueUrl === undefined) throw new Error(`nobody is told here of ${refKey(ref)}`);
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

/** The aggregate that a message of such a queue asks to look at; undefined when it is none. */
export function parseWake(body: string): Ref | undefined {
  try {
    const { kind, id } = JSON.parse(body) as Partial<Ref>;
    return typeof kind === 'string' && typeof id === 'string' ? { kind, id } : undefined;
  } catch {
    return undefined;
  }
}
