import type { Evidence, TaskValue } from '../../deployments/judge/model.ts';
import type { EvidenceQuery } from '../../deployments/seeing.ts';
import { lastPartOf } from '../../ecs/arn.ts';
import type { TaskRecord } from '../../ecs/task.ts';
import type { Interval } from './exits.ts';
import type { GetMetricData } from './get-metric-data.ts';
import { type Answers, type Ask, readMetrics } from './metric-data.ts';
import { nothingYet, type Reading, type Told, windowOf } from './reading.ts';
import { type Arms, armNames, isRunning, isSteady } from './tasks.ts';

/** A series that is read for each task. */
interface Series {
  /** `requests`, `errors`, `latency`, or `metric:` and the judge's name for it. */
  readonly name: string;
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Beyond, a look would cost more calls than it is worth: nothing is told by task. */
const mostQueries = 2000;
const finePeriodMs = 10_000;
const coarsePeriodMs = 60_000;
/** Values by the second are kept for three hours. */
const fineReachMs = 2.5 * 3600_000;
/** CloudWatch takes its time to get metrics out of logs; what is later than this is not waited for. */
const lateMs = 90_000;
/** What is told of the next period may overtake the last values of this one by so much. */
const settleMs = 15_000;

/** The metrics that the service's own tasks tell, or undefined where there are more tasks than can be read. */
export async function readTasks(
  getMetricData: GetMetricData,
  query: EvidenceQuery,
  arms: Arms,
  nowMs: number,
): Promise<Reading | undefined> {
  const series = [...ownSeries(query), ...customSeries(query)];
  const tasks = [...arms.canary, ...arms.baseline];
  if (arms.isCut || tasks.length * series.length > mostQueries) return undefined;
  const asks = tasks.flatMap((task) => series.map((one) => askOf(one, task)));
  const read = async (periodMs: number) => {
    const window = windowOf(query.sinceMs, periodMs, nowMs, lateMs);
    return window && (await readMetrics(getMetricData, asks, window));
  };
  const isFine = query.source.type === 'metrics' && nowMs - query.sinceMs < fineReachMs;
  const fine = isFine ? await read(finePeriodMs) : undefined;
  if (isFine && !fine) return nothingYet(finePeriodMs);
  const told = (answers: Answers, { name }: Series) =>
    tasks.some((task) => answers.get(keyOf(name, task))?.size);
  const missing = series.filter((one) => !fine || !told(fine, one));
  const give = (answers: Answers, periodMs: number) =>
    readingOf(query, series, arms, answers, periodMs, nowMs);
  if (fine && missing.length === 0) return give(fine, finePeriodMs);
  const coarse = await read(coarsePeriodMs);
  if (!coarse) return nothingYet(coarsePeriodMs);
  // A metric of a minute's resolution has the others wait for it: an interval is the same for all.
  const isCoarse = !fine || missing.some((one) => told(coarse, one)) || missing.length === series.length;
  return isCoarse ? give(coarse, coarsePeriodMs) : give(fine, finePeriodMs);
}

function ownSeries({ source, settings, ecsName }: EvidenceQuery): readonly Series[] {
  if (source.type !== 'metrics') return [];
  const { namespace } = source;
  const own = { namespace, dimensions: { Service: ecsName } };
  const { latency, errors, traffic } = settings;
  return [
    ...(errors || latency || traffic
      ? [{ ...own, name: 'requests', metric: 'Requests', statistic: 'Sum' }]
      : []),
    ...(errors || traffic ? [{ ...own, name: 'errors', metric: 'Errors', statistic: 'Sum' }] : []),
    ...(latency ? [{ ...own, name: 'latency', metric: 'Latency', statistic: `p${latency.percentile}` }] : []),
  ];
}

const customSeries = ({ metrics }: EvidenceQuery): readonly Series[] =>
  Object.entries(metrics).map(([name, metric]) => ({ ...metric, name: `metric:${name}` }));

const keyOf = (name: string, { taskArn }: TaskRecord) => `${name} ${taskArn}`;

const askOf = ({ name, dimensions, ...of }: Series, task: TaskRecord): Ask => ({
  ...of,
  key: keyOf(name, task),
  dimensions: { ...dimensions, Task: lastPartOf(task.taskArn) },
});

function readingOf(
  query: EvidenceQuery,
  series: readonly Series[],
  arms: Arms,
  answers: Answers,
  periodMs: number,
  nowMs: number,
): Reading {
  const latest = new Map(
    armNames
      .flatMap((arm) => arms[arm])
      .map((task) => [
        task,
        Math.max(...series.flatMap(({ name }) => [...(answers.get(keyOf(name, task))?.keys() ?? [])])),
      ]),
  );
  const isPast = (task: TaskRecord, toMs: number) => (latest.get(task) ?? 0) >= toMs;
  return {
    periodMs,
    isComplete({ toMs }) {
      if (nowMs >= toMs + lateMs) return true;
      const telling = [...latest.keys()].filter((task) => isRunning(task, toMs));
      return nowMs >= toMs + settleMs && telling.length > 0 && telling.every((task) => isPast(task, toMs));
    },
    of: (interval) => toldIn(interval, query, arms, answers),
  };
}

function toldIn({ fromMs }: Interval, query: EvidenceQuery, arms: Arms, answers: Answers): Told {
  const at = (name: string) => (task: TaskRecord) => answers.get(keyOf(name, task))?.get(fromMs);
  const both = <T>(of: (arm: readonly TaskRecord[], isBaseline: boolean) => T | undefined) => {
    const [canary, baseline] = [of(arms.canary, false), of(arms.baseline, true)];
    return canary === undefined || baseline === undefined ? undefined : { canary, baseline };
  };
  const requestsOf = at('requests');
  const requests = both((arm, isBaseline) => sumOf(arm, requestsOf, isBaseline ? fromMs : undefined));
  const errorsOf = at('errors');
  // Who tells of requests tells of errors too, be they none: what is silent about them is not without them.
  const errors =
    requests &&
    both((arm) => {
      const telling = arm.filter((task) => requestsOf(task) !== undefined);
      return telling.every((task) => errorsOf(task) !== undefined) ? sumOf(telling, errorsOf) : undefined;
    });
  const latency = both((arm) => valuesOf(arm, at('latency'), requestsOf));
  const metrics = Object.keys(query.metrics).flatMap((name) => {
    const told = both((arm) => valuesOf(arm, at(`metric:${name}`)));
    return told ? [[name, { ...told, baselineIsFresh: query.baselineIsFresh }] as const] : [];
  });
  return {
    ...(requests && { requests }),
    ...(errors && { errors: { ...errors, counted: 'episodes' } satisfies Evidence['errors'] }),
    ...(latency && { latency: { ...latency, baselineIsFresh: query.baselineIsFresh } }),
    ...(metrics.length > 0 && { metrics: Object.fromEntries(metrics) }),
  };
}

/**
 * What the tasks told, together; undefined where none told anything, and where one that was steady since `steadySince`
 * told nothing: a baseline that is not whole would make the canary look like more than its share.
 */
function sumOf(
  tasks: readonly TaskRecord[],
  told: (task: TaskRecord) => number | undefined,
  steadySince?: number,
): number | undefined {
  const values = tasks.map(told).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  const isSilent = (task: TaskRecord, since: number) => told(task) === undefined && isSteady(task, since);
  if (steadySince !== undefined && tasks.some((task) => isSilent(task, steadySince))) return undefined;
  return values.reduce((sum, value) => sum + value, 0);
}

function valuesOf(
  tasks: readonly TaskRecord[],
  told: (task: TaskRecord) => number | undefined,
  weightOf: (task: TaskRecord) => number | undefined = () => undefined,
): readonly TaskValue[] | undefined {
  const values = tasks.flatMap((task) => {
    const [value, weight] = [told(task), weightOf(task)];
    if (value === undefined) return [];
    return [{ task: lastPartOf(task.taskArn), value, ...(weight !== undefined && { weight }) }];
  });
  return values.length > 0 ? values : undefined;
}
