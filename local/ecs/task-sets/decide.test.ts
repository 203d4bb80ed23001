import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskSnapshot } from '../scheduler/decide.ts';
import { computedDesiredCount, decideTaskSet, type TaskSetSnapshot } from './decide.ts';

const task = fc.record({
  phase: fc.constantFrom('starting', 'running', 'leaving'),
  health: fc.constantFrom('unknown', 'healthy', 'unhealthy'),
  isProtected: fc.boolean(),
  createdAt: fc.nat(1000),
});
const snapshot: fc.Arbitrary<TaskSetSnapshot> = fc
  .record({
    now: fc.nat(1000),
    isDraining: fc.boolean(),
    desiredCount: fc.nat(20),
    scalePercent: fc.double({ min: 0, max: 100, noNaN: true }),
    startAfter: fc.nat(1000),
    tasks: fc.array(task, { maxLength: 30 }),
  })
  .map((set) => ({
    ...set,
    tasks: set.tasks.map(
      (each, index): TaskSnapshot => ({
        ...each,
        id: `t${index}`,
        deploymentId: undefined,
        occupies: each.phase !== 'leaving',
      }),
    ),
  }));

describe('the computed desired count', () => {
  it.each([
    [4, 100, 4],
    [5, 25, 2],
    [4, 30, 2],
    [1, 0.1, 1],
    [3, 0, 0],
    [10, 70, 7],
  ])('%i tasks at %d %% are %i', (desired, scale, count) => {
    expect(computedDesiredCount(desired, scale)).toBe(count);
  });
});

describe('a plan', () => {
  it('never makes more tasks than wanted, and stops none that are wanted', () => {
    fc.assert(
      fc.property(snapshot, (set) => {
        const plan = decideTaskSet(set);
        const good = set.tasks.filter(({ phase, health }) => phase !== 'leaving' && health !== 'unhealthy');
        const wanted = set.isDraining ? 0 : computedDesiredCount(set.desiredCount, set.scalePercent);
        const scaledIn = plan.stop.filter(({ why }) => why === 'scaling').length;
        expect(plan.start === 0 || scaledIn === 0).toBe(true);
        expect(good.length + plan.start).toBeLessThanOrEqual(Math.max(wanted, good.length));
        if (!set.isDraining)
          expect(good.length - scaledIn).toBeGreaterThanOrEqual(Math.min(wanted, good.length));
      }),
    );
  });

  it('stops a protected task only when it is unhealthy or the set goes', () => {
    fc.assert(
      fc.property(snapshot, (set) => {
        const isProtected = new Set(set.tasks.filter((each) => each.isProtected).map(({ id }) => id));
        for (const { taskId, why } of decideTaskSet({ ...set, isDraining: false }).stop) {
          if (isProtected.has(taskId)) expect(why).toBe('unhealthy');
        }
      }),
    );
  });

  it('starts nothing before its time, and says when to look again', () => {
    fc.assert(
      fc.property(snapshot, (set) => {
        const early = { ...set, isDraining: false, startAfter: set.now + 1, tasks: [], scalePercent: 100 };
        const plan = decideTaskSet({ ...early, desiredCount: 3 });
        expect(plan).toMatchObject({ start: 0, wakeAt: set.now + 1, isSteady: false });
      }),
    );
  });

  it('is steady when exactly what is wanted runs healthily', () => {
    fc.assert(
      fc.property(snapshot, (set) => {
        if (!decideTaskSet(set).isSteady) return;
        expect(set.tasks.every(({ phase, health }) => phase === 'running' && health === 'healthy')).toBe(
          true,
        );
        expect(set.tasks).toHaveLength(computedDesiredCount(set.desiredCount, set.scalePercent));
      }),
    );
  });
});
