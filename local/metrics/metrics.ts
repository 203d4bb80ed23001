import type { Alarms } from '../ecs/ports.ts';
import type { ServiceEvent } from '../events/model.ts';
import type { Clock } from '../support/clock.ts';
import type { Journal } from '../support/journal.ts';
import { AlarmBook } from './alarms/book.ts';
import { AlarmWatch, noticesWithinMs } from './alarms/watch.ts';
import { extractInto } from './extract.ts';
import { createMetricsService } from './service.ts';
import { MetricStore, type Sample } from './store.ts';

export interface MetricsDependencies {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
  /** Called with each change of an alarm's state, in the turn in which the journal learns of it. */
  publish(event: ServiceEvent): void;
}

export interface Metrics {
  /** CloudWatch. */
  readonly service: ReturnType<typeof createMetricsService>;
  /** For the ECS scheduler. */
  readonly alarms: Alarms;
  /** Adds what Local AWS has measured itself; it is forgotten when Local AWS ends. */
  measured(sample: Sample): void;
  /** Takes the metrics that log events of a group embed; they are kept as those of PutMetricData are. */
  extract(group: string, events: readonly { readonly message: string }[]): void;
  /** Evaluates alarms from now on. */
  start(): void;
  stop(): void;
  /** Forgets every metric and alarm. */
  reset(): void;
}

/** CloudWatch: metrics of any kind, and alarms that watch them. */
export function createMetrics({ journal, clock, account, region, publish }: MetricsDependencies): Metrics {
  const store = new MetricStore(journal, clock);
  const book = new AlarmBook({ journal, clock, account, region, publish });
  const watch = new AlarmWatch(book, store, clock);
  return {
    service: createMetricsService({ store, book, watch, clock, account, region }),
    alarms: {
      state: (name) => book.get(name)?.state,
      noticesWithinMs: (name) => noticesWithinMs(book.get(name)),
      onChange: (listener) => book.onChange(listener),
    },
    measured: (sample) => store.put(sample, false),
    extract: extractInto(store, clock),
    start() {
      store.load();
      watch.start();
    },
    stop: () => watch.stop(),
    reset() {
      store.reset();
      book.reset();
      watch.wake();
    },
  };
}
