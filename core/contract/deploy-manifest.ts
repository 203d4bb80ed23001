import * as z from 'zod/mini';
import { strategies } from '../deployments/course/model.ts';
import { defaults } from './defaults.ts';
import { gates } from './gates-manifest.ts';
import { judge, judgeProblems } from './judge-manifest.ts';
import { name } from './names.ts';
import { strict } from './parse.ts';
import { leastStepPercent, shiftProblem, stepsOf } from './steps.ts';
import { duration, percentage } from './units.ts';

const percent = (atMost: number) => z.int().check(z.minimum(0), z.maximum(atMost));

/** ECS waits for a hook for a day, and so at most that long at a step: some of it is left for people. */
const longestStepSeconds = 72_000;

const step = strict({
  traffic: percentage(0.1, 99.9),
  for: duration(1, longestStepSeconds),
  approval: z.optional(z.boolean()),
});

const jobNames = z.array(name).check(
  z.maxLength(10),
  z.refine((all) => new Set(all).size === all.length, 'may name each job once'),
);

/** How a deployment goes from one release to the next. What depends on the strategy is filled in by `toCourse`. */
export const deploy = strict({
  strategy: z._default(z.enum(strategies), defaults['deploy.strategy']),
  steps: z.optional(
    z
      .array(step)
      .check(
        z.minLength(1, 'is empty: leave it out, and the strategy has steps of its own'),
        z.maxLength(100),
      ),
  ),
  step: z.optional(percentage(leastStepPercent, 50)),
  every: z.optional(duration(1, longestStepSeconds)),
  bake: z.optional(duration(0, longestStepSeconds)),
  timeout: z._default(duration(60, 86_400), defaults['deploy.timeout']),
  minimumHealthyPercent: z._default(percent(100), defaults['deploy.minimumHealthyPercent']),
  maximumPercent: z._default(
    percent(1000).check(z.minimum(100, 'has to be at least 100: the count itself may always run')),
    defaults['deploy.maximumPercent'],
  ),
  circuitBreaker: z._default(z.boolean(), defaults['deploy.circuitBreaker']),
  judge: z.optional(judge),
  gates: z.optional(gates),
  before: z.optional(jobNames),
  after: z.optional(jobNames),
});

export type DeployManifest = z.output<typeof deploy>;

interface Finding {
  readonly path: string;
  readonly detail: string;
}

/** What of a `deploy` block cannot be for this service; paths are relative to it. */
export function deployProblems(deploy: DeployManifest, service: { isBalanced: boolean }): Finding[] {
  return [
    ...strategyProblems(deploy, service),
    ...stepProblems(deploy, service),
    ...judgeFindings(deploy, service),
    ...gateProblems(deploy, service),
    ...twice(deploy),
  ];
}

function* strategyProblems({ strategy }: DeployManifest, { isBalanced }: { isBalanced: boolean }) {
  if (!isBalanced && (strategy === 'blue_green' || strategy === 'linear'))
    yield {
      path: 'strategy',
      detail: `has to be canary or rolling: ${strategy} shifts the load balancer's traffic, and the service has no \`listen\``,
    };
}

function* stepProblems(deploy: DeployManifest, { isBalanced }: { isBalanced: boolean }): Generator<Finding> {
  const { strategy, steps, step, every } = deploy;
  const isStepped = strategy === 'linear' || strategy === 'canary';
  for (const key of ['steps', 'step', 'every'] as const)
    if (deploy[key] !== undefined && !isStepped)
      yield {
        path: key,
        detail: `is for canary and linear: ${strategy} goes to the new release in one step`,
      };
  if (!isStepped) return;
  for (const key of ['step', 'every'] as const)
    if (deploy[key] !== undefined && strategy === 'canary')
      yield { path: key, detail: 'is for linear: a canary has `steps`, such as [{ traffic: 5%, for: 5m }]' };
  if (steps && (step !== undefined || every !== undefined))
    yield { path: 'steps', detail: 'says the same as `step` and `every`; keep one of them' };
  for (const [place, { traffic = 0 }] of (steps ?? []).entries()) {
    const before = steps?.[place - 1]?.traffic;
    if (before !== undefined && traffic <= before)
      yield {
        path: `steps/${place}/traffic`,
        detail: `has to be more than the ${before}% of the step before`,
      };
  }
  const problem = isBalanced ? shiftProblem(strategy, stepsOf(deploy)) : undefined;
  if (problem !== undefined) yield { path: steps ? 'steps' : 'step', detail: problem };
}

function* judgeFindings(deploy: DeployManifest, service: { isBalanced: boolean }): Generator<Finding> {
  const { judge, strategy } = deploy;
  if (judge === undefined || judge === false) return;
  if (strategy === 'rolling' || strategy === 'blue_green') {
    yield {
      path: 'judge',
      detail: `is for canary and linear: with ${strategy} the two releases never have traffic side by side in known shares`,
    };
    return;
  }
  if (judge === true) return;
  for (const { path, detail } of judgeProblems(judge, service))
    yield { path: path === '' ? 'judge' : `judge/${path}`, detail };
}

function* gateProblems({ gates, strategy }: DeployManifest, { isBalanced }: { isBalanced: boolean }) {
  const { approval } = gates ?? {};
  if (typeof approval !== 'object' || approval.at !== 'traffic') return;
  if (isBalanced && strategy !== 'rolling') return;
  yield {
    path: 'gates/approval/at',
    detail:
      strategy === 'rolling'
        ? 'has to be start: a rolling deployment gives each new task traffic at once; use blue_green, linear or canary'
        : 'has to be start: the service has no traffic of a load balancer that could be kept back',
  };
}

function* twice({ before = [], after = [] }: DeployManifest) {
  const both = before.find((job) => after.includes(job));
  if (both !== undefined)
    yield { path: 'after', detail: `names "${both}", which stands in \`before\` too; write two jobs` };
}

/** Jobs that a `deploy` block names and nobody describes; paths are relative to it. */
export function missingJobs(
  { before, after }: DeployManifest,
  jobs: Readonly<Record<string, unknown>>,
): Finding[] {
  const known = Object.keys(jobs).join(', ') || 'none';
  return Object.entries({ before, after }).flatMap(([when, names = []]) =>
    names.flatMap((job, place) =>
      Object.hasOwn(jobs, job)
        ? []
        : [{ path: `${when}/${place}`, detail: `names the job "${job}", and \`jobs\` has ${known}` }],
    ),
  );
}
