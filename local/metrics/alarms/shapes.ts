import { Double } from '../../support/double.ts';
import { Timestamp } from '../../support/timestamp.ts';
import type { AlarmRecord, HistoryRecord } from './model.ts';

/** An alarm as DescribeAlarms gives it. */
export function metricAlarm(alarm: AlarmRecord): object {
  const { settings, queries } = alarm;
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.arn,
    ...settings,
    Threshold: new Double(settings.Threshold),
    ...(settings.Metrics && { Metrics: queries }),
    AlarmConfigurationUpdatedTimestamp: new Timestamp(alarm.configuredAtMs),
    ActionsEnabled: alarm.actionsEnabled,
    StateValue: alarm.state,
    StateReason: alarm.reason,
    StateReasonData: alarm.reasonData,
    StateUpdatedTimestamp: new Timestamp(alarm.stateUpdatedAtMs),
    StateTransitionedTimestamp: new Timestamp(alarm.stateChangedAtMs),
  };
}

export function historyItem({ alarm, atMs, type, summary, data }: HistoryRecord): object {
  return {
    AlarmName: alarm,
    AlarmType: 'MetricAlarm',
    Timestamp: new Timestamp(atMs),
    HistoryItemType: type,
    HistorySummary: summary,
    HistoryData: data,
  };
}
