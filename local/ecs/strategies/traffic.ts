import type { DeploymentConfiguration } from '@aws-sdk/client-ecs';
import type { Wire } from '../wire.ts';
import { isBefore, type Position } from './stages.ts';

/** Green's share of production traffic, and how long it stays so before the next step. */
export interface TrafficStep {
  readonly percent: number;
  readonly bakeMs: number;
}

const minuteMs = 60_000;

/** Whether deployments replace tasks within minimum and maximum: what ECS does where no strategy is named. */
export function isRolling({ strategy = 'ROLLING' }: Wire<DeploymentConfiguration>): boolean {
  return strategy === 'ROLLING';
}

/**
 * The steps in which production traffic moves. LINEAR by 30: 30, 60, 90, 100; the last is not baked. CANARY 5:
 * 5, then 100. Where nothing serves yet there is nothing to compare with: all at once.
 */
export function trafficSteps(
  configuration: Wire<DeploymentConfiguration>,
  hasBlue: boolean,
): readonly TrafficStep[] {
  const whole = { percent: 100, bakeMs: 0 };
  if (!hasBlue) return [whole];
  if (configuration.strategy === 'CANARY') {
    const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = configuration.canaryConfiguration ?? {};
    if (canaryPercent >= 100) return [whole];
    return [{ percent: canaryPercent, bakeMs: canaryBakeTimeInMinutes * minuteMs }, whole];
  }
  if (configuration.strategy !== 'LINEAR') return [whole];
  const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = configuration.linearConfiguration ?? {};
  const steps: TrafficStep[] = [];
  for (let count = 1; tenths(stepPercent) * count < 1000; count += 1) {
    const percent = (tenths(stepPercent) * count) / 10;
    steps.push({ percent, bakeMs: stepBakeTimeInMinutes * minuteMs });
  }
  return [...steps, whole];
}

export interface Shares {
  /** Green's percentage; blue has the rest. */
  readonly production: number;
  readonly test: number;
}

/** What green is meant to have at a position; all goes to blue while a deployment returns. */
export function intendedShares(
  { stage, step }: Position,
  steps: readonly TrafficStep[],
  isReturning: boolean,
): Shares {
  if (isReturning) return { production: 0, test: 0 };
  const test = isBefore(stage, 'TEST_TRAFFIC_SHIFT') ? 0 : 100;
  if (isBefore('PRODUCTION_TRAFFIC_SHIFT', stage)) return { production: 100, test };
  const reached = stage === 'PRODUCTION_TRAFFIC_SHIFT' ? steps[step] : steps[step - 1];
  const isShifting = !isBefore(stage, 'PRE_PRODUCTION_TRAFFIC_SHIFT');
  return { production: isShifting ? (reached?.percent ?? 0) : 0, test };
}

/**
 * What green really gets: a revision without healthy tasks gets nothing while the other has some. Blue's failure
 * brings traffic to green only once green has been given production traffic (`mayServe`): before that nobody
 * has said that it may serve.
 */
export function effectiveShare(
  intended: number,
  healthy: { readonly blue: number; readonly green: number },
  mayServe: boolean,
): number {
  if (healthy.green === 0 && healthy.blue > 0) return 0;
  if (healthy.blue === 0 && healthy.green > 0 && mayServe) return 100;
  return intended;
}

/** Weights of a listener rule, whole numbers up to 999: 5 % → 95 and 5, 0.1 % → 999 and 1. */
export function weightsOf(greenPercent: number): { readonly blue: number; readonly green: number } {
  if (Number.isInteger(greenPercent)) return { blue: 100 - greenPercent, green: greenPercent };
  return { blue: 1000 - tenths(greenPercent), green: tenths(greenPercent) };
}

function tenths(percent: number): number {
  return Math.round(percent * 10);
}
