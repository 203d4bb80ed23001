import { z } from 'zod';
import { AwsError } from '../support/service.ts';

/** A standard queue. */
export interface Queue {
  readonly name: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly settings: QueueSettings;
  readonly tags: Readonly<Record<string, string>>;
}

export interface QueueSettings {
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly maximumBytes: number;
  readonly waitSeconds: number;
  readonly redrive: Redrive | undefined;
}

export interface Redrive {
  readonly deadLetterTargetArn: string;
  /** Receives after which a message that was not deleted moves to the dead-letter queue. */
  readonly maxReceiveCount: number;
}

export const defaultSettings: QueueSettings = {
  visibilitySeconds: 30,
  retentionSeconds: 345_600,
  delaySeconds: 0,
  maximumBytes: 262_144,
  waitSeconds: 0,
  redrive: undefined,
};

/** AWS's name of each numeric attribute, where it goes, and its range. */
const numbers = {
  VisibilityTimeout: ['visibilitySeconds', 0, 43_200],
  MessageRetentionPeriod: ['retentionSeconds', 60, 1_209_600],
  DelaySeconds: ['delaySeconds', 0, 900],
  MaximumMessageSize: ['maximumBytes', 1024, 262_144],
  ReceiveMessageWaitTimeSeconds: ['waitSeconds', 0, 20],
} as const;

/** Attributes that change nothing on one machine; they are accepted so that real templates work. */
const ignored = new Set([
  'Policy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'RedriveAllowPolicy',
]);

const redriveSchema = z.object({
  deadLetterTargetArn: z.string().regex(/^arn:aws:sqs:[^:]+:\d{12}:[A-Za-z0-9_-]{1,80}$/),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

/** `settings` with AWS's attributes applied; throws InvalidAttributeName or InvalidAttributeValue. */
export function withAttributes(
  settings: QueueSettings,
  attributes: Readonly<Record<string, string>>,
): QueueSettings {
  const changed: Record<string, unknown> = { ...settings };
  for (const [name, value] of Object.entries(attributes)) {
    if (ignored.has(name)) continue;
    if (name === 'RedrivePolicy') changed.redrive = value === '' ? undefined : parsedRedrive(value);
    else if (isNumberName(name)) changed[numbers[name][0]] = parsedNumber(name, value);
    else
      throw new AwsError(
        'InvalidAttributeName',
        `Unknown Attribute ${name}; queues are standard queues here.`,
      );
  }
  return changed as unknown as QueueSettings;
}

/** The settings as AWS's attributes. */
export function attributesOf(settings: QueueSettings): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, [member]] of Object.entries(numbers)) attributes[name] = String(settings[member]);
  if (settings.redrive) attributes.RedrivePolicy = JSON.stringify(settings.redrive);
  return attributes;
}

function isNumberName(name: string): name is keyof typeof numbers {
  return Object.hasOwn(numbers, name);
}

function parsedNumber(name: keyof typeof numbers, value: string): number {
  const [, least, most] = numbers[name];
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new AwsError(
    'InvalidAttributeValue',
    `Invalid value for the parameter ${name}: a whole number from ${least} to ${most}.`,
  );
}

function parsedRedrive(text: string): Redrive {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AwsError('InvalidAttributeValue', 'RedrivePolicy must be JSON.');
  }
  const parsed = redriveSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AwsError(
    'InvalidAttributeValue',
    'RedrivePolicy must have the ARN of a standard queue as deadLetterTargetArn and a maxReceiveCount of 1 to 1000.',
  );
}
