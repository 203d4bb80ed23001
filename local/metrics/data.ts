import { z } from 'zod';
import { Double } from '../support/double.ts';
import { queryDigest } from '../support/pages.ts';
import { Timestamp } from '../support/timestamp.ts';
import type { MetricsContext } from './context.ts';
import { invalid } from './errors.ts';
import { dataQueries, integer, parsed, time, token } from './input.ts';
import type { Series } from './math/value.ts';
import { positionOf, tokenAt } from './pages.ts';
import { answerQueries, checkQueries } from './query.ts';
import { windowOf } from './window.ts';

const mostPoints = 100_800;

const schema = z.object({
  MetricDataQueries: dataQueries,
  StartTime: time,
  EndTime: time,
  ScanBy: z.enum(['TimestampDescending', 'TimestampAscending']).default('TimestampDescending'),
  MaxDatapoints: integer.optional(),
  NextToken: token,
  LabelOptions: z.object({ Timezone: z.string().optional() }).optional(),
});

interface Result {
  readonly Id: string;
  readonly series: Series;
  readonly points: readonly (readonly [number, number])[];
}

export function getMetricData({ store, clock }: MetricsContext, raw: Record<string, unknown>) {
  const { NextToken, ...input } = parsed(schema, raw);
  const { MetricDataQueries: queries, StartTime, EndTime, MaxDatapoints = mostPoints } = input;
  if (StartTime >= EndTime) throw invalid('The parameter EndTime must be greater than StartTime.');
  if (MaxDatapoints < 1 || MaxDatapoints > mostPoints)
    throw invalid(`The value ${MaxDatapoints} for parameter MaxDatapoints must be from 1 to ${mostPoints}.`);
  checkQueries(queries, 'MetricDataQueries');
  const nowMs = clock.now();
  const answers = answerQueries(store, queries, (period) => windowOf(StartTime, EndTime, period, nowMs));
  const results = answers.flatMap(({ query, series }) =>
    series.map((one): Result => {
      const points = [...one.points];
      return {
        Id: query.Id,
        series: one,
        points: input.ScanBy === 'TimestampDescending' ? points.reverse() : points,
      };
    }),
  );
  const digest = queryDigest(input);
  return { ...pageOf(results, MaxDatapoints, positionOf(NextToken, digest), digest), Messages: [] };
}

/** A page holds at most so many points of all results together; results without any stand on the first page. */
function pageOf(results: readonly Result[], most: number, start: number, digest: string) {
  const MetricDataResults: object[] = [];
  let position = 0;
  for (const { Id, series, points } of results) {
    const from = Math.max(0, start - position);
    const page = points.slice(from, Math.max(from, start + most - position));
    position += points.length;
    const first = points.length === 0 && start === 0;
    if (page.length === 0 && !first) continue;
    MetricDataResults.push({
      Id,
      Label: series.label,
      Timestamps: page.map(([atMs]) => new Timestamp(atMs)),
      Values: page.map(([, value]) => new Double(value)),
      StatusCode: from + page.length < points.length ? 'PartialData' : 'Complete',
    });
  }
  const end = start + most;
  return { MetricDataResults, ...(end < position && { NextToken: tokenAt(end, digest) }) };
}
