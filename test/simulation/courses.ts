import { type Strategy, strategies } from '../../core/deployments/course/model.ts';
import type { Random } from './random.ts';

/** How a job ends; its command carries the name. */
export const jobBehaviours = ['ends', 'fails', 'hangs'] as const;
export type JobBehaviour = (typeof jobBehaviours)[number];

/** What a webhook says; `nothing` is a time-out. */
export const webhookAnswers = ['yes', 'no', 'later, then yes', 'later', 'nothing'] as const;
export type WebhookAnswer = (typeof webhookAnswers)[number];

/** How one deployment goes: what people write into the `deploy` block of a manifest. */
export interface CourseTraits {
  readonly strategy: Strategy;
  readonly steps: readonly { readonly percent: number; readonly seconds: number; readonly approval?: true }[];
  readonly bakeSeconds: number;
  readonly judge?: {
    readonly from: 'load-balancer' | 'metrics';
    readonly dryRun: boolean;
    readonly promoteEarly: boolean;
    readonly extendSeconds: number;
    readonly undecided: 'pause' | 'proceed' | 'roll_back';
    readonly noData: 'pause' | 'proceed' | 'roll_back';
    readonly baseline: number;
  };
  readonly approval?: { readonly by: 'others' | 'anyone'; readonly at: 'start' | 'traffic' };
  readonly webhook?: WebhookAnswer;
  readonly before?: JobBehaviour;
  readonly after?: JobBehaviour;
}

export { strategies };

/** ECS replaces tasks, and nothing else is asked for. */
export const plainCourse: CourseTraits = { strategy: 'rolling', steps: [], bakeSeconds: 0 };

/** All of it within seconds, so that a deployment is over before the next one comes. */
export function drawCourse(random: Random, strategy: Strategy, isBalanced: boolean): CourseTraits {
  const isStepped = strategy === 'canary' || strategy === 'linear';
  const isJudged = isStepped && random.chance(0.6);
  const approvalAt = isBalanced && strategy !== 'rolling' && random.chance(0.5) ? 'traffic' : 'start';
  return {
    strategy,
    steps: isStepped ? drawSteps(random, strategy, isJudged) : [],
    bakeSeconds: random.chance(0.6) ? random.between(1, 20) : 0,
    ...(isJudged && { judge: drawJudge(random, isBalanced) }),
    ...(random.chance(0.15) && {
      approval: { by: random.pick(['others', 'others', 'anyone']), at: approvalAt },
    }),
    ...(random.chance(0.1) && { webhook: random.pick(webhookAnswers) }),
    ...(random.chance(0.2) && { before: random.pick(['ends', 'ends', 'ends', 'fails', 'hangs']) }),
    ...(random.chance(0.2) && { after: random.pick(['ends', 'ends', 'ends', 'fails', 'hangs']) }),
  };
}

/** Such that ECS can make them of equal steps. */
function drawSteps(random: Random, strategy: 'canary' | 'linear', isJudged: boolean): CourseTraits['steps'] {
  const shares =
    strategy === 'linear'
      ? random.pick<readonly number[]>([[50], [50], [25, 50, 75]])
      : random.pick<readonly number[]>([[10], [5, 25], [10, 50], [20, 40, 60]]);
  return shares.map((percent) => ({
    percent,
    seconds: isJudged ? random.between(15, 45) : random.between(2, 20),
    ...(random.chance(0.08) && { approval: true as const }),
  }));
}

function drawJudge(random: Random, isBalanced: boolean): NonNullable<CourseTraits['judge']> {
  const policies = ['pause', 'proceed', 'roll_back'] as const;
  return {
    from: isBalanced && random.chance(0.2) ? 'load-balancer' : 'metrics',
    dryRun: random.chance(0.15),
    promoteEarly: random.chance(0.3),
    extendSeconds: random.between(0, 60),
    undecided: random.pick(policies),
    // Services without traffic are few, and what is declared for them has to be tried.
    noData: random.pick([...policies, 'roll_back', 'roll_back']),
    baseline: random.chance(0.3) ? random.between(1, 2) : 0,
  };
}

export const drawStrategy = (random: Random, isBalanced: boolean): Strategy =>
  isBalanced ? random.pick(strategies) : random.pick(['rolling', 'canary']);
