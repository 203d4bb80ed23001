import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Evidence } from '../deployments/judge/model.ts';
import type { EvidenceQuery } from '../deployments/seeing.ts';
import {
  byMetrics,
  type EvidenceBench,
  loadBalancerArn,
  sinceMs,
  startEvidenceBench,
  targetGroupArn,
} from './evidence/testing.ts';

let bench: EvidenceBench;
beforeEach(async () => {
  bench = await startEvidenceBench();
});
afterEach(() => bench.close());

const advanceTo = (second: number) => bench.clock.advance(sinceMs + second * 1000 - bench.clock.now());
/** When they begin and end, in seconds of the step. */
const spans = (evidence: readonly Evidence[]) =>
  evidence.map(({ fromMs, toMs }) => [(fromMs - sinceMs) / 1000, (toMs - sinceMs) / 1000]);
const values = { Requests: 10, Errors: 0, Latency: [10, 20, 30] };
/** Each second, up to before `toSecond`. */
const printed = (ids: readonly string[], toSecond: number, told: (id: string) => object = () => values) => {
  for (let second = 0; second < toSecond; second++)
    for (const id of ids) bench.print(id, second, { ...values, ...told(id) });
};

describe('metrics that tasks push', () => {
  beforeEach(async () => {
    for (const id of ['c1', 'c2']) await bench.run('canary', id);
    for (const id of ['b1', 'b2']) await bench.run('baseline', id);
  });
  const all = ['c1', 'c2', 'b1', 'b2'];

  test('are summed over the tasks of each release, every ten seconds', async () => {
    await advanceTo(36);
    printed(all, 36, (id) => (id === 'c1' ? { Errors: 2, Latency: [50] } : {}));
    const [first, ...others] = await bench.look();
    expect(first).toEqual({
      ...{ fromMs: sinceMs, toMs: sinceMs + 10_000, share: 0.5 },
      requests: { canary: 200, baseline: 200 },
      errors: { canary: 20, baseline: 0, counted: 'episodes' },
      latency: {
        canary: expect.arrayContaining([{ task: 'c1', value: 50, weight: 100 }]),
        baseline: expect.arrayContaining([{ task: 'b2', value: expect.any(Number), weight: 100 }]),
        baselineIsFresh: false,
      },
      exits: { canary: { taskSeconds: 20, failures: 0 }, baseline: { taskSeconds: 20, failures: 0 } },
    });
    expect(first?.latency?.canary).toHaveLength(2);
    // The third is over, and yet nothing says that all of it is there.
    expect(spans(others)).toEqual([[10, 20]]);
  });

  test('of an interval are read when each task has told of the next, or else after a minute and a half', async () => {
    await advanceTo(40);
    printed(['c1', 'c2', 'b1'], 40);
    expect(await bench.look()).toEqual([]);
    printed(['b2'], 21);
    expect(spans(await bench.look())).toEqual([
      [0, 10],
      [10, 20],
    ]);
    await advanceTo(119);
    expect((await bench.look()).length).toBe(2);
    await advanceTo(120);
    const late = await bench.look();
    expect(spans(late).at(-1)).toEqual([20, 30]);
    // Of b2 there was but a second.
    expect(late[2]?.requests).toEqual({ canary: 200, baseline: 110 });
  });

  test('are the same however often and however late they are read', async () => {
    await advanceTo(60);
    printed(all, 60);
    const first = await bench.look();
    const rest = await bench.look({ ...byMetrics, sinceMs: first[1]!.toMs });
    expect([...first.slice(0, 2), ...rest]).toEqual(first);
    await advanceTo(600);
    expect((await bench.look()).slice(0, first.length)).toEqual(first);
  });

  test('of tasks that have only begun are waited for no longer', async () => {
    const startedAtMs = sinceMs + 4000;
    for (const id of ['c1', 'c2']) await bench.run('canary', id, { version: 2, startedAtMs });
    await advanceTo(26);
    printed(['b1', 'b2'], 26);
    expect(await bench.look()).toEqual([]);
    for (const id of ['c1', 'c2']) for (const second of [6, 11]) bench.print(id, second, values);
    expect(await bench.look()).toMatchObject([{ requests: { canary: 20, baseline: 200 } }]);
  });

  test('begin on a boundary after the step did', async () => {
    await advanceTo(36);
    printed(all, 36);
    expect(spans(await bench.look({ ...byMetrics, sinceMs: sinceMs + 3000 }))).toEqual([[10, 20]]);
  });

  test('are absent where they were not told, and zero where zero was', async () => {
    await advanceTo(200);
    printed(all, 10, () => ({ Requests: 0 }));
    for (const id of ['c1', 'c2']) bench.print(id, 15, values);
    const [zero, gap, nothing] = await bench.look();
    expect(zero?.requests).toEqual({ canary: 0, baseline: 0 });
    for (const one of [gap, nothing]) {
      expect(one).not.toHaveProperty('requests');
      expect(one).not.toHaveProperty('errors');
      expect(one).toHaveProperty('exits');
    }
  });

  test('of a baseline that is not whole are not held against the canary', async () => {
    await advanceTo(200);
    printed(['c1', 'c2', 'b1'], 10);
    expect((await bench.look())[0]).not.toHaveProperty('requests');
  });

  test('who does not tell of errors is not without them', async () => {
    await advanceTo(200);
    for (const id of all) bench.print(id, 1, { Requests: 1, Latency: 5 });
    const [first] = await bench.look();
    expect(first).toMatchObject({ requests: { canary: 2, baseline: 2 } });
    expect(first).not.toHaveProperty('errors');
  });

  test('of a minute’s resolution are read by the minute', async () => {
    await advanceTo(130);
    for (const id of all) for (const second of [10, 70, 125]) bench.print(id, second, values, 60);
    expect(spans(await bench.look())).toEqual([[0, 60]]);
    await advanceTo(140);
    expect(spans(await bench.look())).toEqual([
      [0, 60],
      [60, 120],
    ]);
  });

  test('of before a long absence are read by the minute', async () => {
    await advanceTo(10);
    printed(all, 10);
    await advanceTo(4 * 3600);
    const evidence = await bench.look();
    expect(evidence).toHaveLength(60);
    expect(evidence[0]).toMatchObject({ toMs: sinceMs + 60_000, requests: { canary: 200 } });
  });

  test('come in pages', async () => {
    await advanceTo(36);
    printed(all, 36);
    const whole = await bench.look();
    bench.faults.pageSize = 7;
    const before = bench.calls();
    expect(await bench.look()).toEqual(whole);
    expect(bench.calls() - before).toBeGreaterThan(3);
  });

  test('are asked for in several calls where tasks are many', async () => {
    const many = Array.from({ length: 200 }, (_, index) => `c${index + 10}`);
    for (const id of many) await bench.run('canary', id);
    await advanceTo(36);
    for (const id of [...all, ...many]) for (const second of [5, 15]) bench.print(id, second, values);
    const before = bench.calls();
    expect((await bench.look())[0]).toMatchObject({ requests: { canary: 2020, baseline: 20 } });
    expect(bench.calls() - before).toBe(2);
  });

  test('that cannot be read now are read later', async () => {
    await advanceTo(36);
    printed(all, 36);
    bench.faults.throttles = 1;
    expect(await bench.look()).toEqual([]);
    expect(bench.warnings).toEqual(['evidence could not be read']);
    expect(await bench.look()).toHaveLength(2);
  });

  test('of the user’s own are read for each task', async () => {
    await advanceTo(36);
    printed(all, 36, (id) => ({ Depth: id === 'c1' ? 7 : 3 }));
    const depth = { namespace: 'Berth', metric: 'Depth', statistic: 'Average' };
    const [first] = await bench.look({
      ...byMetrics,
      metrics: { depth: { ...depth, dimensions: { Service: 'shop-web' } } },
    });
    expect(first?.metrics?.depth).toEqual({
      canary: expect.arrayContaining([{ task: 'c1', value: 7 }]),
      baseline: expect.arrayContaining([{ task: 'b1', value: 3 }]),
      baselineIsFresh: false,
    });
  });

  test('of siblings are told apart by the service that runs them', async () => {
    const sibling = {
      group: 'service:shop-web--baseline',
      taskArn: 'arn:aws:ecs:us-east-1:0:task/default/f1',
    };
    await bench.run('baseline', 'f1', sibling);
    await advanceTo(36);
    printed([...all, 'f1'], 36);
    const fresh = { ...byMetrics.baseline, ecsName: 'shop-web--baseline' };
    const [first] = await bench.look({ ...byMetrics, baseline: fresh, baselineIsFresh: true });
    expect(first).toMatchObject({ requests: { canary: 200, baseline: 100 } });
    expect(first?.latency).toMatchObject({ baseline: [{ task: 'f1' }], baselineIsFresh: true });
  });
});

