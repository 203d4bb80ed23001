import type { RolloutStage } from './record.ts';

const order: readonly RolloutStage[] = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRE_PRODUCTION_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
];

export interface Position {
  readonly stage: RolloutStage;
  /** Which traffic step, from 0. */
  readonly step: number;
}

/** Whether `stage` comes before `other`; a stage is not before itself. */
export function isBefore(stage: RolloutStage, other: RolloutStage): boolean {
  return order.indexOf(stage) < order.indexOf(other);
}

/**
 * What follows; undefined after the last stage. Each of `steps` traffic steps has a stage before it and one of its
 * own: with two, PRE_PRODUCTION 0, PRODUCTION 0, PRE_PRODUCTION 1, PRODUCTION 1, POST_PRODUCTION.
 */
export function nextPosition({ stage, step }: Position, steps: number): Position | undefined {
  if (stage === 'PRODUCTION_TRAFFIC_SHIFT' && step + 1 < steps) {
    return { stage: 'PRE_PRODUCTION_TRAFFIC_SHIFT', step: step + 1 };
  }
  const next = order[order.indexOf(stage) + 1];
  return next && { stage: next, step };
}

/** The stage as DescribeServiceDeployments reports it, whose enum lacks PRE_PRODUCTION_TRAFFIC_SHIFT. */
export function reportedStage(stage: RolloutStage): string {
  return stage === 'PRE_PRODUCTION_TRAFFIC_SHIFT' ? 'PRODUCTION_TRAFFIC_SHIFT' : stage;
}
