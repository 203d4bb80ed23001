import { describe, expect, test } from 'vitest';
import { type Datapoint, decideState } from './decide.ts';
import type { AlarmRule, MissingData } from './model.ts';
import { reasonOf } from './reason.ts';

const rule = (datapointsToAlarm: number, missingData: MissingData): AlarmRule => ({
  ...{ evaluationPeriods: 3, datapointsToAlarm, threshold: 10, missingData },
  comparison: 'GreaterThanThreshold',
});

/** `X` breaches, `0` does not, `-` is missing; the oldest first. */
const range = (text: string): Datapoint[] =>
  text.split(' ').map((sign, index) => ({
    atMs: index * 60_000,
    value: sign === 'X' ? 11 : sign === '0' ? 10 : undefined,
  }));

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

/** The tables of CloudWatch's "Configuring how CloudWatch alarms treat missing data"; `keep` keeps the state. */
const tables: readonly [datapointsToAlarm: number, rows: string[][]][] = [
  [
    3,
    [
      ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
      ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
      ['- - - - -', 'INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK'],
      ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['- - X - -', 'ALARM', 'keep', 'ALARM', 'OK'],
    ],
  ],
  [
    2,
    [
      ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
      ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
      ['- - - - X', 'ALARM', 'keep', 'ALARM', 'OK'],
    ],
  ],
];

describe.each(tables)('%i datapoints of 3', (datapointsToAlarm, rows) => {
  test.each(rows)('%s', (text = '', ...states) => {
    const found = treatments.map(
      (treatment) => decideState(rule(datapointsToAlarm, treatment), range(text))?.state ?? 'keep',
    );
    expect(found).toEqual(states);
  });
});

test.each([
  ['GreaterThanThreshold', [11]],
  ['GreaterThanOrEqualToThreshold', [10, 11]],
  ['LessThanThreshold', [9]],
  ['LessThanOrEqualToThreshold', [9, 10]],
] as const)('%s', (comparison, breaching) => {
  const one = { ...rule(1, 'missing'), evaluationPeriods: 1, comparison };
  const alarmed = [9, 10, 11].filter((value) => decideState(one, [{ atMs: 0, value }])?.state === 'ALARM');
  expect(alarmed).toEqual(breaching);
});

test('the reason is in CloudWatch’s words', () => {
  const at = Date.parse('2026-11-23T05:04:00Z');
  const one = { ...rule(1, 'missing'), evaluationPeriods: 1 };
  expect(reasonOf(one, decideState(one, [{ atMs: at, value: 99.5 }])!)).toBe(
    'Threshold Crossed: 1 out of the last 1 datapoints [99.5 (23/11/26 05:04:00)] was greater than the ' +
      'threshold (10.0) (minimum 1 datapoint for OK -> ALARM transition).',
  );
  expect(reasonOf(rule(2, 'missing'), decideState(rule(2, 'missing'), [])!)).toBe(
    'Insufficient Data: 3 datapoints were unknown.',
  );
});
