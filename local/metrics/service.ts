import { AwsError, type AwsService } from '../support/service.ts';
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
import { queryErrorCodes } from './errors.ts';
import { putMetricData } from './put.ts';
import { getMetricStatistics, listMetrics } from './read.ts';

type Action = (context: MetricsContext & AlarmsContext, input: Record<string, unknown>) => unknown;

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

/** CloudWatch's metrics and metric alarms, in every protocol that its clients speak. */
export function createMetricsService(
  context: MetricsContext & AlarmsContext,
): AwsService & { readonly queryErrorCodes: Readonly<Record<string, string>> } {
  return {
    name: 'cloudwatch',
    targetPrefix: 'GraniteServiceVersion20100801',
    queryVersion: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    shapeNamespace: 'com.amazonaws.cloudwatch',
    queryErrorCodes,
    call(name, input) {
      if (Object.hasOwn(actions, name)) return actions[name]!(context, input);
      throw new AwsError('UnknownOperationException', `Local AWS's CloudWatch has no ${name}.`);
    },
  };
}
