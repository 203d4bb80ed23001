import type { Clock } from '../support/clock.ts';
import type { MetricStore } from './store.ts';

export interface MetricsContext {
  readonly store: MetricStore;
  readonly clock: Clock;
  readonly account: string;
  readonly region: string;
}
