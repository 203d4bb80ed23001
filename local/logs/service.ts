import { AwsError, type AwsService } from '../support/service.ts';
import { groupFor, type LogsContext } from './context.ts';
import { describeLogGroups, describeLogStreams } from './describe.ts';
import {
  deleteLogGroup,
  deleteLogStream,
  deleteRetentionPolicy,
  groupByArn,
  putRetentionPolicy,
  tag,
  tagsOf,
  untag,
} from './groups.ts';
import { type Inputs, inputOf, inputs } from './input.ts';
import { filterLogEvents, getLogEvents } from './read.ts';
import { createLogGroup, createLogStream, putLogEvents } from './write.ts';

type Operations = { [Action in keyof Inputs]: (input: Inputs[Action]) => unknown };

/** CloudWatch Logs, as far as task logs need it. */
export function createLogsService(context: LogsContext): AwsService {
  const operations: Operations = {
    CreateLogGroup: (input) => createLogGroup(context, input),
    DeleteLogGroup: (input) => deleteLogGroup(context, input),
    DeleteLogStream: (input) => deleteLogStream(context, input),
    PutRetentionPolicy: (input) => putRetentionPolicy(context, input),
    DeleteRetentionPolicy: (input) => deleteRetentionPolicy(context, input),
    TagResource: (input) => tag(context, groupByArn(context, input.resourceArn), input.tags),
    UntagResource: (input) => untag(context, groupByArn(context, input.resourceArn), input.tagKeys),
    ListTagsForResource: (input) => tagsOf(groupByArn(context, input.resourceArn)),
    TagLogGroup: (input) => tag(context, groupFor(context, input), input.tags),
    UntagLogGroup: (input) => untag(context, groupFor(context, input), input.tags),
    ListTagsLogGroup: (input) => tagsOf(groupFor(context, input)),
    CreateLogStream: (input) => createLogStream(context, input),
    DescribeLogGroups: (input) => describeLogGroups(context, input),
    DescribeLogStreams: (input) => describeLogStreams(context, input),
    PutLogEvents: (input) => putLogEvents(context, input),
    GetLogEvents: (input) => getLogEvents(context, groupFor(context, input), input),
    FilterLogEvents: (input) => filterLogEvents(context, groupFor(context, input), input),
  };
  return {
    name: 'logs',
    targetPrefix: 'Logs_20140328',
    call(action, input) {
      if (!isAction(action)) {
        throw new AwsError('UnknownOperationException', `Local AWS's CloudWatch Logs has no ${action}.`);
      }
      return perform(operations, action, input);
    },
  };
}

function isAction(action: string): action is keyof Inputs {
  return Object.hasOwn(inputs, action);
}

function perform<Action extends keyof Inputs>(
  operations: Operations,
  action: Action,
  input: unknown,
): unknown {
  return operations[action](inputOf(action, input));
}
