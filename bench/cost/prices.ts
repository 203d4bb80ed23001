/** A price of AWS's, for one unit of what is charged. */
export interface Price {
  readonly usd: number;
  readonly unit: string;
  /** AWS's own page. Its numbers are drawn by a script, so they were read where `readAt` says. */
  readonly page: string;
  readonly readAt: string;
}

const fromMemory = 'not read: from memory';

const million = 1_000_000;

/**
 * List prices on demand, first tier, without free tiers. Whoever changes one changes the date; another region is
 * another table.
 */
export const region = 'us-east-1';
export const asOf = '2026-06';

export const prices = {
  lambdaRequest: {
    usd: 0.2 / million,
    unit: 'request',
    page: 'https://aws.amazon.com/lambda/pricing/',
    readAt: 'https://cloudchipr.com/blog/aws-lambda-pricing',
  },
  lambdaArmGbSecond: {
    usd: 0.0000133334,
    unit: 'GB-s on arm64',
    page: 'https://aws.amazon.com/lambda/pricing/',
    readAt: 'https://cloudchipr.com/blog/aws-lambda-pricing',
  },
  dynamoWriteUnit: {
    usd: 0.625 / million,
    unit: 'write request unit',
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  dynamoReadUnit: {
    usd: 0.125 / million,
    unit: 'read request unit',
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: 'https://airbyte.com/data-engineering-resources/dynamodb-pricing',
  },
  dynamoStorageGbMonth: {
    usd: 0.25,
    unit: 'GB stored for a month',
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: fromMemory,
  },
  dynamoBackupGbMonth: {
    usd: 0.2,
    unit: 'GB with point-in-time recovery for a month',
    page: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
    readAt: fromMemory,
  },
  sqsRequest: {
    usd: 0.4 / million,
    unit: 'request of up to 64 KB',
    page: 'https://aws.amazon.com/sqs/pricing/',
    readAt: 'https://cloudburn.io/blog/amazon-sqs-pricing',
  },
  awsEvent: {
    usd: 0,
    unit: "event of an AWS service's on the default bus",
    page: 'https://aws.amazon.com/eventbridge/pricing/',
    readAt: 'https://cloudburn.io/blog/amazon-eventbridge-pricing',
  },
  schedulerInvocation: {
    usd: 1 / million,
    unit: 'invocation by EventBridge Scheduler',
    page: 'https://aws.amazon.com/eventbridge/pricing/',
    readAt: 'https://cloudburn.io/blog/amazon-eventbridge-pricing',
  },
  httpRequest: {
    usd: 1 / million,
    unit: 'request of an HTTP API',
    page: 'https://aws.amazon.com/api-gateway/pricing/',
    readAt: 'https://awsforengineers.com/blog/aws-api-gateway-pricing-explained',
  },
  logGb: {
    usd: 0.5,
    unit: 'GB of logs taken in',
    page: 'https://aws.amazon.com/cloudwatch/pricing/',
    readAt: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
  alarmMonth: {
    usd: 0.1,
    unit: 'alarm of standard resolution, a month',
    page: 'https://aws.amazon.com/cloudwatch/pricing/',
    readAt: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
  },
} as const satisfies Readonly<Record<string, Price>>;

export type Priced = keyof typeof prices;
