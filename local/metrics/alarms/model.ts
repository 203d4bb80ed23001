import type { AlarmState } from '../../ecs/ports.ts';
import type { DataQuery } from '../input.ts';

export type { AlarmState } from '../../ecs/ports.ts';

export const comparisons = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;

export type Comparison = (typeof comparisons)[number];

export const missingDataTreatments = ['breaching', 'notBreaching', 'ignore', 'missing'] as const;

export type MissingData = (typeof missingDataTreatments)[number];

/** What decides about an alarm's state. */
export interface AlarmRule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly missingData: MissingData;
}

export interface AlarmRecord {
  readonly name: string;
  readonly arn: string;
  /** As it was put, and as it is described. */
  readonly settings: AlarmSettings;
  readonly rule: AlarmRule;
  /** What is asked of the metrics: exactly one of these returns data. */
  readonly queries: readonly DataQuery[];
  /** Of the query whose values are compared. */
  readonly periodSeconds: number;
  readonly actionsEnabled: boolean;
  readonly state: AlarmState;
  readonly reason: string;
  /** JSON. */
  readonly reasonData?: string;
  readonly configuredAtMs: number;
  readonly stateUpdatedAtMs: number;
  readonly stateChangedAtMs: number;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

/** Members of PutMetricAlarm that DescribeAlarms gives back as they are. */
export interface AlarmSettings {
  readonly AlarmDescription?: string | undefined;
  readonly OKActions: readonly string[];
  readonly AlarmActions: readonly string[];
  readonly InsufficientDataActions: readonly string[];
  readonly MetricName?: string | undefined;
  readonly Namespace?: string | undefined;
  readonly Statistic?: string | undefined;
  readonly ExtendedStatistic?: string | undefined;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  readonly Period?: number | undefined;
  readonly Unit?: string | undefined;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number | undefined;
  readonly Threshold: number;
  readonly ComparisonOperator: Comparison;
  readonly TreatMissingData?: MissingData | undefined;
  readonly EvaluateLowSampleCountPercentile?: string | undefined;
  readonly Metrics?: readonly DataQuery[] | undefined;
}

export type HistoryType = 'ConfigurationUpdate' | 'StateUpdate' | 'Action';

export interface HistoryRecord {
  readonly alarm: string;
  readonly atMs: number;
  readonly type: HistoryType;
  readonly summary: string;
  /** JSON. */
  readonly data: string;
}
