import { z } from 'zod';
import type { Clock } from '../../support/clock.ts';
import { AwsError } from '../../support/service.ts';
import { invalid, invalidCombination } from '../errors.ts';
import {
  dimensions,
  integer,
  list,
  metricName,
  namespace,
  parsed,
  statistic,
  token,
  unit,
} from '../input.ts';
import { keyOfMetric, metricId } from '../model.ts';
import { pageOf } from '../pages.ts';
import type { MetricStore } from '../store.ts';
import type { AlarmBook } from './book.ts';
import { historyItem, metricAlarm } from './shapes.ts';
import type { AlarmWatch } from './watch.ts';

export interface AlarmsContext {
  readonly book: AlarmBook;
  readonly watch: AlarmWatch;
  readonly store: MetricStore;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
}

type Input = Record<string, unknown>;

const names = list(z.string().min(1).max(255), 100);
const state = z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']);
const records = integer.pipe(z.int().min(1).max(100));
const alarmTypes = list(z.enum(['MetricAlarm', 'CompositeAlarm', 'LogAlarm']), 3);

const describeSchema = z.object({
  AlarmNames: names.optional(),
  AlarmNamePrefix: z.string().optional(),
  AlarmTypes: alarmTypes.optional(),
  ChildrenOfAlarmName: z.string().optional(),
  ParentsOfAlarmName: z.string().optional(),
  StateValue: state.optional(),
  ActionPrefix: z.string().optional(),
  MaxRecords: records.default(50),
  NextToken: token,
});

export function describeAlarms({ book }: AlarmsContext, raw: Input) {
  const { NextToken, MaxRecords, ...input } = parsed(describeSchema, raw);
  const { AlarmNames, AlarmNamePrefix, AlarmTypes, StateValue, ActionPrefix } = input;
  if (AlarmNames && AlarmNamePrefix !== undefined)
    throw invalidCombination('AlarmNames and AlarmNamePrefix are mutually exclusive.');
  const none = { CompositeAlarms: [], MetricAlarms: [] };
  if (AlarmTypes && !AlarmTypes.includes('MetricAlarm')) return none;
  // There are no composite alarms, so none has children or parents.
  if (input.ChildrenOfAlarmName !== undefined || input.ParentsOfAlarmName !== undefined) return none;
  const found = book
    .all()
    .filter(({ name, state: is, settings }) => {
      if (AlarmNames && !AlarmNames.includes(name)) return false;
      if (StateValue !== undefined && is !== StateValue) return false;
      const all = [...settings.OKActions, ...settings.AlarmActions, ...settings.InsufficientDataActions];
      if (ActionPrefix !== undefined && !all.some((one) => one.startsWith(ActionPrefix))) return false;
      return name.startsWith(AlarmNamePrefix ?? '');
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const { page, ...more } = pageOf(found, MaxRecords, NextToken, input);
  return { CompositeAlarms: [], MetricAlarms: page.map(metricAlarm), ...more };
}

const forMetricSchema = z.object({
  MetricName: metricName,
  Namespace: namespace,
  Statistic: statistic.optional(),
  ExtendedStatistic: z.string().optional(),
  Dimensions: dimensions.default([]),
  Period: integer.optional(),
  Unit: unit.optional(),
});

/** Alarms on this very metric; alarms on expressions are not among them. */
export function describeAlarmsForMetric({ book }: AlarmsContext, raw: Input) {
  const input = parsed(forMetricSchema, raw);
  const key = keyOfMetric(metricId(input.Namespace, input.MetricName, input.Dimensions));
  const found = book.all().filter(({ settings }) => {
    const { Namespace, MetricName, Dimensions } = settings;
    if (Namespace === undefined || MetricName === undefined) return false;
    if (keyOfMetric(metricId(Namespace, MetricName, Dimensions)) !== key) return false;
    return (['Statistic', 'ExtendedStatistic', 'Period', 'Unit'] as const).every(
      (member) => input[member] === undefined || input[member] === settings[member],
    );
  });
  return { MetricAlarms: found.map(metricAlarm) };
}

export function deleteAlarms({ book, watch }: AlarmsContext, raw: Input): undefined {
  const { AlarmNames } = parsed(z.object({ AlarmNames: names }), raw);
  const found = AlarmNames.map((name) => {
    const alarm = book.get(name);
    if (!alarm) throw new AwsError('ResourceNotFound', `Unknown alarm: ${name}`, 404);
    return alarm;
  });
  for (const alarm of found) book.delete(alarm);
  watch.wake();
  return undefined;
}

/** The next evaluation may set another state. */
export function setAlarmState({ book }: AlarmsContext, raw: Input): undefined {
  const input = parsed(
    z.object({
      AlarmName: z.string().min(1).max(255),
      StateValue: state,
      StateReason: z.string().max(1023),
      StateReasonData: z.string().max(4000).optional(),
    }),
    raw,
  );
  const alarm = book.get(input.AlarmName);
  if (!alarm) throw new AwsError('ResourceNotFound', `Unknown alarm: ${input.AlarmName}`, 404);
  if (input.StateReasonData !== undefined && !isJson(input.StateReasonData))
    throw new AwsError('InvalidFormatFault', 'StateReasonData must be JSON.');
  const { StateValue, StateReason, StateReasonData } = input;
  book.setState(alarm, { state: StateValue, reason: StateReason, reasonData: StateReasonData });
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Names that are no alarm's are passed over, as by AWS. */
export function setActionsEnabled(enabled: boolean) {
  return ({ book }: AlarmsContext, raw: Input): undefined => {
    const { AlarmNames } = parsed(z.object({ AlarmNames: names }), raw);
    for (const name of AlarmNames) {
      const alarm = book.get(name);
      if (alarm && alarm.actionsEnabled !== enabled) book.configure({ ...alarm, actionsEnabled: enabled });
    }
    return undefined;
  };
}

const historySchema = z.object({
  AlarmName: z.string().optional(),
  AlarmContributorId: z.string().optional(),
  AlarmTypes: alarmTypes.optional(),
  HistoryItemType: z.string().optional(),
  StartDate: z.union([z.number(), z.string()]).optional(),
  EndDate: z.union([z.number(), z.string()]).optional(),
  MaxRecords: records.default(100),
  NextToken: token,
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
});

export function describeAlarmHistory({ book }: AlarmsContext, raw: Input) {
  const { NextToken, MaxRecords, ...input } = parsed(historySchema, raw);
  if (input.AlarmContributorId !== undefined) throw invalid('Local AWS has no alarm contributors.');
  const fromMs = momentOf(input.StartDate) ?? 0;
  const toMs = momentOf(input.EndDate) ?? Number.POSITIVE_INFINITY;
  const found = book.history().filter((entry) => {
    if (input.AlarmName !== undefined && entry.alarm !== input.AlarmName) return false;
    if (input.HistoryItemType !== undefined && entry.type !== input.HistoryItemType) return false;
    return entry.atMs >= fromMs && entry.atMs <= toMs;
  });
  if (input.ScanBy === 'TimestampDescending') found.reverse();
  const { page, ...more } = pageOf(found, MaxRecords, NextToken, input);
  return { AlarmHistoryItems: page.map(historyItem), ...more };
}

function momentOf(given: number | string | undefined): number | undefined {
  if (given === undefined) return undefined;
  return typeof given === 'number' ? given * 1000 : Date.parse(given);
}
