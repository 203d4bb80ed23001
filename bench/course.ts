import type { Course } from '../core/deployments/course/model.ts';
import type { Benchmark } from './benchmark.ts';
import { type Day, liveDay } from './course/day.ts';
import { rounded } from './statistics.ts';

const steps = 100;
const daySeconds = 24 * 3600;
/** The first one also loads and warms up what the others find there. */
const rounds = 3;

type CourseResult = Omit<Day, 'verdict'> & { readonly verdict: string; readonly firstMs: number };

/** A hundred steps in 24 hours, each as long as the others, judged by how its tasks end. */
const course: Course = {
  strategy: 'canary',
  steps: Array.from({ length: steps }, (_, place) => ({
    trafficPercent: Math.min(99.9, place + 1),
    forSeconds: daySeconds / steps,
  })),
  bakeSeconds: 0,
  judge: {
    settings: { falseAlarms: 0.01, metrics: [], exits: true, traffic: false },
    source: { type: 'metrics', namespace: 'Berth' },
    metrics: {},
    dryRun: false,
    promoteEarly: false,
    extendSeconds: 0,
    undecided: 'proceed',
    noData: 'proceed',
    baselineTasks: 0,
  },
  gates: { windows: [], webhooks: [] },
  before: [],
  after: [],
};

/** How long a day of a deployment takes when nothing has to be waited for. */
export const courseBenchmark: Benchmark<CourseResult> = {
  name: 'course',
  summary: 'a deployment of a hundred steps over 24 hours, in virtual time',
  figures: [
    { key: 'wallMs', label: 'a day of a hundred steps', unit: 'ms', limit: { atMost: 1000 } },
    { key: 'firstMs', label: 'the first such day of a process', unit: 'ms' },
    { key: 'virtualHours', label: 'virtual time that went by', unit: 'h', limit: { atLeast: 24 } },
    { key: 'steps', label: 'steps', limit: { atLeast: steps } },
    { key: 'looks', label: 'looks' },
    { key: 'ecsCalls', label: 'calls of ECS' },
  ],
  async run(log) {
    const days: Day[] = [];
    for (let round = 0; round < rounds; round++) {
      const day = await liveDay(course);
      log(`a day in ${Math.round(day.wallMs)} ms: ${day.verdict}, ${day.looks} looks`);
      if (day.verdict !== 'succeeded') throw new Error(`the deployment ended ${day.verdict}`);
      days.push(day);
    }
    const sorted = [...days].sort((one, other) => one.wallMs - other.wallMs);
    const middle = sorted[Math.floor(rounds / 2)]!;
    return {
      ...middle,
      wallMs: rounded(middle.wallMs),
      virtualHours: rounded(middle.virtualHours),
      firstMs: rounded(days[0]!.wallMs),
    };
  },
};
