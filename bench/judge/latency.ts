import { openJudge, verdictOf, weigh } from '../../core/deployments/judge/judge.ts';
import type { JudgeSettings, TaskValue } from '../../core/deployments/judge/model.ts';
import { windowMs } from '../../core/deployments/judge/tasks.ts';
import { median, rounded } from '../statistics.ts';
import { type Noise, type TaskNoise, tasksAt, windows } from './noise.ts';
import { type Lots, lotsFrom } from './random.ts';

const latencyAlone: JudgeSettings = {
  falseAlarms: 0.01,
  latency: { percentile: 0.95, atMostRatio: 1.2 },
  metrics: [],
  exits: false,
  traffic: false,
};

interface Trial {
  readonly canary: number;
  readonly baseline: number;
  /** The canary's latency over what it would be. */
  readonly ratio: number;
  readonly baselineIsFresh: boolean;
}

/** Evidence of all windows up to each look at once: nothing is looked at between, where a look is exact. */
const cuts = [0, 1, 4, 16] as const;
const everyWindow = Array.from({ length: windows + 1 }, (_, each) => each);

/** What the judge says of tasks on those machines after 16 windows at most. */
function isWorse(noise: Noise, trial: Trial, isCoarse: boolean, lots: Lots): boolean {
  const moment = lots.next();
  const canary = tasksAt(noise, moment, trial.canary, lots);
  const baseline = tasksAt(noise, trial.baselineIsFresh ? moment : lots.next(), trial.baseline, lots);
  let state = openJudge(latencyAlone, { share: 0.5, tasks: trial });
  const moments = isCoarse ? cuts : everyWindow;
  for (let each = 1; each < moments.length; each++) {
    const [from, to] = [moments[each - 1]!, moments[each]!];
    state = weigh(latencyAlone, state, {
      fromMs: from * windowMs,
      toMs: to * windowMs,
      share: 0.5,
      latency: {
        canary: valuesOf('canary', canary, from, to, trial.ratio),
        baseline: valuesOf('baseline', baseline, from, to, 1),
        baselineIsFresh: trial.baselineIsFresh,
      },
    });
    if (verdictOf(latencyAlone, state).is === 'worse') return true;
  }
  return false;
}

export const valuesOf = (
  arm: string,
  tasks: readonly TaskNoise[],
  from: number,
  to: number,
  ratio: number,
): TaskValue[] =>
  tasks.map((noise, task) => {
    let sum = 0;
    for (let window = from; window < to; window++) sum += noise[window % windows]!;
    return { task: `${arm}-${task}`, value: (sum / (to - from)) * ratio, weight: to - from };
  });

export interface LatencyFigures {
  /** Worst file, 8 × 8 and 4 × 8 tasks and the floors of one and two, against a fresh baseline. */
  readonly falseAlarm: number;
  /** The same against a baseline that ran at another time, which the judge is told. */
  readonly staleFalseAlarm: number;
  /** Chance to find 20 % more with 8 × 8 tasks within 16 windows. */
  readonly power20: { readonly worst: number; readonly median: number };
  readonly files: readonly LatencyOfFile[];
  readonly curve: readonly { readonly ratio: number; readonly worst: number; readonly median: number }[];
}

interface LatencyOfFile {
  readonly file: string;
  readonly falseAlarm: Readonly<Record<string, number>>;
  readonly staleFalseAlarm: number;
  readonly power20: number;
}

const eights = { canary: 8, baseline: 8 };
const sizes = [eights, { canary: 4, baseline: 8 }, { canary: 2, baseline: 4 }, { canary: 1, baseline: 4 }];

export function latencyFigures(
  noises: readonly Noise[],
  runs: number,
  log: (line: string) => void,
): LatencyFigures {
  const chance = (noise: Noise, trial: Trial, times: number, isCoarse = true) => {
    const lots = lotsFrom(trial.canary * 31 + trial.baseline + Math.round(trial.ratio * 1000));
    let found = 0;
    for (let run = 0; run < times; run++) if (isWorse(noise, trial, isCoarse, lots)) found++;
    return rounded(found / times, 4);
  };
  const files = noises.map((noise): LatencyOfFile => {
    log(`latency on ${noise.name}`);
    const fresh = { ratio: 1, baselineIsFresh: true };
    return {
      file: noise.name,
      falseAlarm: Object.fromEntries(
        sizes.map((size) => [
          `${size.canary}x${size.baseline}`,
          chance(noise, { ...size, ...fresh }, size.canary >= 4 ? runs : runs / 4, size.canary >= 4),
        ]),
      ),
      staleFalseAlarm: chance(noise, { ...eights, ratio: 1, baselineIsFresh: false }, runs / 4),
      power20: chance(noise, { ...eights, ratio: 1.2, baselineIsFresh: true }, 2000),
    };
  });
  const powers = (ratio: number) =>
    noises.map((noise) => chance(noise, { ...eights, ratio, baselineIsFresh: true }, 400));
  const power20 = files.map(({ power20: power }) => power);
  return {
    falseAlarm: Math.max(...files.flatMap(({ falseAlarm }) => Object.values(falseAlarm))),
    staleFalseAlarm: Math.max(...files.map(({ staleFalseAlarm }) => staleFalseAlarm)),
    power20: { worst: Math.min(...power20), median: median(power20) },
    files,
    curve: [1.05, 1.1, 1.15, 1.2, 1.3, 1.4].map((ratio) => {
      const found = powers(ratio);
      return { ratio, worst: Math.min(...found), median: median(found) };
    }),
  };
}
