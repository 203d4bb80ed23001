import type { Step, Strategy } from '../deployments/course/model.ts';
import type { TrafficShift } from '../services/model.ts';
import { defaults } from './defaults.ts';
import type { DeployManifest } from './deploy-manifest.ts';

/** ECS moves traffic in equal steps of at least so many percent. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinearConfiguration.html */
export const leastStepPercent = 3;

/** The steps of a `deploy` block on the way to all traffic, its strategy's own where it has none. */
export function stepsOf({
  strategy,
  steps,
  step,
  every,
}: Pick<DeployManifest, 'strategy' | 'steps' | 'step' | 'every'>): readonly Step[] {
  if (strategy !== 'linear' && strategy !== 'canary') return [];
  if (steps)
    return steps.map(({ traffic = 0, for: forSeconds = 0, approval }) => ({
      ...{ trafficPercent: tenths(traffic) / 10, forSeconds },
      ...(approval && { approval }),
    }));
  if (strategy === 'canary') return defaults['deploy.steps'].canary;
  const size = tenths(step ?? defaults['deploy.step']);
  return Array.from({ length: Math.ceil(1000 / size) - 1 }, (_, place) => ({
    trafficPercent: (size * (place + 1)) / 10,
    forSeconds: every ?? defaults['deploy.every'],
  }));
}

/**
 * The strategy in ECS's own terms. One step of a canary is one of ECS's; several steps are reached by equal ones of
 * their greatest common divisor: 5 % and 25 % by steps of 5 %, of which 10, 15 and 20 % pass at once.
 */
export function shiftOf(strategy: Strategy, steps: readonly Step[]): TrafficShift | undefined {
  const [first] = steps;
  if (strategy === 'rolling') return undefined;
  if (strategy === 'blue_green' || !first) return { strategy: 'BLUE_GREEN' };
  if (strategy === 'canary' && steps.length === 1)
    return { strategy: 'CANARY', canaryPercent: first.trafficPercent };
  return { strategy: 'LINEAR', stepPercent: commonPercent(steps) };
}

/** Why ECS could not make these steps, if it could not. */
export function shiftProblem(strategy: Strategy, steps: readonly Step[]): string | undefined {
  const shift = shiftOf(strategy, steps);
  if (shift?.strategy !== 'LINEAR' || shift.stepPercent >= leastStepPercent) return undefined;
  const shares = steps.map(({ trafficPercent }) => `${trafficPercent}%`);
  const told = shares.length > 6 ? [...shares.slice(0, 5), '…'] : shares;
  return (
    `cannot be made of equal steps: ECS moves traffic by at least ${leastStepPercent}% at a time, and the greatest ` +
    `common divisor of ${told.join(', ')} is ${shift.stepPercent}%; use multiples of ${leastStepPercent}% or more, ` +
    'such as 5% and 25%, or one step'
  );
}

const commonPercent = (steps: readonly Step[]): number =>
  steps.map(({ trafficPercent }) => tenths(trafficPercent)).reduce(greatestCommonDivisor) / 10;

const tenths = (percent: number): number => Math.round(percent * 10);

const greatestCommonDivisor = (one: number, other: number): number =>
  other === 0 ? one : greatestCommonDivisor(other, one % other);
