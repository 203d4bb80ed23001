import { expect, test } from 'vitest';
import { VirtualClock } from '../support/clock.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { count, emptyTally, type Served } from './tally.ts';

/** As the traffic thread reports it. */
function serve(metrics: Metrics, clock: VirtualClock, ...all: readonly Served[]): void {
  const tally = emptyTally();
  for (const served of all) count(tally, served);
  metrics.add('web', clock.now(), tally);
}

test('counts by who answered, with percentiles, per period', async () => {
  const clock = new VirtualClock(120_000);
  const metrics = createMetrics(clock);
  for (let index = 1; index <= 100; index++) {
    serve(metrics, clock, { status: index <= 98 ? 200 : 500, by: 'target', latencyMs: index });
  }
  serve(metrics, clock, { status: 503, by: 'load-balancer' });
  metrics.hosts('web', 2, 1);
  await clock.advance(1000);
  serve(metrics, clock, { status: 404, by: 'target', latencyMs: 5 });

  const [first, second, third] = metrics.query('web', { fromMs: 120_000, toMs: 123_000, periodSeconds: 1 });
  expect(first).toMatchObject({ requests: 101, target2xx: 98, target5xx: 2, loadBalancer5xx: 1 });
  expect(first).toMatchObject({ healthyHosts: 2, unhealthyHosts: 1 });
  expect(first?.latencyMs?.p50).toBeGreaterThan(47);
  expect(first?.latencyMs?.p50).toBeLessThan(53);
  expect(first?.latencyMs?.p99).toBeGreaterThan(94);
  expect(first?.latencyMs?.max).toBe(100);
  expect(second).toMatchObject({ requests: 1, target4xx: 1, healthyHosts: 2 });
  expect(third).toMatchObject({ requests: 0, latencyMs: undefined, healthyHosts: 2 });

  const minutes = metrics.query('web', { fromMs: 120_000, toMs: 180_000, periodSeconds: 60 });
  expect(minutes).toHaveLength(1);
  expect(minutes[0]).toMatchObject({ requests: 102, target2xx: 98, target4xx: 1 });
  expect(metrics.recent('web', 60_000, 122_000)).toMatchObject({ requests: 102 });
});

test('keeps hours, not forever', async () => {
  const clock = new VirtualClock(0);
  const metrics = createMetrics(clock);
  const minutes = 400;
  for (let minute = 0; minute < minutes; minute++) {
    serve(metrics, clock, { status: 200, by: 'target', latencyMs: 1 });
    await clock.advance(60_000);
  }
  const points = metrics.query('web', { fromMs: 0, toMs: minutes * 60_000, periodSeconds: 60 });
  expect(points.filter((point) => point.requests > 0)).toHaveLength(360);
  expect(points.at(-1)?.requests).toBe(1);
});

test('knows nothing of a group without traffic', () => {
  const metrics = createMetrics(new VirtualClock(0));
  expect(metrics.query('none', { fromMs: 0, toMs: 1000, periodSeconds: 1 })).toMatchObject([{ requests: 0 }]);
});
