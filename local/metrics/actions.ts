import { AwsError } from '../support/service.ts';
import {
  type AlarmsContext,
  deleteAlarms,
  describeAlarmHistory,
  describeAlarms,
  describeAlarmsForMetric,
  setActionsEnabled,
  setAlarmState,
} from './alarms/actions.ts';
import { putMetricAlarm } from './alarms/put.ts';
import { listTagsForResource, tagResource, untagResource } from './alarms/tags.ts';
import type { MetricsContext } from './context.ts';
import { getMetricData } from './data.ts';
import { putMetricData } from './put.ts';
import { getMetricStatistics, listMetrics } from './read.ts';

export type ActionContext = MetricsContext & AlarmsContext;

type Action = (context: ActionContext, input: Record<string, unknown>) => unknown;

const actions: Readonly<Record<string, Action>> = {
  PutMetricData: putMetricData,
  GetMetricData: getMetricData,
  GetMetricStatistics: getMetricStatistics,
  ListMetrics: listMetrics,
  PutMetricAlarm: putMetricAlarm,
  DescribeAlarms: describeAlarms,
  DescribeAlarmsForMetric: describeAlarmsForMetric,
  DescribeAlarmHistory: describeAlarmHistory,
  DeleteAlarms: deleteAlarms,
  SetAlarmState: setAlarmState,
  EnableAlarmActions: setActionsEnabled(true),
  DisableAlarmActions: setActionsEnabled(false),
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  UntagResource: untagResource,
};

/** Performs an action; throws an `AwsError` for what it refuses, and for actions that are not there. */
export function perform(context: ActionContext, name: string, input: Record<string, unknown>): unknown {
  if (Object.hasOwn(actions, name)) return actions[name]!(context, input);
  throw new AwsError('UnknownOperationException', `Local AWS's CloudWatch has no ${name}.`);
}
