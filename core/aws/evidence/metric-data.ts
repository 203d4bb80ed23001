import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { GetMetricData } from './get-metric-data.ts';

/** One series of CloudWatch. */
export interface Ask {
  /** What the answer is found by. */
  readonly key: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `p95`, … */
  readonly statistic: string;
}

export interface Window {
  /** Epoch milliseconds, a multiple of the period. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly periodMs: number;
}

/** A value by when its period begins, epoch milliseconds; a period without one has none. */
export type Points = ReadonlyMap<number, number>;
export type Answers = ReadonlyMap<string, Points>;

/** GetMetricData takes so many queries. */
const queriesPerCall = 500;
/** CloudWatch fits what is asked for here into one or two; it may make them smaller. */
const mostPages = 50;

/** Asks CloudWatch; what has no values is an empty series. Throws where it is refused, and for a partial answer. */
export async function readMetrics(
  getMetricData: GetMetricData,
  asks: readonly Ask[],
  window: Window,
): Promise<Answers> {
  const answers = new Map(asks.map(({ key }) => [key, new Map<number, number>()]));
  for (let first = 0; first < asks.length; first += queriesPerCall)
    await readSome(getMetricData, asks.slice(first, first + queriesPerCall), window, answers);
  return answers;
}

async function readSome(
  getMetricData: GetMetricData,
  asks: readonly Ask[],
  window: Window,
  answers: ReadonlyMap<string, Map<number, number>>,
): Promise<void> {
  const input = {
    MetricDataQueries: asks.map((ask, index) => queryOf(ask, `q${index}`, window)),
    StartTime: new Date(window.fromMs),
    EndTime: new Date(window.toMs),
    ScanBy: 'TimestampAscending' as const,
  };
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer = await getMetricData({ ...input, NextToken: token });
    for (const { Id = '', Timestamps = [], Values = [], StatusCode } of answer.results) {
      if (StatusCode === 'InternalError' || StatusCode === 'Forbidden')
        throw new Error(`CloudWatch answered ${StatusCode} for one of the metrics`);
      const points = answers.get(asks[Number(Id.slice(1))]?.key ?? '');
      for (const [at, timestamp] of Timestamps.entries()) {
        const value = Values[at];
        if (value !== undefined) points?.set(timestamp.getTime(), value);
      }
    }
    token = answer.next;
    if (token === undefined) return;
  }
  throw new Error(`CloudWatch answered in more than ${mostPages} pages`);
}

const queryOf = (ask: Ask, Id: string, { periodMs }: Window): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: {
      Namespace: ask.namespace,
      MetricName: ask.metric,
      Dimensions: Object.entries(ask.dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: periodMs / 1000,
    Stat: ask.statistic,
  },
});
