import { z } from 'zod';
import { parseInput } from '../support/input.ts';
import { MAX_LINE_BYTES } from './lines.ts';

const groupName = z
  .string()
  .regex(/^[.\-_/#A-Za-z0-9]{1,512}$/, 'must have 1 to 512 of the characters A-Z a-z 0-9 . - _ / #');
const streamName = z.string().regex(/^[^:*]{1,512}$/, 'must have 1 to 512 characters, none of them : or *');
const time = z.int().nonnegative();
const message = z
  .string()
  .min(1)
  .refine((text) => Buffer.byteLength(text) <= MAX_LINE_BYTES, `must have at most ${MAX_LINE_BYTES} bytes`);
const pageSize = (most: number) => z.int().min(1).max(most);
/** `logGroupIdentifier` is a name or an ARN. */
const anyGroup = { logGroupName: groupName.optional(), logGroupIdentifier: z.string().max(2048).optional() };

const tags = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .refine((all) => Object.keys(all).length <= 50, 'must hold at most 50 tags');
const retentionDays = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

export const inputs = {
  CreateLogGroup: z.object({ logGroupName: groupName, tags: tags.optional() }),
  DeleteLogGroup: z.object({ logGroupName: groupName }),
  DeleteLogStream: z.object({ logGroupName: groupName, logStreamName: streamName }),
  PutRetentionPolicy: z.object({
    logGroupName: groupName,
    retentionInDays: z
      .int()
      .refine((days) => retentionDays.has(days), 'is not a number of days that CloudWatch Logs has'),
  }),
  DeleteRetentionPolicy: z.object({ logGroupName: groupName }),
  TagResource: z.object({ resourceArn: z.string(), tags }),
  UntagResource: z.object({ resourceArn: z.string(), tagKeys: z.array(z.string()).max(50) }),
  ListTagsForResource: z.object({ resourceArn: z.string() }),
  TagLogGroup: z.object({ logGroupName: groupName, tags }),
  UntagLogGroup: z.object({ logGroupName: groupName, tags: z.array(z.string()).max(50) }),
  ListTagsLogGroup: z.object({ logGroupName: groupName }),
  CreateLogStream: z.object({ logGroupName: groupName, logStreamName: streamName }),
  DescribeLogGroups: z.object({
    logGroupNamePrefix: groupName.optional(),
    logGroupNamePattern: z.string().max(512).optional(),
    limit: pageSize(50).default(50),
    nextToken: z.string().optional(),
  }),
  DescribeLogStreams: z.object({
    ...anyGroup,
    logStreamNamePrefix: streamName.optional(),
    orderBy: z.enum(['LogStreamName', 'LastEventTime']).default('LogStreamName'),
    descending: z.boolean().default(false),
    limit: pageSize(50).default(50),
    nextToken: z.string().optional(),
  }),
  PutLogEvents: z.object({
    logGroupName: groupName,
    logStreamName: streamName,
    logEvents: z
      .array(z.object({ timestamp: time, message }))
      .min(1)
      .max(10_000),
  }),
  GetLogEvents: z.object({
    ...anyGroup,
    logStreamName: streamName,
    startTime: time.optional(),
    endTime: time.optional(),
    limit: pageSize(10_000).default(10_000),
    nextToken: z.string().optional(),
    startFromHead: z.boolean().default(false),
  }),
  FilterLogEvents: z.object({
    ...anyGroup,
    logStreamNames: z.array(streamName).min(1).max(100).optional(),
    logStreamNamePrefix: streamName.optional(),
    startTime: time.optional(),
    endTime: time.optional(),
    filterPattern: z.string().optional(),
    limit: pageSize(10_000).default(10_000),
    nextToken: z.string().optional(),
  }),
};

export type Inputs = { [Action in keyof typeof inputs]: z.output<(typeof inputs)[Action]> };

/** The input of `action`, checked; throws `InvalidParameterException` that names the member. */
export function inputOf<Action extends keyof Inputs>(action: Action, input: unknown): Inputs[Action] {
  return parseInput(inputs[action], input, 'InvalidParameterException') as Inputs[Action];
}
