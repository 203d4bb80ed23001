import { writeFileSync } from 'node:fs';
import { openJudge, verdictOf, weigh } from '../core/deployments/judge/judge.ts';
import type { Evidence } from '../core/deployments/judge/model.ts';
import type { Benchmark, Figure, Grid } from './benchmark.ts';
import { aside } from './judge/aside.ts';
import { type ChartData, chart } from './judge/chart.ts';
import type { ClusteredRun } from './judge/clustered.ts';
import { type CombinedFigures, combinedFigures, everything } from './judge/combined.ts';
import type { Contest } from './judge/contest.ts';
import { limitOf, pass, type Rule, ruleOf, secondsTo } from './judge/exact.ts';
import { type LatencyFigures, latencyFigures } from './judge/latency.ts';
import { noiseFolder, noiseIn } from './judge/noise.ts';
import { rounded } from './statistics.ts';

interface Point {
  readonly ratio: number;
  readonly ratioToLimit: number;
  readonly limitErrors: number;
  readonly meanErrors: number;
  /** At 100 requests a second and 0.1 % errors. */
  readonly meanSeconds: number;
  readonly p95Seconds: number;
}

interface ByShare<Value> {
  readonly even: Value;
  readonly tenth: Value;
}

interface JudgeResult {
  readonly falseAlarm: number;
  readonly falseAlarms: { readonly exact: ByShare<number>; readonly clustered: readonly ClusteredRun[] };
  readonly ratioToLimit: ByShare<number>;
  readonly worstRatio: ByShare<number>;
  readonly secondsToDetect10x: number;
  readonly secondsToPromote: number;
  readonly latency: LatencyFigures;
  readonly combined: CombinedFigures;
  readonly microsPerVerdict: number;
  readonly curves: ByShare<readonly Point[]>;
  readonly incumbents: Contest;
  /** Whether the hosts' noise is the reduced copy, for want of the traces. */
  readonly tracesAreReduced: boolean;
}

const shares: ByShare<number> = { even: 0.5, tenth: 0.1 };
const errorsPerSecond = 0.1;
const ratios = [1.5, 1.75, 2, 2.5, 3, 4, 5, 7, 10];
/** An hour at 100 requests a second and 1 % has 3,600 errors; more than these in one of 10¹⁰. */
const mostErrorsOfAnHour = 4000;
const runs = 10_000;

const figures: readonly Figure[] = [
  { key: 'falseAlarm', label: 'false alarms in an hour, at most', limit: { atMost: 0.01 } },
  { key: 'ratioToLimit.even', label: 'errors to find 2× over the limit, 50/50', limit: { atMost: 1.15 } },
  { key: 'ratioToLimit.tenth', label: '  10/90', limit: { atMost: 1.17 } },
  { key: 'worstRatio.even', label: 'worst of 1.5× to 10×, 50/50', limit: { atMost: 1.18 } },
  { key: 'worstRatio.tenth', label: '  10/90', limit: { atMost: 1.24 } },
  { key: 'secondsToDetect10x', label: 'to find 10×, p95, 50/50', unit: 's', limit: { atMost: 60 } },
  { key: 'secondsToPromote', label: 'to show “not 2×”, mean, 50/50', unit: 's', limit: { atMost: 850 } },
  { key: 'latency.falseAlarm', label: 'latency: false alarms, worst file', limit: { atMost: 0.01 } },
  { key: 'latency.power20.worst', label: '  finds +20 % with 8 × 8 tasks, worst file' },
  { key: 'latency.power20.median', label: '  the median file' },
  { key: 'latency.staleFalseAlarm', label: '  false alarms against a baseline that is not fresh' },
  { key: 'combined.falseAlarm', label: 'everything on: false alarms', limit: { atMost: 0.01 } },
  { key: 'combined.ratioToLimit', label: '  errors to find 2× over the limit, 50/50' },
  { key: 'microsPerVerdict', label: 'an interval weighed and judged, everything on', unit: 'µs' },
];

/** How often the judge is wrong, how soon it is right, and what others make of the same. */
export const judge: Benchmark<JudgeResult> = {
  name: 'judge',
  summary:
    'the judge: false alarms, delay over the least possible, hosts’ noise, incumbents on the same streams',
  figures,
  run: async (log, { chart: file, traces } = {}) => {
    const result = await measure(traces, log);
    if (file !== undefined) writeFileSync(file, chart(chartOf(result)));
    return result;
  },
  details: ({ curves, incumbents }) => [curveGrid(curves), contestGrid(incumbents)],
};

