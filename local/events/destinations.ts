import type { Queues } from '../sqs/queues.ts';
import { AwsError } from '../support/service.ts';
import { DeliveryError, type Destinations } from './model.ts';

/** Who takes asynchronous invocations; throws an `AwsError` for what it refuses. */
export interface AsyncInvoker {
  invokeAsync(functionName: string, payload: string): void;
}

/** The targets that Local AWS has: queues and functions of this account. */
export function createDestinations(queues: Queues, functions: AsyncInvoker): Destinations {
  const send = (arn: string, body: string, attributes: Readonly<Record<string, string>> = {}) => {
    const queue = queues.byArn(arn);
    if (!queue) throw new DeliveryError('RESOURCE_NOT_FOUND', `There is no queue ${arn}.`, false);
    const entries = Object.entries(attributes).map(
      ([name, value]) => [name, { DataType: 'String', StringValue: value }] as const,
    );
    queues.send(queue, { body, ...(entries.length > 0 ? { attributes: Object.fromEntries(entries) } : {}) });
  };
  return {
    deliver: (arn, payload) =>
      translated(() => {
        if (arn.startsWith('arn:aws:sqs:')) send(arn, payload);
        else functions.invokeAsync(arn.split(':')[6] ?? '', payload);
      }),
    deadLetter: (arn, payload, attributes) => translated(() => send(arn, payload, attributes)),
  };
}

function translated(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    if (!(thrown instanceof AwsError)) throw thrown;
    const retryable = thrown.status >= 500 || thrown.status === 429;
    throw new DeliveryError(retryable ? 'SDK_CLIENT_ERROR' : thrown.code, thrown.message, retryable);
  }
}
