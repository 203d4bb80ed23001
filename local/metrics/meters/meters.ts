import type { LoadBalancerHost } from '../../loadbalancer/loadbalancer.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import type { Clock, Timer } from '../../support/clock.ts';
import { metricId, type Unit } from '../model.ts';
import type { Sample } from '../store.ts';
import { type Summary, summaryOf } from '../summary.ts';
import { containerInsights } from './container-insights.ts';
import { loadBalancerMetrics } from './load-balancers.ts';
import { serviceMetrics } from './services.ts';
import { type EcsState, TaskMeter } from './tasks.ts';

export interface MetersDependencies {
  readonly clock: Clock;
  readonly ecs: EcsState;
  readonly runtime: Pick<Runtime, 'stats'>;
  readonly loadBalancer: Pick<LoadBalancerHost, 'measured'>;
  /** Where samples go. */
  measured(sample: Sample): void;
  log(line: string): void;
}

/** What one look gives: a metric, and the values of the minute. */
export interface Measurement {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: Unit;
  readonly value: number | Summary;
}

export interface Meters {
  start(): void;
  stop(): void;
}

const everyMs = 60_000;

/** Measures what AWS's own services would, at the end of each minute, into that minute. */
export function createMeters(deps: MetersDependencies): Meters {
  const { clock, ecs, loadBalancer, log } = deps;
  const tasks = new TaskMeter(ecs, deps.runtime);
  let timer: Timer | undefined;
  const put = (fromMs: number, all: readonly Measurement[]) => {
    for (const { namespace, name, dimensions, unit, value } of all)
      deps.measured({
        ...{ metric: metricId(namespace, name, dimensions), unit, atMs: fromMs, resolution: 60 },
        summary: typeof value === 'number' ? summaryOf([[value, 1]]) : value,
      });
  };
  const measure = (endMs: number) => {
    const fromMs = endMs - everyMs;
    put(fromMs, loadBalancerMetrics(loadBalancer.measured(fromMs, endMs)));
    tasks.look(endMs).then(
      (usages) => put(fromMs, [...serviceMetrics(usages), ...containerInsights(ecs, usages)]),
      (error: unknown) => log(`Tasks could not be measured: ${error}`),
    );
  };
  const wait = () => {
    const nowMs = clock.now();
    const nextMs = nowMs - (nowMs % everyMs) + everyMs;
    timer = clock.after(nextMs - nowMs, () => {
      measure(nextMs);
      wait();
    });
  };
  return {
    start() {
      timer?.cancel();
      wait();
    },
    stop: () => timer?.cancel(),
  };
}