async function measure(traces: string | undefined, log: (line: string) => void): Promise<JudgeResult> {
  const others = aside(runs, log);
  log('errors, exactly');
  const rules = {
    even: ruleOf(shares.even, mostErrorsOfAnHour),
    tenth: ruleOf(shares.tenth, mostErrorsOfAnHour),
  };
  const exact = byShare((name) => pass(rules[name], shares[name], 1, 'worse').worseBy.at(-1)!);
  const curves = byShare((name) => ratios.map((ratio) => pointOf(rules[name], shares[name], ratio)));
  const at = (ratio: number) => (name: keyof ByShare<number>) =>
    curves[name].find((point) => point.ratio === ratio)!;
  const promoted = pass(rules.even, shares.even, 1, 'both').meanErrors / errorsPerSecond;
  const { folder, isReduced } = noiseFolder(traces);
  const noises = noiseIn(folder);
  const latency = latencyFigures(noises, runs, log);
  const combined = combinedFigures(noises, runs, log);
  const { clustered, incumbents } = await others;
  return {
    falseAlarm: Math.max(exact.even, exact.tenth, ...clustered.map((run) => run.falseAlarm)),
    falseAlarms: { exact, clustered },
    ratioToLimit: byShare((name) => at(2)(name).ratioToLimit),
    worstRatio: byShare((name) => Math.max(...curves[name].map(({ ratioToLimit }) => ratioToLimit))),
    secondsToDetect10x: at(10)('even').p95Seconds,
    // Looked at by the second, so half a second more.
    secondsToPromote: rounded(promoted + 0.5),
    latency,
    combined,
    microsPerVerdict: microsPerVerdict(),
    curves,
    incumbents,
    tracesAreReduced: isReduced,
  };
}

const byShare = <Value>(of: (name: keyof ByShare<number>) => Value): ByShare<Value> => ({
  even: of('even'),
  tenth: of('tenth'),
});

function pointOf(rule: Rule, share: number, ratio: number): Point {
  const outcome = pass(rule, share, ratio, 'worse');
  const perSecond = errorsPerSecond * (share * ratio + 1 - share);
  const limitErrors = limitOf(ratio, share);
  return {
    ratio,
    ratioToLimit: rounded(outcome.meanErrors / limitErrors, 4),
    limitErrors: rounded(limitErrors, 4),
    meanErrors: rounded(outcome.meanErrors, 4),
    meanSeconds: rounded(outcome.meanErrors / perSecond, 4),
    p95Seconds: secondsTo(outcome, perSecond, 0.95),
  };
}

function microsPerVerdict(): number {
  const values = (arm: string) =>
    Array.from({ length: 8 }, (_, task) => ({ task: `${arm}${task}`, value: 100 + task }));
  const perTask = { canary: values('canary'), baseline: values('baseline'), baselineIsFresh: true };
  const interval = (minute: number): Evidence => ({
    fromMs: minute * 60_000,
    toMs: (minute + 1) * 60_000,
    share: 0.1,
    requests: { canary: 600, baseline: 5400 },
    errors: { canary: 1, baseline: 6, counted: 'episodes' },
    latency: perTask,
    metrics: { QueueAge: perTask },
    exits: { canary: { taskSeconds: 480, failures: 0 }, baseline: { taskSeconds: 480, failures: 0 } },
  });
  let state = openJudge(everything, { share: 0.1, tasks: { canary: 8, baseline: 8 } });
  const times = 10_000;
  const began = performance.now();
  for (let minute = 0; minute < times; minute++) {
    state = weigh(everything, state, interval(minute));
    verdictOf(everything, state);
  }
  return rounded(((performance.now() - began) / times) * 1000);
}

function chartOf({ curves, latency }: JudgeResult): ChartData {
  const named = { even: 'half the traffic', tenth: 'a tenth of it' };
  return {
    errors: (['even', 'tenth'] as const).flatMap((name) => [
      {
        name: named[name],
        isLimit: false,
        points: curves[name].map((point) => [point.ratio, point.meanSeconds] as const),
      },
      {
        name: named[name],
        isLimit: true,
        points: curves[name].map((point) => [point.ratio, point.meanSeconds / point.ratioToLimit] as const),
      },
    ]),
    latency: [
      {
        name: 'the median file',
        points: [
          [1, latency.falseAlarm],
          ...latency.curve.map((point) => [point.ratio, point.median] as const),
        ],
      },
      {
        name: 'the noisiest file',
        points: [
          [1, latency.falseAlarm],
          ...latency.curve.map((point) => [point.ratio, point.worst] as const),
        ],
      },
    ],
  };
}

function curveGrid(curves: ByShare<readonly Point[]>): Grid {
  const cells = ({ meanErrors, ratioToLimit, meanSeconds, p95Seconds }: Point) =>
    [meanErrors, ratioToLimit, meanSeconds, p95Seconds].map(String);
  return {
    head: [
      'times the errors',
      '50/50: errors',
      'over limit',
      'mean s',
      'p95 s',
      '10/90: errors',
      'over limit',
      'mean s',
      'p95 s',
    ],
    rows: curves.even.map((point, each) => [
      `${point.ratio}×`,
      ...cells(point),
      ...cells(curves.tenth[each]!),
    ]),
  };
}

function contestGrid(incumbents: Contest): Grid {
  const cell = ({ found, ratio, medianSeconds }: Contest[string][number]) =>
    ratio === 1 || found === 0
      ? `${(found * 100).toFixed(1)} %`
      : `${(found * 100).toFixed(0)} % ${medianSeconds} s`;
  const [some = []] = Object.values(incumbents);
  return {
    head: [
      'watched for an hour, 50/50',
      ...some.map(({ errorShare, ratio }) => `${errorShare * 100} % ${ratio}×`),
    ],
    rows: Object.entries(incumbents).map(([name, founds]) => [name, ...founds.map(cell)]),
  };
}
