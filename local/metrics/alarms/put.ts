import { z } from 'zod';
import { AwsError } from '../../support/service.ts';
import { absent, invalid, invalidCombination, invalidValue, missing } from '../errors.ts';
import {
  boolean,
  type DataQuery,
  dataQueries,
  dimensions,
  integer,
  list,
  metricName,
  namespace,
  number,
  parsed,
  statistic,
  unit,
} from '../input.ts';
import { checkQueries } from '../query.ts';
import { statisticNamed } from '../statistics.ts';
import { checkedPeriod } from '../window.ts';
import type { AlarmsContext } from './actions.ts';
import { maxAlarms } from './book.ts';
import { type AlarmRecord, type AlarmSettings, comparisons, missingDataTreatments } from './model.ts';
import { valuesOf } from './watch.ts';

const actions = list(z.string().min(1).max(1024), 5).default([]);
export const tags = list(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }), 50);

const schema = z.object({
  AlarmName: z.string().min(1).max(255),
  AlarmDescription: z.string().max(1024).optional(),
  ActionsEnabled: boolean.default(true),
  OKActions: actions,
  AlarmActions: actions,
  InsufficientDataActions: actions,
  MetricName: metricName.optional(),
  Namespace: namespace.optional(),
  Statistic: statistic.optional(),
  ExtendedStatistic: z.string().optional(),
  Dimensions: dimensions.default([]),
  Period: integer.optional(),
  Unit: unit.optional(),
  EvaluationPeriods: integer,
  DatapointsToAlarm: integer.optional(),
  Threshold: number.optional(),
  ComparisonOperator: z.string(),
  TreatMissingData: z.enum(missingDataTreatments).optional(),
  EvaluateLowSampleCountPercentile: z.enum(['evaluate', 'ignore']).optional(),
  Metrics: dataQueries.optional(),
  Tags: tags.optional(),
  ThresholdMetricId: z.string().optional(),
});

type Input = z.output<typeof schema>;

/** A day, or a week where periods are of an hour or longer. */
const longestSeconds = (periodSeconds: number) => (periodSeconds >= 3600 ? 604_800 : 86_400);

/** Creates an alarm, or configures it anew; its state stays until it is evaluated. */
export function putMetricAlarm(context: AlarmsContext, raw: Record<string, unknown>): undefined {
  if (raw.EvaluationCriteria !== undefined) throw absent('alarms on queries of PromQL or logs');
  const input = parsed(schema, raw);
  const ComparisonOperator = comparisons.find((one) => one === input.ComparisonOperator);
  if (input.ThresholdMetricId !== undefined || /UpperThreshold|LowerThreshold/.test(input.ComparisonOperator))
    throw absent('anomaly detection alarms');
  if (!ComparisonOperator)
    throw invalid(
      `1 validation error detected: Value '${input.ComparisonOperator}' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [${comparisons.join(', ')}]`,
    );
  const Threshold = input.Threshold;
  if (Threshold === undefined) throw missing('The parameter Threshold is required.');
  if (!Number.isFinite(Threshold))
    throw invalidValue(`The value ${Threshold} for parameter Threshold is invalid.`);
  const { queries, periodSeconds } = watchedBy(input);
  checkPeriods(input, periodSeconds);
  // An expression that is wrong must be refused here, not found when the alarm is evaluated.
  valuesOf(context.store, { queries }, 0, periodSeconds * 1000);
  const { AlarmName, ActionsEnabled, Tags, ThresholdMetricId: _, ...rest } = input;
  const settings: AlarmSettings = { ...rest, Threshold, ComparisonOperator };
  const known = context.book.get(AlarmName);
  if (!known && context.book.size >= maxAlarms)
    throw new AwsError('LimitExceededFault', `There may be at most ${maxAlarms} alarms.`);
  const nowMs = context.clock.now();
  const fresh: Pick<AlarmRecord, 'state' | 'reason' | 'stateUpdatedAtMs' | 'stateChangedAtMs' | 'tags'> = {
    ...{ state: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' },
    ...{ stateUpdatedAtMs: nowMs, stateChangedAtMs: nowMs, tags: Tags ?? [] },
  };
  context.book.configure({
    ...(known ?? fresh),
    ...{ name: AlarmName, settings, queries, periodSeconds, configuredAtMs: nowMs },
    arn: `arn:aws:cloudwatch:${context.region}:${context.account}:alarm:${AlarmName}`,
    actionsEnabled: ActionsEnabled,
    rule: {
      evaluationPeriods: input.EvaluationPeriods,
      datapointsToAlarm: input.DatapointsToAlarm ?? input.EvaluationPeriods,
      threshold: Threshold,
      comparison: ComparisonOperator,
      missingData: input.TreatMissingData ?? 'missing',
    },
  });
  context.watch.wake();
  return undefined;
}

/** An alarm on one metric asks a query too, so that all are evaluated alike. */
function watchedBy(input: Input): { readonly queries: readonly DataQuery[]; readonly periodSeconds: number } {
  const { Metrics, MetricName, Namespace, Period, Dimensions, Unit } = input;
  if (Metrics && Metrics.length > 0) {
    if (MetricName !== undefined || Namespace !== undefined || Period !== undefined)
      throw invalidCombination('Metrics list and MetricName, Namespace, Period are mutually exclusive.');
    checkQueries(Metrics, 'Metrics');
    if (Metrics.filter(({ ReturnData }) => ReturnData !== false).length !== 1)
      throw invalid('Exactly one element of the metrics list should return data.');
    const periods = Metrics.flatMap(({ MetricStat, Period: own }) => MetricStat?.Period ?? own ?? []);
    return { queries: Metrics, periodSeconds: Math.max(...periods, 1) };
  }
  if (MetricName === undefined) throw missing('The parameter MetricName is required.');
  if (Namespace === undefined) throw missing('The parameter Namespace is required.');
  if (Period === undefined) throw missing('The parameter Period is required.');
  const { Statistic, ExtendedStatistic } = input;
  if ((Statistic === undefined) === (ExtendedStatistic === undefined))
    throw invalidCombination('Exactly one of Statistic and ExtendedStatistic must be given.');
  const Stat = Statistic ?? ExtendedStatistic ?? '';
  if (!statisticNamed(Stat))
    throw invalidValue(`The value ${Stat} for parameter ExtendedStatistic is not supported.`);
  const MetricStat = {
    ...{ Metric: { Namespace, MetricName, Dimensions }, Period: checkedPeriod(Period, 'Period'), Stat },
    ...(Unit !== undefined && { Unit }),
  };
  return { queries: [{ Id: 'm1', MetricStat, ReturnData: true }], periodSeconds: Period };
}

function checkPeriods({ EvaluationPeriods, DatapointsToAlarm }: Input, periodSeconds: number): void {
  if (EvaluationPeriods < 1)
    throw invalid(
      `1 validation error detected: Value '${EvaluationPeriods}' at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  if (DatapointsToAlarm !== undefined && (DatapointsToAlarm < 1 || DatapointsToAlarm > EvaluationPeriods))
    throw invalid('DatapointsToAlarm must be from 1 to EvaluationPeriods.');
  const most = longestSeconds(periodSeconds);
  if (periodSeconds * EvaluationPeriods > most)
    throw invalid(
      `Metrics cannot be checked across more than ${most === 86_400 ? 'a day' : 'a week'} (EvaluationPeriods * Period must be <= ${most}).`,
    );
}
