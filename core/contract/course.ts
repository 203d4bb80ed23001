import type { Course, JobPlan, JudgePlan, Step } from '../deployments/course/model.ts';
import { type GatePlan, weekdays } from '../deployments/gates/model.ts';
import type { TrafficShift } from '../services/model.ts';
import { defaults } from './defaults.ts';
import type { DeployManifest } from './deploy-manifest.ts';
import type { JobManifests } from './job-manifest.ts';
import { type JudgeManifest, plainJudge, sourceOf } from './judge-manifest.ts';
import { shiftOf, stepsOf } from './steps.ts';

/** What a `deploy` block comes to, with what its strategy and its service add to it. */
export function toCourse(
  deploy: DeployManifest,
  isBalanced: boolean,
  jobs: JobManifests,
  count: number | undefined,
): Course {
  const { strategy, bake } = deploy;
  const judge = deploy.judge ?? defaults['deploy.judge'][strategy];
  const steps = stepsOf(deploy);
  const newTasks = isBalanced || count === undefined ? count : triedTasks(steps, count);
  return {
    strategy,
    steps,
    bakeSeconds: bake ?? defaults['deploy.bake'][strategy],
    ...(judge !== false && { judge: judgePlan(judge === true ? plainJudge : judge, isBalanced, newTasks) }),
    gates: gatePlan(deploy.gates),
    before: jobPlans(deploy.before, jobs),
    after: jobPlans(deploy.after, jobs),
  };
}

/** How ECS shifts traffic on this course; undefined: it replaces tasks, and nothing else. */
export function toShift({ strategy, steps, gates }: Course, isBalanced: boolean): TrafficShift | undefined {
  const shift = isBalanced ? shiftOf(strategy, steps) : undefined;
  return shift && { ...shift, ...(gates.approval?.at === 'traffic' && { pause: true }) };
}

/** The most tasks of a worker's release that are tried beside the service. */
const triedTasks = (steps: readonly Step[], count: number) =>
  Math.ceil(((steps.at(-1)?.trafficPercent ?? 0) * count) / 100);

/** Fewer new tasks than this cannot be told from the old ones by rank, however many of those there are. */
const leastNewTasks = 4;

function judgePlan(judge: JudgeManifest, isBalanced: boolean, newTasks: number | undefined): JudgePlan {
  const metrics = Object.entries(judge.metrics ?? {});
  const source = sourceOf(judge, isBalanced);
  const isByTask = metrics.length > 0 || (judge.latency !== undefined && source === 'metrics');
  const canRank = newTasks === undefined || newTasks >= leastNewTasks;
  return {
    settings: judgeSettings(judge, isBalanced),
    source:
      source === 'metrics'
        ? { type: 'metrics', namespace: judge.namespace ?? defaults['deploy.judge.namespace'] }
        : { type: 'load_balancer' },
    metrics: Object.fromEntries(
      metrics.map(([name, { namespace, metric, statistic, dimensions }]) => [
        name,
        { namespace, metric, statistic, dimensions },
      ]),
    ),
    dryRun: judge.dryRun,
    promoteEarly: judge.promoteEarly,
    extendSeconds: judge.extend,
    undecided: judge.undecided,
    noData: judge.noData,
    baselineTasks: judge.baseline ?? (isByTask && canRank ? defaults['deploy.judge.baseline'] : 0),
  };
}

function judgeSettings(judge: JudgeManifest, isBalanced: boolean): JudgePlan['settings'] {
  const errors = judge.errors ?? plainErrors;
  const [latency] = Object.entries(judge.latency ?? {});
  return {
    falseAlarms: judge.falseAlarms / 100,
    ...(errors !== false && { errors: { atMostRatio: errors.atMost, atMostShare: errors.share / 100 } }),
    ...(latency && { latency: { percentile: Number(latency[0].slice(1)), atMostRatio: latency[1].atMost } }),
    metrics: Object.entries(judge.metrics ?? {}).map(([name, { worse, atMost }]) => ({
      ...{ name, worse },
      atMostRatio: atMost,
    })),
    exits: judge.exits ?? defaults['deploy.judge.exits'][isBalanced ? 'balanced' : 'worker'],
    traffic: judge.traffic,
  };
}

const plainErrors = {
  atMost: defaults['deploy.judge.errors.atMost'],
  share: defaults['deploy.judge.errors.share'],
};

function gatePlan({
  approval,
  windows = [],
  webhooks = [],
}: NonNullable<DeployManifest['gates']> = {}): GatePlan {
  const { by, at } =
    typeof approval === 'object'
      ? approval
      : { by: defaults['deploy.gates.approval.by'], at: defaults['deploy.gates.approval.at'] };
  return {
    ...(approval && { approval: { byDeployer: by === 'anyone', at } }),
    windows: windows.map(({ days = weekdays, from, to, zone }) => ({
      ...{ days, zone },
      fromMinute: from,
      toMinute: to,
    })),
    webhooks: webhooks.map(({ name, url, timeout }) => ({ name, url, timeoutSeconds: timeout })),
  };
}

/** Whoever takes a manifest in has seen to it that every job is there. */
const jobPlans = (names: readonly string[] = [], jobs: JobManifests): readonly JobPlan[] =>
  names.flatMap((name) => {
    const job = jobs[name];
    return job ? [{ name, command: job.command, timeoutSeconds: job.timeout }] : [];
  });
