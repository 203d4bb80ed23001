import type { ServiceRecord } from '../../ecs/model.ts';
import type { LoadBalancerHost } from '../../loadbalancer/loadbalancer.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import type { Clock, Timer } from '../../support/clock.ts';
import type { Resolution } from '../line.ts';
import { metricId } from '../model.ts';
import type { Sample } from '../store.ts';
import { summaryOf } from '../summary.ts';
import { containerInsights } from './container-insights.ts';
import { loadBalancerMetrics } from './load-balancers.ts';
import type { Measurement } from './measurement.ts';
import { fastMetrics, fastSeconds } from './resolution.ts';
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

export interface Meters {
  start(): void;
  stop(): void;
}

const everyMs = fastSeconds * 1000;
const minuteMs = 60_000;

/**
 * Measures what AWS's own services would, at the end of each minute, into that minute; and every twenty seconds the
 * services that ask for it.
 */
export function createMeters(deps: MetersDependencies): Meters {
  const { clock, ecs, loadBalancer, log } = deps;
  const minutely = new TaskMeter(ecs, deps.runtime);
  const fast = new TaskMeter(ecs, deps.runtime);
  const fastOf = fastMetrics(ecs);
  const isFast = (service: ServiceRecord, name: string) => fastOf(service).includes(name);
  let timer: Timer | undefined;
  const put = (atMs: number, resolution: Resolution, all: readonly Measurement[]) => {
    for (const { namespace, name, dimensions, unit, value } of all)
      deps.measured({
        ...{ metric: metricId(namespace, name, dimensions), unit, atMs, resolution },
        summary: typeof value === 'number' ? summaryOf([[value, 1]]) : value,
      });
  };
  const failed = (error: unknown) => log(`Tasks could not be measured: ${error}`);
  const measureMinute = (endMs: number) => {
    const fromMs = endMs - minuteMs;
    put(fromMs, 60, loadBalancerMetrics(loadBalancer.measured(fromMs, endMs)));
    minutely
      .look(endMs)
      .then((usages) => {
        const slow = serviceMetrics(usages, (service, name) => !isFast(service, name));
        put(fromMs, 60, [...slow, ...containerInsights(ecs, usages)]);
      })
      .catch(failed);
  };
  const measureFast = (endMs: number) => {
    const keys = new Set(
      [...ecs.services.values()].filter((one) => fastOf(one).length > 0).map(({ key }) => key),
    );
    fast
      .look(endMs, ({ service }) => service !== undefined && keys.has(service.key))
      .then((usages) => put(endMs - everyMs, 1, serviceMetrics(usages, isFast)))
      .catch(failed);
  };
  const wait = () => {
    const nowMs = clock.now();
    const nextMs = nowMs - (nowMs % everyMs) + everyMs;
    timer = clock.after(nextMs - nowMs, () => {
      measureFast(nextMs);
      if (nextMs % minuteMs === 0) measureMinute(nextMs);
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
