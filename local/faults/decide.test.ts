import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { take } from './buckets.ts';
import { attempt, draw, isActive, means, planCall, planEvent } from './decide.ts';
import { type ActiveFault, type Fault, faultInput } from './model.ts';

const active = (fault: Fault, seed = 1): ActiveFault => ({
  ...{ id: 'x', fault, addedMs: 1000, strikes: 0 },
  random: seed,
});
const task = { detailType: 'ECS Task State Change', cluster: 'arn:aws:ecs:us-east-1:0:cluster/web' };

/** Delays of so many events. */
function delays(fault: Fault, events: number, seed = 1): (readonly number[])[] {
  let faults: readonly ActiveFault[] = [active(fault, seed)];
  return Array.from({ length: events }, () => {
    const plan = planEvent(faults, task, 1000);
    faults = plan.faults;
    return plan.delaysMs;
  });
}

describe('a fault', () => {
  it('strikes as often as it was told, and not after its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 60 }), (count, events) => {
        const lost = delays({ kind: 'event-lost', count }, events).filter(({ length }) => length === 0);
        expect(lost).toHaveLength(Math.min(count, events));
      }),
    );
    const timed = active({ kind: 'event-lost', forSeconds: 10 });
    expect([isActive(timed, 10_999), isActive(timed, 11_000)]).toEqual([true, false]);
    expect(attempt(timed, task, 11_000).struck).toBe(false);
  });

  it('strikes the same with the same seed, and about as often as it is likely', () => {
    const fault: Fault = { kind: 'event-shuffled', withinSeconds: 60, probability: 0.5, count: 1000 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (seed) => {
        const first = delays(fault, 50, seed);
        expect(delays(fault, 50, seed)).toEqual(first);
        for (const [delayMs] of first) expect(delayMs).toBeLessThanOrEqual(60_000);
      }),
    );
    expect(delays(fault, 50, 1)).not.toEqual(delays(fault, 50, 2));
    const struck = delays({ kind: 'event-lost', probability: 0.3, count: 5000 }, 5000);
    expect(struck.filter(({ length }) => length === 0).length / 5000).toBeCloseTo(0.3, 1);
  });

  it('means what its filters say, names as well as ARNs', () => {
    const fault: Fault = { kind: 'event-lost', count: 1, cluster: 'web', detailType: task.detailType };
    expect(means(fault, task)).toBe(true);
    expect(means(fault, { ...task, cluster: 'other' })).toBe(false);
    expect(means(fault, { cluster: 'web' })).toBe(false);
    expect(means({ kind: 'event-lost', count: 1 }, {})).toBe(true);
  });

  it('works on what the one before it left of an event', () => {
    const faults = [
      active({ kind: 'event-duplicated', count: 9, copies: 2 }),
      active({ kind: 'event-delayed', count: 9, delaySeconds: 5 }),
    ];
    expect(planEvent(faults, task, 1000)).toMatchObject({
      delaysMs: [5000, 5000, 5000],
      struck: ['event-duplicated', 'event-delayed'],
    });
    const lost = planEvent([active({ kind: 'event-lost', count: 1 }), ...faults], task, 1000);
    expect(lost).toMatchObject({ delaysMs: [], struck: ['event-lost'] });
    expect(lost.faults.map(({ strikes }) => strikes)).toEqual([1, 0, 0]);
  });

  it('ends a call once, however many are there', () => {
    const faults = [
      active({ kind: 'slow', count: 1, delayMs: 5 }),
      active({ kind: 'throttled', count: 1, action: 'RunTask' }),
      active({ kind: 'server-error', count: 1, when: 'after' }),
    ];
    const first = planCall(faults, { service: 'ecs', action: 'RunTask' }, 1000);
    expect(first.struck.map(({ fault }) => fault.kind)).toEqual(['slow', 'throttled']);
    const second = planCall(first.faults, { service: 'ecs', action: 'RunTask' }, 1000);
    expect(second.struck.map(({ fault }) => fault.kind)).toEqual(['server-error']);
  });

  it('draws numbers from 0 up to 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (seed) => {
        const { value, random } = draw(seed);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
        expect(random).not.toBe(seed);
      }),
    );
  });

  it('must have an end, and only members of its kind', () => {
    const isFault = (input: unknown) => faultInput.safeParse(input).success;
    expect(isFault({ kind: 'event-lost', count: 1 })).toBe(true);
    for (const wrong of [
      { kind: 'event-lost' },
      { kind: 'meteor', count: 1 },
      { kind: 'event-lost', count: 0 },
      { kind: 'event-lost', count: 1, delayMs: 5 },
      { kind: 'reads-lag', count: 1, lagSeconds: 301 },
      { kind: 'throttled', count: 1, as: 'NoSuchException' },
    ]) {
      expect(isFault(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });
});

describe('the token buckets', () => {
  const call = (action: string, input = {}) => ({ action, input });
  /** How many of so many calls at one moment go through. */
  function through(action: string, calls: number, pauseMs = 0): number {
    let buckets = {};
    let passed = 0;
    for (let index = 0; index < calls; index += 1) {
      const taken = take(buckets, call(action), index * pauseMs);
      buckets = taken.buckets;
      if (!taken.isThrottled) passed += 1;
    }
    return passed;
  }

  it.each([
    ['CreateCluster', 20],
    ['DescribeClusters', 50],
    ['RegisterTaskDefinition', 20],
    ['DeleteTaskDefinitions', 5],
    ['StopTask', 100],
    ['DescribeTasks', 100],
    ['UpdateService', 50],
    ['GetTaskProtection', 200],
    ['ListServicesByNamespace', 10],
  ])('let a burst of %s through: %i', (action, burst) => {
    expect(through(action, burst + 30)).toBe(burst);
  });

  it('fill again at the sustained rate, up to the burst', () => {
    // 100 at once, then 20 a second: of 400 calls within 10 seconds about 300.
    expect(through('DescribeTasks', 400, 25)).toBe(100 + 199);
  });

  it('count each task of a RunTask as a launch on Fargate', () => {
    let buckets = {};
    let launched = 0;
    for (let atMs = 0; atMs < 1000; atMs += 50) {
      const taken = take(buckets, call('RunTask', { count: 10, launchType: 'FARGATE' }), atMs);
      buckets = taken.buckets;
      if (!taken.isThrottled) launched += 10;
    }
    expect(launched).toBe(110);
  });

  it('know nothing of other actions', () => {
    expect(through('SubmitSomethingNew', 1000)).toBe(1000);
  });
});
