import { absent, invalid } from './errors.ts';
import type { DataQuery } from './input.ts';
import { evaluateExpression, evaluateValue } from './math/evaluate.ts';
import type { Series, Value } from './math/value.ts';
import { metricId } from './model.ts';
import { statisticNamed } from './statistics.ts';
import type { MetricStore, Window } from './store.ts';
import { checkedPeriod } from './window.ts';

/** What a query of GetMetricData, or of an alarm, gave. */
export interface Answered {
  readonly query: DataQuery;
  /** A metric gives one, an expression one or several. */
  readonly series: readonly Series[];
}

/** Throws `ValidationException` for queries that contradict themselves or each other. */
export function checkQueries(queries: readonly DataQuery[], place: string): void {
  const ids = new Set<string>();
  for (const [index, query] of queries.entries()) {
    const here = `${place}.member.${index + 1}`;
    if (!/^[a-z]\w*$/.test(query.Id))
      throw invalid(
        `The value ${query.Id} for parameter ${here}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
      );
    if (ids.has(query.Id)) throw invalid(`The values for parameter id in ${place} are not unique.`);
    ids.add(query.Id);
    if ((query.MetricStat === undefined) === (query.Expression === undefined))
      throw invalid(`Either ${here}.MetricStat or ${here}.Expression must be given, and not both.`);
    if (query.MetricStat) checkMetricStat(query.MetricStat, `${here}.MetricStat`);
  }
}

function checkMetricStat(
  { Metric, Period, Stat }: NonNullable<DataQuery['MetricStat']>,
  place: string,
): void {
  if (Metric.Namespace === undefined || Metric.MetricName === undefined)
    throw invalid(`The parameters ${place}.Metric.Namespace and ${place}.Metric.MetricName are required.`);
  try {
    checkedPeriod(Period, `${place}.Period`);
  } catch (error) {
    throw invalid((error as Error).message);
  }
  if (!statisticNamed(Stat)) throw invalid(`The value ${Stat} for parameter ${place}.Stat is not supported.`);
}

/** Answers every query over what `windowFor` gives for its period; expressions may speak of any other query. */
export function answerQueries(
  store: MetricStore,
  queries: readonly DataQuery[],
  windowFor: (periodSeconds: number) => Window,
): readonly Answered[] {
  const byId = new Map(queries.map((query) => [query.Id, query]));
  const known = new Map<string, Value>();
  const beingAsked = new Set<string>();
  const shortest = Math.min(...queries.flatMap(({ MetricStat }) => MetricStat?.Period ?? []), 86_400);
  const scope = {
    span: windowFor(shortest),
    metrics: () => queries.flatMap((query) => (query.MetricStat ? [ask(query) as Series] : [])),
    value(id: string) {
      const query = byId.get(id);
      return query && ask(query);
    },
  };
  const ask = (query: DataQuery): Value => {
    const before = known.get(query.Id);
    if (before) return before;
    if (beingAsked.has(query.Id)) throw invalid(`The query ${query.Id} depends on itself.`);
    beingAsked.add(query.Id);
    const value = query.MetricStat
      ? seriesOf(store, query.MetricStat, windowFor(query.MetricStat.Period), query)
      : evaluateValue(query.Expression!, scope);
    beingAsked.delete(query.Id);
    known.set(query.Id, value);
    return value;
  };
  return queries.map((query) => {
    if (query.ReturnData === false) return { query, series: [] };
    if (query.Expression === undefined) return { query, series: [ask(query) as Series] };
    // Checked here as well as valued, for only what is returned must be a series.
    const label = query.Label ?? query.Id;
    return { query, series: evaluateExpression(query.Expression, scope).map((one) => ({ ...one, label })) };
  });
}

function seriesOf(
  store: MetricStore,
  { Metric, Period, Stat, Unit }: NonNullable<DataQuery['MetricStat']>,
  window: Window,
  { Label }: DataQuery,
): Series {
  const statistic = statisticNamed(Stat);
  if (!statistic) throw absent(`statistic ${Stat}`);
  const metric = metricId(Metric.Namespace ?? '', Metric.MetricName ?? '', Metric.Dimensions);
  const points = new Map<number, number>();
  for (const { atMs, summary } of store.read(metric, Unit, window)) {
    const value = statistic(summary);
    // Of a metric in several units the first counts, as no unit was asked for.
    if (value !== undefined && !points.has(atMs)) points.set(atMs, value);
  }
  return { is: 'series', label: Label ?? metric.name, periodMs: Period * 1000, points };
}
