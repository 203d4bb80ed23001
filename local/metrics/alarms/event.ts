import { randomUUID } from 'node:crypto';
import type { ServiceEvent } from '../../events/model.ts';
import { isoSeconds } from '../../support/timestamp.ts';
import type { AlarmRecord } from './model.ts';

interface Place {
  readonly account: string;
  readonly region: string;
}

/** What EventBridge is told when an alarm changes its state. */
export function stateChangeEvent(
  { account, region }: Place,
  before: AlarmRecord,
  now: AlarmRecord,
): ServiceEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    account,
    time: isoSeconds(now.stateUpdatedAtMs),
    region,
    resources: [now.arn],
    detail: {
      alarmName: now.name,
      state: stateIn(now),
      previousState: stateIn(before),
      configuration: {
        ...(now.settings.AlarmDescription !== undefined && { description: now.settings.AlarmDescription }),
        metrics: now.queries.map(metricIn),
      },
    },
  };
}

const stateIn = ({ state, reason, reasonData, stateUpdatedAtMs }: AlarmRecord) => ({
  value: state,
  reason,
  ...(reasonData !== undefined && { reasonData }),
  timestamp: awsTime(stateUpdatedAtMs),
});

function metricIn({ Id, MetricStat, Expression, Label, ReturnData }: AlarmRecord['queries'][number]) {
  return {
    id: Id,
    ...(MetricStat && {
      metricStat: {
        metric: {
          namespace: MetricStat.Metric.Namespace,
          name: MetricStat.Metric.MetricName,
          dimensions: Object.fromEntries(
            MetricStat.Metric.Dimensions.map(({ Name, Value }) => [Name, Value]),
          ),
        },
        period: MetricStat.Period,
        stat: MetricStat.Stat,
        ...(MetricStat.Unit !== undefined && { unit: MetricStat.Unit }),
      },
    }),
    ...(Expression !== undefined && { expression: Expression }),
    ...(Label !== undefined && { label: Label }),
    returnData: ReturnData ?? true,
  };
}

/** `2026-11-23T05:04:00.000+0000`, as CloudWatch writes moments into its texts. */
export const awsTime = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '+0000');
