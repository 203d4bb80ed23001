import { z } from 'zod';
import type { MetricsContext } from './context.ts';
import { invalidCombination, invalidValue, missing } from './errors.ts';
import { dimensions, integer, list, metricName, namespace, number, parsed, time, unit } from './input.ts';
import { earliestMs, isSound, latestMs } from './limits.ts';
import { metricId } from './model.ts';
import type { Sample } from './store.ts';
import { type Summary, summaryOf } from './summary.ts';

const datum = z.object({
  MetricName: metricName,
  Dimensions: dimensions.default([]),
  Timestamp: time.optional(),
  Value: number.optional(),
  StatisticValues: z
    .object({ SampleCount: number, Sum: number, Minimum: number, Maximum: number })
    .optional(),
  Values: list(number, 150).optional(),
  Counts: list(number, 150).optional(),
  Unit: unit.default('None'),
  StorageResolution: integer.default(60),
});

const schema = z.object({
  Namespace: namespace,
  MetricData: list(datum, 1000).default([]),
  EntityMetricData: list(z.object({ MetricData: list(datum, 1000).default([]) }), 2).default([]),
});

type Datum = z.output<typeof datum>;

/** All data points of a request are taken, or none. */
export function putMetricData({ store, clock }: MetricsContext, input: Record<string, unknown>): undefined {
  const { Namespace, MetricData, EntityMetricData } = parsed(schema, input);
  const data = [...MetricData, ...EntityMetricData.flatMap((entity) => entity.MetricData)];
  if (data.length === 0) throw missing('The parameter MetricData is required.');
  const nowMs = clock.now();
  const samples = data.map((one, index) => sampleOf(Namespace, one, `MetricData.member.${index + 1}`, nowMs));
  for (const sample of samples) store.put(sample, true);
  return undefined;
}

function sampleOf(Namespace: string, one: Datum, place: string, nowMs: number): Sample {
  const atMs = one.Timestamp ?? nowMs;
  if (atMs < earliestMs(nowMs) || atMs > latestMs(nowMs))
    throw invalidValue(
      `The parameter ${place}.Timestamp must specify a time within the past two weeks and no more than two hours in the future.`,
    );
  if (one.StorageResolution !== 1 && one.StorageResolution !== 60)
    throw invalidValue(`The value for parameter ${place}.StorageResolution must be 1 or 60.`);
  const names = one.Dimensions.map(({ Name }) => Name);
  if (new Set(names).size !== names.length)
    throw invalidValue(`No two dimensions of ${place} may have the same name.`);
  return {
    metric: metricId(Namespace, one.MetricName, one.Dimensions),
    unit: one.Unit,
    atMs,
    resolution: one.StorageResolution,
    summary: summaryIn(one, place),
  };
}

function summaryIn(one: Datum, place: string): Summary {
  const { Value, Values, Counts, StatisticValues } = one;
  const given = [Value, Values, StatisticValues].filter((way) => way !== undefined).length;
  if (given > 1)
    throw invalidCombination(
      `The parameters ${place}.Value, ${place}.Values and ${place}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  if (Value !== undefined) return summaryOf([[sound(Value, `${place}.Value`), 1]]);
  if (Values !== undefined && Values.length > 0) {
    if (Counts !== undefined && Counts.length !== Values.length)
      throw invalidValue(`The parameters ${place}.Values and ${place}.Counts must be of the same size.`);
    return summaryOf(
      Values.map((value, index) => [
        sound(value, `${place}.Values.member.${index + 1}`),
        countIn(Counts?.[index] ?? 1, `${place}.Counts.member.${index + 1}`),
      ]),
    );
  }
  if (StatisticValues) return statisticSet(StatisticValues, `${place}.StatisticValues`);
  throw missing(`At least one of the parameters must be specified: ${place}.Value, Values, StatisticValues.`);
}

function statisticSet(set: NonNullable<Datum['StatisticValues']>, place: string): Summary {
  const [count, sum, minimum, maximum] = [
    countIn(set.SampleCount, `${place}.SampleCount`),
    sound(set.Sum, `${place}.Sum`),
    sound(set.Minimum, `${place}.Minimum`),
    sound(set.Maximum, `${place}.Maximum`),
  ];
  if (minimum > maximum)
    throw invalidValue(`The parameter ${place}.Maximum must be greater than ${place}.Minimum.`);
  if (minimum === maximum) return { ...summaryOf([[minimum, count]]), sum };
  return { count, sum, minimum, maximum };
}

function countIn(count: number, place: string): number {
  if (sound(count, place) > 0) return count;
  throw invalidValue(`The value ${count} for parameter ${place} must be greater than 0.`);
}

function sound(value: number, place: string): number {
  if (isSound(value)) return value;
  throw invalidValue(`The value ${value} for parameter ${place} is invalid.`);
}
