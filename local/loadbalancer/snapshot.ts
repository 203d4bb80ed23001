import type { Clock } from '../support/clock.ts';
import type { Metrics, MetricsPoint } from './metrics.ts';
import type { Tables } from './model.ts';
import type { Pool } from './pool.ts';
import type { TargetHealth } from './targets.ts';

export interface OpenListener {
  readonly arn: string;
  readonly loadBalancerArn: string;
  readonly port: number;
  readonly url: string;
  readonly targetGroups: readonly string[];
  /** Why the port is not open; it is tried again until it is. */
  readonly problem: string | undefined;
}

export interface Snapshot {
  readonly listeners: readonly OpenListener[];
  readonly targetGroups: readonly {
    readonly arn: string;
    readonly name: string;
    readonly targets: readonly {
      readonly address: string;
      readonly port: number;
      readonly health: TargetHealth;
      /** A moment ago. */
      readonly inFlight: number;
    }[];
    /** The last sixty seconds. */
    readonly lastMinute: MetricsPoint;
  }[];
}

export function takeSnapshot(from: {
  readonly tables: Tables;
  readonly pool: Pool;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly listeners: readonly OpenListener[];
}): Snapshot {
  const nowMs = from.clock.now();
  const targetGroups = [...from.tables.targetGroups.values()].map(({ arn, name }) => ({
    arn,
    name,
    targets: from.pool.members(arn).map((member) => ({
      ...member.target,
      health: from.pool.healthOf(member),
      inFlight: member.inFlight,
    })),
    lastMinute: from.metrics.recent(arn, nowMs - 60_000, nowMs + 1),
  }));
  return { listeners: from.listeners, targetGroups };
}