describe('exits', () => {
  const alone: EvidenceQuery = {
    ...byMetrics,
    settings: { falseAlarms: 0.01, metrics: [], exits: true, traffic: false },
  };
  const stopped = (atSecond: number, stopCode: string, stoppedReason: string, startedAtMs?: number) => ({
    ...{ version: 2, lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stopCode, stoppedReason },
    ...{ stoppedAtMs: sinceMs + atSecond * 1000, startedAtMs: startedAtMs ?? sinceMs },
  });

  test('are counted where a task that ran ended by its own fault, and its time is', async () => {
    await bench.run(
      'canary',
      'c1',
      stopped(20, 'EssentialContainerExited', 'Essential container in task exited'),
    );
    await bench.run(
      'canary',
      'c2',
      stopped(25, 'ServiceSchedulerInitiated', 'Task failed ELB health checks in x'),
    );
    const scaledIn = 'Scaling activity initiated by (deployment ecs-svc/1)';
    await bench.run('canary', 'c3', stopped(25, 'ServiceSchedulerInitiated', scaledIn));
    await bench.run('canary', 'c4', stopped(25, 'UserInitiated', 'by hand'));
    await bench.run('canary', 'c5', stopped(25, 'SpotInterruption', 'Your Spot Task was interrupted.'));
    const neverRan = { ...stopped(5, 'TaskFailedToStart', 'no image'), startedAtMs: undefined };
    await bench.run('canary', 'c6', neverRan);
    await bench.run('baseline', 'b1');
    await advanceTo(90);
    expect(await bench.look(alone)).toEqual([
      {
        ...{ fromMs: sinceMs, toMs: sinceMs + 30_000, share: 0.5 },
        exits: {
          canary: { taskSeconds: 20 + 4 * 25, failures: 2 },
          baseline: { taskSeconds: 30, failures: 0 },
        },
      },
      {
        ...{ fromMs: sinceMs + 30_000, toMs: sinceMs + 60_000, share: 0.5 },
        exits: { canary: { taskSeconds: 0, failures: 0 }, baseline: { taskSeconds: 30, failures: 0 } },
      },
    ]);
    expect(bench.calls()).toBe(0);
  });
});

