import type { Environment } from '../contract/environment.ts';
import type { Evidence } from '../deployments/judge/model.ts';
import type { EvidenceQuery } from '../deployments/seeing.ts';
import type { Clock, Log, Store } from '../kernel/ports.ts';
import { readTargetGroups } from './evidence/by-load-balancer.ts';
import { readTasks } from './evidence/by-task.ts';
import { exitsIn, type Interval } from './evidence/exits.ts';
import type { GetMetricData } from './evidence/get-metric-data.ts';
import { firstFrom, mostIntervals, type Reading } from './evidence/reading.ts';
import { type Arms, readArms } from './evidence/tasks.ts';

export interface JudgeEvidenceDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** CloudWatch, of a region. */
  getMetricData(region: string): GetMetricData;
  environment(name: string): Environment;
}

/** Where nothing but Berth's own records tells: ECS's events are in by then. */
const recordsPeriodMs = 30_000;
const recordsLateMs = 30_000;

/**
 * The evidence of two releases in intervals since `sinceMs`: in order, side by side, each read when nothing more of it
 * is to be expected, at most sixty a look. They begin at whole multiples of their length (10 s where tasks push
 * metrics by the second, otherwise 60 s; 30 s where only exits are judged), so what lies between `sinceMs` and the
 * first of these is in none. What was not told is absent; a zero was told. Empty while nothing is complete, and when
 * CloudWatch does not answer, which is logged: the next look tries again.
 */
export async function lookForJudge(
  query: EvidenceQuery,
  deps: JudgeEvidenceDependencies,
): Promise<readonly Evidence[]> {
  const nowMs = deps.clock.now();
  const arms = await readArms(deps.store, query);
  const reading = await readingOf(query, arms, deps, nowMs);
  if (!reading) return [];
  const evidence: Evidence[] = [];
  const { periodMs } = reading;
  let fromMs = firstFrom(query.sinceMs, periodMs);
  for (; evidence.length < mostIntervals; fromMs += periodMs) {
    const interval: Interval = { fromMs, toMs: fromMs + periodMs };
    if (query.untilMs !== undefined && interval.toMs > query.untilMs) break;
    if (!reading.isComplete(interval)) break;
    evidence.push({
      ...interval,
      share: query.share,
      ...reading.of(interval),
      ...(query.settings.exits && !arms.isCut && { exits: exitsOf(arms, interval) }),
    });
  }
  return evidence;
}

const exitsOf = ({ canary, baseline }: Arms, interval: Interval) => ({
  canary: exitsIn(canary, interval),
  baseline: exitsIn(baseline, interval),
});

async function readingOf(
  query: EvidenceQuery,
  arms: Arms,
  { getMetricData, environment, log }: JudgeEvidenceDependencies,
  nowMs: number,
): Promise<Reading | undefined> {
  if (!asksCloudWatch(query)) return recordsAlone(nowMs);
  const about = { ecsName: query.ecsName, sinceMs: query.sinceMs };
  try {
    const { loadBalancerArn, region } = environment(query.environment);
    const read = getMetricData(region);
    const isByTask = query.source.type === 'metrics' || Object.keys(query.metrics).length > 0;
    const byTask = isByTask ? await readTasks(read, query, arms, nowMs) : undefined;
    if (isByTask && !byTask) log.warn('there are too many tasks to read the metrics of each', about);
    if (query.source.type === 'metrics') return byTask ?? recordsAlone(nowMs);
    const balanced = await readTargetGroups(read, query, loadBalancerArn, nowMs);
    return joined(balanced, byTask) ?? recordsAlone(nowMs);
  } catch (error) {
    log.warn('evidence could not be read', { ...about, error: String(error) });
    return undefined;
  }
}

const asksCloudWatch = ({ settings, metrics }: EvidenceQuery) =>
  settings.errors !== undefined ||
  settings.latency !== undefined ||
  settings.traffic ||
  Object.keys(metrics).length > 0;

const recordsAlone = (nowMs: number): Reading => ({
  periodMs: recordsPeriodMs,
  isComplete: ({ toMs }) => nowMs >= toMs + recordsLateMs,
  of: () => ({}),
});

/** Both have intervals of a minute. */
function joined(one: Reading | undefined, other: Reading | undefined): Reading | undefined {
  if (!one || !other) return one ?? other;
  return {
    periodMs: one.periodMs,
    isComplete: (interval) => one.isComplete(interval) && other.isComplete(interval),
    of: (interval) => ({ ...other.of(interval), ...one.of(interval) }),
  };
}
