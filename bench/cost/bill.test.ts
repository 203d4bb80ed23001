import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { added, billOf, times, without } from './bill.ts';
import { billedMsOf, ofInvocations, ofQueue } from './consumption.ts';
import { logged } from './function-logs.ts';
import { alarms, idleMonth } from './idle.ts';
import { type Price, prices } from './prices.ts';

const million = 1_000_000;

it('prices by service', () => {
  const bill = billOf({
    dynamoWriteUnit: million,
    dynamoReadUnit: 2 * million,
    sqsRequest: million,
    awsEvent: million,
  });
  expect(bill.totalUsd).toBe(0.625 + 0.25 + 0.4);
  expect(bill.byServiceUsd).toEqual({
    lambda: 0,
    dynamodb: 0.875,
    sqs: 0.4,
    eventbridge: 0,
    apiGateway: 0,
    cloudwatch: 0,
  });
});

it('prices a million invocations of 5 ms with 128 MB as AWS does', () => {
  const consumption = ofInvocations({ count: million, billedMs: 5 * million, memoryMb: 128 });
  expect(billOf(consumption).byServiceUsd.lambda).toBeCloseTo(0.2 + 0.0083, 4);
  expect(consumption.logGb).toBe(0.432);
});

it('rounds each duration up to a millisecond', () => {
  expect(billedMsOf([0.2, 1, 1.01, 7.5])).toBe(1 + 1 + 2 + 8);
});

it('counts a request for each message and two for each batch', () => {
  expect(ofQueue(10, 1)).toEqual({ sqsRequest: 12 });
});

it('adds, multiplies and subtracts', () => {
  const one = { sqsRequest: 2, lambdaRequest: 1 };
  expect(added(one, { sqsRequest: 1, logGb: 3 })).toEqual({ sqsRequest: 3, lambdaRequest: 1, logGb: 3 });
  expect(times(3, one)).toEqual({ sqsRequest: 6, lambdaRequest: 3 });
  expect(without(one, { lambdaRequest: 1 })).toEqual({ sqsRequest: 2 });
});

it('has a sweep each minute of an idle month, five polls at once of each queue that feeds a function', () => {
  const idle = idleMonth({ lambdaRequest: 1 });
  expect(idle.lambdaRequest).toBe(43_800);
  expect(idle.schedulerInvocation).toBe(43_800);
  expect(idle.sqsRequest).toBe(3 * 5 * 3 * 43_800);
});

it('says of every price where it was read', () => {
  for (const price of Object.values<Price>(prices)) {
    expect(price.page).toMatch(/^https:\/\/aws\.amazon\.com\//);
    expect(price.readAt).toMatch(/^(https:\/\/|not read: )/);
  }
});

it('reads invocations, what is billed for them and what a function wrote from its log', () => {
  const own = '2026-11-22T10:00:00.100Z\tr-2\tWARN\tREPORT duration 9 ms, said the function';
  const text = [
    '2026-11-22T10:00:00.000Z\tr-1\tPLATFORM\tREPORT duration 0 ms, succeeded',
    own,
    '2026-11-22T10:00:00.200Z\tr-2\tPLATFORM\tREPORT duration 12 ms, failed',
    '2026-11-22T10:00:00.300Z\tr-2\tPLATFORM\tSandbox.Timedout: too long',
    '',
  ].join('\n');
  expect(logged(text)).toEqual({ invocations: 2, billedMs: 13, logBytes: own.length + 26 });
  expect(logged('')).toEqual({ invocations: 0, billedMs: 0, logBytes: 0 });
});

it('has as many alarms as the stack', async () => {
  const golden = fileURLToPath(new URL('../../test/stacks/golden/production.yaml', import.meta.url));
  const stack = parse(await readFile(golden, 'utf8')) as Readonly<Record<string, object>>;
  expect(alarms).toBe(Object.keys(stack['cloudwatch.MetricAlarm'] ?? {}).length);
});
