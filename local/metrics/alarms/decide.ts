import type { AlarmRule, AlarmState } from './model.ts';

/** How many periods more than those that are compared an alarm looks back on, for values that come late. */
const extraPeriods = 2;

export const evaluationRange = ({ evaluationPeriods }: AlarmRule): number => evaluationPeriods + extraPeriods;

/** A period's value, or that there was none. */
export interface Datapoint {
  readonly atMs: number;
  readonly value: number | undefined;
}

export interface KnownDatapoint extends Datapoint {
  readonly value: number;
}

const isKnown = (one: Datapoint): one is KnownDatapoint => one.value !== undefined;

export interface Verdict {
  readonly state: AlarmState;
  /** The values that decided, the newest first. */
  readonly recent: readonly KnownDatapoint[];
  /** Those among them that breach. */
  readonly breaching: readonly KnownDatapoint[];
  /** How many of the periods had no value. */
  readonly absent: number;
}

/**
 * The state by the values of the evaluation range, oldest first; undefined keeps the one that it has. Where
 * enough periods have a value, the newest of those decide; otherwise `missingData` says what the others count as.
 *
 * For 2 of 3, with X breaching, 0 not, - missing: `0 - X - X` is ALARM; `0 - X - -` OK, but ALARM where missing
 * counts as breaching; `- - - - X` is ALARM, keeps the state under `ignore`, and is OK where missing counts as not.
 */
export function decideState(rule: AlarmRule, range: readonly Datapoint[]): Verdict | undefined {
  const recent = range.filter(isKnown).slice(-rule.evaluationPeriods).reverse();
  const breaching = recent.filter(({ value }) => breaches(rule, value));
  const absent = rule.evaluationPeriods - recent.length;
  const state = stateOf(rule, recent.length, breaching.length, absent);
  if (state === undefined) return undefined;
  return { state, recent, breaching, absent };
}

function stateOf(rule: AlarmRule, known: number, breaching: number, absent: number): AlarmState | undefined {
  const { datapointsToAlarm: wanted, missingData } = rule;
  const alarmIf = (holds: boolean): AlarmState => (holds ? 'ALARM' : 'OK');
  if (absent === 0 || breaching >= wanted) return alarmIf(breaching >= wanted);
  switch (missingData) {
    case 'breaching':
      return alarmIf(breaching + absent >= wanted);
    case 'notBreaching':
      return 'OK';
    case 'ignore':
      return known > breaching ? 'OK' : undefined;
    case 'missing':
      return known === 0 ? 'INSUFFICIENT_DATA' : alarmIf(breaching >= Math.min(wanted, known));
  }
}

function breaches({ threshold, comparison }: AlarmRule, value: number): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
}
