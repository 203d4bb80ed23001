import type { EndpointService } from '../support/server.ts';
import { AwsError } from '../support/service.ts';
import type { Action } from './context.ts';
import { messageActions } from './message-actions.ts';
import { queueActions } from './queue-actions.ts';
import { Queues, type QueuesDependencies } from './queues.ts';

export interface SqsDependencies extends QueuesDependencies {
  /** Where clients reach Local AWS, for queue URLs; known only once it listens. */
  endpoint(): string;
}

export interface Sqs {
  readonly service: EndpointService;
  readonly queues: Queues;
}

/** SQS with standard queues, kept in the journal. */
export function createSqs(deps: SqsDependencies): Sqs {
  const queues = new Queues(deps);
  const urlOf = (name: string) => `${deps.endpoint()}/${deps.account}/${name}`;
  const actions: Readonly<Record<string, Action>> = { ...queueActions, ...messageActions };
  const service: EndpointService = {
    name: 'sqs',
    targetPrefix: 'AmazonSQS',
    queryErrorCodes,
    call(name, input, caller) {
      if (!Object.hasOwn(actions, name)) {
        throw new AwsError('UnsupportedOperation', `Local AWS's SQS has no ${name}.`);
      }
      return actions[name]!(input, { queues, urlOf, accessKeyId: caller.accessKeyId });
    },
  };
  return { service, queues };
}

const queryErrorCodes = {
  AccessDeniedException: 'AccessDenied',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  PurgeQueueInProgress: 'AWS.SimpleQueueService.PurgeQueueInProgress',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
};
