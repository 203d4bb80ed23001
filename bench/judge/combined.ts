import { openJudge, verdictOf, weigh } from '../../core/deployments/judge/judge.ts';
import type { Arms, Evidence, JudgeSettings, JudgeState } from '../../core/deployments/judge/model.ts';
import { rounded } from '../statistics.ts';
import { limitOf } from './exact.ts';
import { valuesOf } from './latency.ts';
import { type Noise, type TaskNoise, tasksAt } from './noise.ts';
import { type Lots, lotsFrom } from './random.ts';

/** Everything on. */
export const everything: JudgeSettings = {
  falseAlarms: 0.01,
  errors: { atMostRatio: 2, atMostShare: 0.01 },
  latency: { percentile: 0.95, atMostRatio: 1.2 },
  metrics: [{ name: 'QueueAge', worse: 'higher', atMostRatio: 1.2 }],
  exits: true,
  traffic: true,
};

export interface CombinedFigures {
  readonly falseAlarm: number;
  /** Mean errors to detect twice as many, over the limit, 50/50, every other metric judged beside it. */
  readonly ratioToLimit: number;
  /** False alarms by the metric that was named. */
  readonly alarmsOf: Readonly<Record<string, number>>;
}

const tasks = 8;
const hour = 3600;
const share = 0.5;
const failuresPerTaskHour = 0.5;

interface World {
  readonly errorShare: number;
  readonly ratio: number;
  readonly latency: { readonly canary: readonly TaskNoise[]; readonly baseline: readonly TaskNoise[] };
  readonly metric: World['latency'];
}

function worldOf(noises: readonly Noise[], errorShare: number, ratio: number, lots: Lots): World {
  const arms = () => {
    const noise = noises[lots.below(noises.length)]!;
    const moment = lots.next();
    return {
      canary: tasksAt(noise, moment, tasks, lots),
      baseline: tasksAt(noise, moment, tasks, lots),
    };
  };
  return { errorShare, ratio, latency: arms(), metric: arms() };
}

/** One interval of everything in which so many errors came. */
function evidenceOf(world: World, from: number, to: number, errors: Arms<number>, lots: Lots): Evidence {
  const seconds = to - from;
  const failures = () => lots.poisson((failuresPerTaskHour * tasks * seconds) / hour);
  const taskSeconds = tasks * seconds;
  const minute = Math.floor(from / 60);
  const perTask = (arms: World['latency']) => ({
    canary: valuesOf('canary', arms.canary, minute, minute + 1, 1),
    baseline: valuesOf('baseline', arms.baseline, minute, minute + 1, 1),
    baselineIsFresh: true,
  });
  const requests = { canary: lots.poisson(50 * seconds), baseline: lots.poisson(50 * seconds) };
  return {
    fromMs: from * 1000,
    toMs: to * 1000,
    share,
    requests: { canary: requests.canary + errors.canary, baseline: requests.baseline + errors.baseline },
    errors: { ...errors, counted: 'episodes' },
    exits: {
      canary: { taskSeconds, failures: failures() },
      baseline: { taskSeconds, failures: failures() },
    },
    latency: perTask(world.latency),
    metrics: { QueueAge: perTask(world.metric) },
  };
}

function errorsIn({ errorShare, ratio }: World, seconds: number, lots: Lots): Arms<number> {
  const mean = 50 * seconds * errorShare;
  return { canary: lots.poisson(mean * ratio), baseline: lots.poisson(mean) };
}

const opened = openJudge(everything, { share, tasks: { canary: tasks, baseline: tasks } });

export function combinedFigures(
  noises: readonly Noise[],
  runs: number,
  log: (line: string) => void,
): CombinedFigures {
  log('everything judged together');
  const lots = lotsFrom(4711);
  const alarmsOf: Record<string, number> = {};
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const of = alarmIn(worldOf(noises, run % 2 === 0 ? 0.001 : 0.01, 1, lots), lots);
    if (of === undefined) continue;
    alarms++;
    alarmsOf[of] = (alarmsOf[of] ?? 0) + 1 / runs;
  }
  return {
    falseAlarm: rounded(alarms / runs, 4),
    ratioToLimit: rounded(meanErrorsToFind(noises, 2, runs / 5) / limitOf(2, share), 4),
    alarmsOf,
  };
}

/** Of an hour without any difference, judged by the minute. */
function alarmIn(world: World, lots: Lots): string | undefined {
  let state: JudgeState = opened;
  for (let from = 0; from < hour; from += 60) {
    const errors = errorsIn(world, 60, lots);
    state = weigh(everything, state, evidenceOf(world, from, from + 60, errors, lots));
    const verdict = verdictOf(everything, state);
    if (verdict.is === 'worse') return verdict.of;
  }
  return undefined;
}

/** Looked at in each second that has an error of the canary, and at each full minute. */
function meanErrorsToFind(noises: readonly Noise[], ratio: number, runs: number): number {
  const lots = lotsFrom(1147);
  let total = 0;
  for (let run = 0; run < runs; run++) total += errorsToFind(worldOf(noises, 0.001, ratio, lots), lots);
  return total / runs;
}

function errorsToFind(world: World, lots: Lots): number {
  let state: JudgeState = opened;
  let from = 0;
  let open = { canary: 0, baseline: 0 };
  let total = 0;
  for (let second = 1; ; second++) {
    const errors = errorsIn(world, 1, lots);
    total += errors.canary + errors.baseline;
    open = { canary: open.canary + errors.canary, baseline: open.baseline + errors.baseline };
    if (errors.canary === 0 && second % 60 !== 0) continue;
    state = weigh(everything, state, evidenceOf(world, from, second, open, lots));
    const verdict = verdictOf(everything, state);
    if (verdict.is === 'worse') return total;
    from = second;
    open = { canary: 0, baseline: 0 };
  }
}
