import { rounded } from '../statistics.ts';
import { type Priced, prices } from './prices.ts';

/** How much is used up, in the units of the price list. */
export type Consumption = Readonly<Partial<Record<Priced, number>>>;

export const services = ['lambda', 'dynamodb', 'sqs', 'eventbridge', 'apiGateway', 'cloudwatch'] as const;
export type Service = (typeof services)[number];

export type Bill = {
  readonly totalUsd: number;
  readonly byServiceUsd: Readonly<Record<Service, number>>;
  /** What was priced. */
  readonly quantities: Consumption;
};

const serviceOf: Readonly<Record<Priced, Service>> = {
  lambdaRequest: 'lambda',
  lambdaArmGbSecond: 'lambda',
  dynamoWriteUnit: 'dynamodb',
  dynamoReadUnit: 'dynamodb',
  dynamoStorageGbMonth: 'dynamodb',
  dynamoBackupGbMonth: 'dynamodb',
  sqsRequest: 'sqs',
  awsEvent: 'eventbridge',
  schedulerInvocation: 'eventbridge',
  httpRequest: 'apiGateway',
  logGb: 'cloudwatch',
  alarmMonth: 'cloudwatch',
};

const everyPriced = Object.keys(prices) as readonly Priced[];

export function billOf(consumption: Consumption): Bill {
  const usdOf = (priced: Priced) => (consumption[priced] ?? 0) * prices[priced].usd;
  const sumOf = (those: readonly Priced[]) => those.reduce((sum, priced) => sum + usdOf(priced), 0);
  const byService = services.map((service) => [
    service,
    rounded(sumOf(everyPriced.filter((priced) => serviceOf[priced] === service)), 4),
  ]);
  return {
    totalUsd: rounded(sumOf(everyPriced), 4),
    byServiceUsd: Object.fromEntries(byService) as Bill['byServiceUsd'],
    quantities: combined((priced) => rounded(consumption[priced] ?? 0, 4)),
  };
}

export const added = (...all: readonly Consumption[]): Consumption =>
  combined((priced) => all.reduce((sum, one) => sum + (one[priced] ?? 0), 0));

export const times = (factor: number, consumption: Consumption): Consumption =>
  combined((priced) => factor * (consumption[priced] ?? 0));

/** What `one` uses up more than `other`. */
export const without = (one: Consumption, other: Consumption): Consumption => added(one, times(-1, other));

function combined(of: (priced: Priced) => number): Consumption {
  return Object.fromEntries(
    everyPriced.map((priced) => [priced, of(priced)] as const).filter(([, quantity]) => quantity !== 0),
  );
}
