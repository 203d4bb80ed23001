import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureThreshold } from './breaker.ts';
import { decideService, lowerBound, type ServicePlan, type TaskSnapshot, upperBound } from './decide.ts';

/** What becomes of a task of the new revision. */
type Fate = 'good' | 'never starts' | 'unhealthy' | 'crashes';

interface Plan {
  readonly desiredCount: number;
  readonly minimumPercent: number;
  readonly maximumPercent: number;
  /** One for each task started, in order; all later ones are good. */
  readonly fates: readonly Fate[];
  readonly early?: { readonly healthyPercent: number; readonly cleanup: 'BLOCKING' | 'DEFERRED' };
  readonly failureThreshold?: number;
}

interface Living extends TaskSnapshot {
  readonly fate: Fate;
  readonly age: number;
}

const goodNews: Record<Fate, Partial<TaskSnapshot>> = {
  good: { phase: 'running', health: 'healthy' },
  unhealthy: { phase: 'running', health: 'unhealthy' },
  crashes: { phase: 'running' },
  'never starts': {},
};

/** A rolling deployment among tasks that start, fail and fall ill; what leaves takes two looks to do so. */
class World {
  readonly plan: Plan;
  tasks: Living[];
  failures = 0;
  started = 0;
  retired = false;
  ended: 'completed' | 'failed' | undefined;
  #now = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.tasks = Array.from({ length: plan.desiredCount }, (_, index) => ({
      id: `old-${index}`,
      deploymentId: 'old',
      phase: 'running',
      occupies: true,
      health: 'healthy',
      isProtected: false,
      createdAt: index,
      fate: 'good',
      age: 9,
    }));
  }

  look(): ServicePlan {
    const { early, failureThreshold: threshold } = this.plan;
    return decideService({
      now: this.#now,
      isDraining: false,
      desiredCount: this.plan.desiredCount,
      minimumPercent: this.plan.minimumPercent,
      maximumPercent: this.plan.maximumPercent,
      deployments: [
        {
          id: 'new',
          state: this.ended === 'completed' ? 'completed' : 'in_progress',
          startAfter: 0,
          failures: this.failures,
          failureThreshold: threshold,
          ...(early ? { early } : {}),
        },
        ...(this.retired
          ? []
          : [
              {
                id: 'old',
                state: 'completed' as const,
                startAfter: 0,
                failures: 0,
                failureThreshold: undefined,
              },
            ]),
      ],
      tasks: this.tasks,
    });
  }

  apply({ actions }: ServicePlan): void {
    for (const action of actions) {
      if (action.kind === 'start') for (let n = 0; n < action.count; n += 1) this.#start(action.deploymentId);
      if (action.kind === 'stop') {
        const stopped = this.tasks.find(({ id }) => id === action.taskId);
        if (action.why === 'unhealthy' && stopped?.deploymentId === 'new') this.failures += 1;
        this.#change(action.taskId, { phase: 'leaving', health: 'unknown', age: 0 });
      }
      if (action.kind === 'retire') this.retired = true;
      if (action.kind === 'complete') this.ended = 'completed';
      if (action.kind === 'fail') this.ended = 'failed';
    }
  }

  /** A moment passes: tasks come up, fail, fall ill and end. */
  pass(): void {
    this.#now += 1;
    this.tasks = this.tasks.flatMap((task) => {
      const age = task.age + 1;
      if (task.phase === 'leaving') return age > 1 ? [] : [{ ...task, age, occupies: false }];
      const ends = task.fate === 'never starts' ? age > 0 : task.fate === 'crashes' && age > 1;
      if (ends) {
        if (task.deploymentId === 'new') this.failures += 1;
        return [];
      }
      return [{ ...task, age, ...(age > 0 ? goodNews[task.fate] : {}) }];
    });
  }

  get healthy(): number {
    return this.tasks.filter(({ phase, health }) => phase !== 'leaving' && health === 'healthy').length;
  }

  get occupied(): number {
    return this.tasks.filter(({ occupies }) => occupies).length;
  }

  #start(deploymentId: string): void {
    const isNew = deploymentId === 'new';
    const fate = isNew ? (this.plan.fates[this.started] ?? 'good') : 'good';
    if (isNew) this.started += 1;
    this.tasks.push({
      id: `${deploymentId}-${this.#now}-${this.tasks.length}-${this.started}`,
      deploymentId,
      phase: 'starting',
      occupies: true,
      health: 'unknown',
      isProtected: false,
      createdAt: 100 + this.#now,
      fate,
      age: 0,
    });
  }

  #change(id: string, change: Partial<Living>): void {
    this.tasks = this.tasks.map((task) => (task.id === id ? { ...task, ...change } : task));
  }
}