describe('a load balancer', () => {
  const query: EvidenceQuery = { ...byMetrics, source: { type: 'load_balancer' } };
  const publish = (group: string, atSecond: number, told: Readonly<Record<string, number>>) =>
    bench.client.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/ApplicationELB',
        MetricData: Object.entries(told).map(([MetricName, Value]) => ({
          ...{ MetricName, Value, Timestamp: new Date(sinceMs + atSecond * 1000) },
          Dimensions: [
            {
              Name: 'TargetGroup',
              Value: targetGroupArn(group).slice(targetGroupArn(group).lastIndexOf(':') + 1),
            },
            { Name: 'LoadBalancer', Value: loadBalancerArn.slice(loadBalancerArn.indexOf('app/')) },
          ],
        })),
      }),
    );
  const traffic = { RequestCount: 600, TargetResponseTime: 0.02, HealthyHostCount: 2 };

  test('tells of a minute when it tells of the next, or else three minutes later', async () => {
    await advanceTo(125);
    await publish('green', 0, { ...traffic, HTTPCode_Target_5XX_Count: 30 });
    await publish('blue', 0, traffic);
    await publish('green', 60, traffic);
    expect(await bench.look(query)).toEqual([]);
    await publish('blue', 60, { HealthyHostCount: 2 });
    expect(await bench.look(query)).toEqual([
      {
        ...{ fromMs: sinceMs, toMs: sinceMs + 60_000, share: 0.5 },
        requests: { canary: 600, baseline: 600 },
        errors: { canary: 30, baseline: 0, counted: 'requests' },
        latency: {
          canary: [{ task: 'all of canary', value: 20, weight: 600 }],
          baseline: [{ task: 'all of baseline', value: 20, weight: 600 }],
          baselineIsFresh: false,
        },
        exits: { canary: { taskSeconds: 0, failures: 0 }, baseline: { taskSeconds: 0, failures: 0 } },
      },
    ]);
    await advanceTo(300);
    const [, second] = await bench.look(query);
    // It has targets there and did not speak of requests: there were none.
    expect(second?.requests).toEqual({ canary: 600, baseline: 0 });
  });

  test('of which nothing is heard tells nothing', async () => {
    await advanceTo(250);
    const evidence = await bench.look(query);
    expect(spans(evidence)).toEqual([[0, 60]]);
    expect(evidence[0]).not.toHaveProperty('requests');
  });
});
