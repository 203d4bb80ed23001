import { z } from 'zod';
import { Double } from '../support/double.ts';
import { Timestamp } from '../support/timestamp.ts';
import { compareText } from '../support/values.ts';
import type { MetricsContext } from './context.ts';
import { invalidCombination, invalidValue, missing } from './errors.ts';
import {
  boolean,
  dimensions,
  integer,
  list,
  metricName,
  namespace,
  parsed,
  statistic,
  time,
  token,
  unit,
} from './input.ts';
import { keyOfMetric, type MetricId, metricId } from './model.ts';
import { pageOf } from './pages.ts';
import { statisticNamed } from './statistics.ts';
import type { Point } from './store.ts';
import { checkedPeriod, checkPoints, windowOf } from './window.ts';

const mostPoints = 1440;
const pageSize = 500;
const recentMs = 3 * 3600 * 1000;

const statisticsSchema = z.object({
  Namespace: namespace,
  MetricName: metricName,
  Dimensions: dimensions.default([]),
  StartTime: time,
  EndTime: time,
  Period: integer,
  Statistics: list(statistic, 5).default([]),
  ExtendedStatistics: list(z.string(), 10).default([]),
  Unit: unit.optional(),
});

export function getMetricStatistics({ store, clock }: MetricsContext, raw: Record<string, unknown>) {
  const input = parsed(statisticsSchema, raw);
  const { Statistics, ExtendedStatistics } = input;
  if (Statistics.length === 0 && ExtendedStatistics.length === 0)
    throw missing('Must specify either Statistics or ExtendedStatistics');
  if (Statistics.length > 0 && ExtendedStatistics.length > 0)
    throw invalidCombination('The parameters Statistics and ExtendedStatistics are mutually exclusive.');
  const period = checkedPeriod(input.Period, 'Period');
  const extended = ExtendedStatistics.map((name) => ({ name, give: checkedStatistic(name) }));
  const window = windowOf(input.StartTime, input.EndTime, period, clock.now());
  checkPoints(window, mostPoints);
  const metric = metricId(input.Namespace, input.MetricName, input.Dimensions);
  const Datapoints = store.read(metric, input.Unit, window).map((point) => ({
    Timestamp: new Timestamp(point.atMs),
    ...Object.fromEntries(
      Statistics.map((name) => [name, new Double(statisticNamed(name)!(point.summary) ?? 0)]),
    ),
    ...(extended.length > 0 && { ExtendedStatistics: extendedOf(extended, point) }),
    Unit: point.unit,
  }));
  return { Label: input.MetricName, Datapoints };
}

/** Throws `InvalidParameterValueException` for a statistic that AWS does not have. */
function checkedStatistic(name: string) {
  const found = statisticNamed(name);
  if (!found || statistic.options.some((one) => one === name))
    throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
  return found;
}

function extendedOf(
  statistics: readonly {
    readonly name: string;
    readonly give: (summary: Point['summary']) => number | undefined;
  }[],
  { summary }: Point,
) {
  const values = statistics.map(({ name, give }) => [name, give(summary)] as const);
  return Object.fromEntries(
    values.flatMap(([name, value]) => (value === undefined ? [] : [[name, new Double(value)]])),
  );
}

const listSchema = z.object({
  Namespace: namespace.optional(),
  MetricName: metricName.optional(),
  Dimensions: list(z.object({ Name: z.string(), Value: z.string().optional() }), 30).default([]),
  NextToken: token,
  RecentlyActive: z.enum(['PT3H']).optional(),
  IncludeLinkedAccounts: boolean.optional(),
  OwningAccount: z.string().optional(),
});

type ListInput = z.output<typeof listSchema>;

export function listMetrics({ store, clock }: MetricsContext, raw: Record<string, unknown>) {
  const { NextToken, ...input } = parsed(listSchema, raw);
  const since = input.RecentlyActive ? clock.now() - recentMs : Number.NEGATIVE_INFINITY;
  const found = store
    .metrics()
    .filter(({ id, lastPutMs }) => lastPutMs >= since && matches(id, input))
    .map(({ id }) => id)
    .sort((a, b) => compareText(keyOfMetric(a), keyOfMetric(b)));
  const { page, ...more } = pageOf(found, pageSize, NextToken, input);
  const Metrics = page.map((id) => ({
    Namespace: id.namespace,
    MetricName: id.name,
    Dimensions: id.dimensions,
  }));
  return { Metrics, ...more };
}

function matches(id: MetricId, { Namespace, MetricName, Dimensions }: ListInput): boolean {
  if (Namespace !== undefined && Namespace !== id.namespace) return false;
  if (MetricName !== undefined && MetricName !== id.name) return false;
  return Dimensions.every(({ Name, Value }) =>
    id.dimensions.some((one) => one.Name === Name && (Value === undefined || one.Value === Value)),
  );
}