const fates = fc.array(fc.constantFrom<Fate>('good', 'never starts', 'unhealthy', 'crashes'), {
  maxLength: 12,
});
const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    desiredCount: fc.integer({ min: 1, max: 9 }),
    minimumPercent: fc.nat(100),
    extraPercent: fc.nat(150),
    fates,
  })
  .map(({ extraPercent, ...plan }) => ({
    ...plan,
    maximumPercent: Math.max(100, plan.minimumPercent + extraPercent),
  }))
  .filter(
    ({ desiredCount, minimumPercent, maximumPercent }) =>
      upperBound(desiredCount, maximumPercent) > lowerBound(desiredCount, minimumPercent),
  );

/** Lives through the deployment and checks the bounds at every moment; answers with the looks it took. */
function live(world: World, looks: number): void {
  const { desiredCount, minimumPercent, maximumPercent } = world.plan;
  const lower = lowerBound(desiredCount, minimumPercent);
  const upper = upperBound(desiredCount, maximumPercent);
  for (let look = 0; look < looks && !world.ended; look += 1) {
    const before = world.healthy;
    world.apply(world.look());
    expect(world.healthy).toBeGreaterThanOrEqual(Math.min(before, lower));
    expect(world.occupied).toBeLessThanOrEqual(upper);
    world.pass();
    expect(world.healthy).toBeGreaterThanOrEqual(lower);
    expect(world.occupied).toBeLessThanOrEqual(upper);
  }
}

describe('a rolling deployment among failing tasks', () => {
  it('keeps the bounds at every moment and completes once the tasks are good', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const world = new World(plan);
        live(world, 300);
        expect(world.ended).toBe('completed');
        expect(world.healthy).toBe(plan.desiredCount);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps them with early success criteria too, and ends with the new revision alone', () => {
    const early = fc.record({
      share: fc.nat(100),
      cleanup: fc.constantFrom('BLOCKING' as const, 'DEFERRED' as const),
    });
    fc.assert(
      fc.property(anyPlan, early, (plan, { share, cleanup }) => {
        const healthyPercent = Math.max(plan.minimumPercent, share);
        const world = new World({ ...plan, early: { healthyPercent, cleanup } });
        live(world, 300);
        expect(world.ended).toBe('completed');
        const fresh = world.tasks.filter((task) => task.deploymentId === 'new');
        const healthy = fresh.filter(({ health }) => health === 'healthy').length;
        expect(healthy).toBeGreaterThanOrEqual(Math.ceil((plan.desiredCount * healthyPercent) / 100));
        if (cleanup === 'BLOCKING') expect(world.tasks.length).toBe(fresh.length);
        const lower = lowerBound(plan.desiredCount, plan.minimumPercent);
        for (let look = 0; look < 100; look += 1) {
          const before = world.healthy;
          world.apply(world.look());
          expect(world.healthy).toBeGreaterThanOrEqual(Math.min(before, lower));
          world.pass();
        }
        expect(world.tasks.every(({ deploymentId }) => deploymentId === 'new')).toBe(true);
        expect(world.healthy).toBe(plan.desiredCount);
      }),
      { numRuns: 300 },
    );
  });

  it('fails at the threshold of the circuit breaker when no task is ever good', () => {
    fc.assert(
      fc.property(anyPlan, fc.constantFrom<Fate>('never starts', 'crashes'), (plan, fate) => {
        const threshold = failureThreshold({ enable: true, rollback: true }, plan.desiredCount);
        const world = new World({
          ...plan,
          fates: Array.from({ length: 500 }, () => fate),
          ...(threshold === undefined ? {} : { failureThreshold: threshold }),
        });
        live(world, 200);
        expect(world.ended).toBe('failed');
        expect(world.failures).toBeGreaterThanOrEqual(threshold ?? 0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the threshold of the circuit breaker', () => {
  it('is clamp(ceil(value % × desired), 3, 200)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(5000), (value, desired) => {
        const breaker = {
          enable: true,
          rollback: false,
          thresholdConfiguration: { type: 'BOUNDED_PERCENT', value },
        };
        const threshold = failureThreshold(breaker, desired) ?? 0;
        expect(threshold).toBeGreaterThanOrEqual(3);
        expect(threshold).toBeLessThanOrEqual(200);
        if (threshold > 3 && threshold < 200) {
          expect(threshold * 100).toBeGreaterThanOrEqual(value * desired);
          expect((threshold - 1) * 100).toBeLessThan(value * desired);
        }
      }),
    );
  });
});
