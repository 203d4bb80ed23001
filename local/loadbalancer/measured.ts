import type { Metrics } from './metrics.ts';
import { listenersOf, type Tables } from './model.ts';
import type { Tally } from './tally.ts';

/** What happened to the requests of a target group in some time. */
export interface MeasuredGroup {
  readonly targetGroupArn: string;
  /** Whose listeners send traffic to it. */
  readonly loadBalancerArns: readonly string[];
  readonly tally: Tally;
  /** At the end of the time. */
  readonly healthy: number;
  readonly unhealthy: number;
}

export function measuredGroups(
  tables: Tables,
  metrics: Metrics,
  fromMs: number,
  toMs: number,
): readonly MeasuredGroup[] {
  return [...tables.targetGroups.values()].map(({ arn }) => ({
    targetGroupArn: arn,
    loadBalancerArns: [...new Set(listenersOf(tables, arn).map((one) => one.loadBalancerArn))],
    ...metrics.within(arn, fromMs, toMs),
  }));
}
