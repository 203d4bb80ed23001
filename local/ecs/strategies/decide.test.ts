import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowerBound, type TaskSnapshot } from '../scheduler/decide.ts';
import { decideStrategy, type StrategyAction, type StrategyPlan, type StrategySnapshot } from './decide.ts';
import type { Position } from './stages.ts';
import { trafficSteps, weightsOf } from './traffic.ts';

const minute = 60_000;

interface Plan {
  readonly desiredCount: number;
  readonly minimumPercent: number;
  readonly configuration: {
    readonly strategy: string;
    readonly linearConfiguration?: { readonly stepPercent: number; readonly stepBakeTimeInMinutes: number };
    readonly canaryConfiguration?: {
      readonly canaryPercent: number;
      readonly canaryBakeTimeInMinutes: number;
    };
  };
  readonly bakeMinutes: number;
  /** What befalls, a minute each; afterwards nothing does. */
  readonly mishaps: readonly Mishap[];
}

type Mishap =
  | 'nothing'
  | 'blue task dies'
  | 'green task dies'
  | 'all blue ill'
  | 'all green ill'
  | 'alarm'
  | 'stop';

/** A deployment beside another revision, among tasks that come up in a minute and may fall ill or die. */
class World {
  readonly plan: Plan;
  tasks: TaskSnapshot[];
  position: Position = { stage: 'PRE_SCALE_UP', step: 0 };
  production = 0;
  served = false;
  isReturning = false;
  isAlarmed = false;
  ended = false;
  #enteredAt = 0;
  #now = 0;
  #count = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.tasks = Array.from({ length: plan.desiredCount }, () => this.#task('blue', 'healthy'));
  }

  snapshot(): StrategySnapshot {
    const { configuration, desiredCount, minimumPercent, bakeMinutes } = this.plan;
    const green = {
      id: 'green',
      state: this.isReturning ? ('failed' as const) : ('in_progress' as const),
      startAfter: 0,
      failures: 0,
      failureThreshold: undefined,
      alarms: this.isAlarmed && !this.isReturning ? ['errors'] : [],
    };
    const blue = { ...green, id: 'blue', alarms: [], state: 'completed' as const };
    const returning = { ...blue, state: 'in_progress' as const };
    return {
      service: {
        now: this.#now,
        isDraining: false,
        desiredCount,
        minimumPercent,
        maximumPercent: 200,
        deployments: this.isReturning ? [returning, green] : [green, blue],
        tasks: this.tasks,
      },
      blueId: 'blue',
      greenId: 'green',
      position: this.position,
      enteredAt: this.#enteredAt,
      isReturning: this.isReturning,
      steps: trafficSteps(configuration, true),
      bakeMs: bakeMinutes * minute,
      hooks: [],
    };
  }

  /** Acts until there is nothing to do at this moment. */
  settle(check: (plan: StrategyPlan) => void): void {
    for (let turn = 0; turn < 200 && !this.ended; turn += 1) {
      const plan = decideStrategy(this.snapshot());
      check(plan);
      for (const action of plan.actions) this.#apply(action);
      if (plan.actions.every(({ kind }) => kind === 'shift')) return;
    }
  }

  pass(mishap: Mishap): void {
    this.#now += minute;
    this.tasks = this.tasks.filter(({ phase }) => phase !== 'leaving').map(healed);
    this.isAlarmed = mishap === 'alarm';
    if (mishap === 'stop' && this.position.stage !== 'CLEAN_UP') this.isReturning = true;
    if (mishap === 'blue task dies') this.#lose('blue');
    if (mishap === 'green task dies') this.#lose('green');
    if (mishap === 'all blue ill') this.#sicken('blue');
    if (mishap === 'all green ill') this.#sicken('green');
  }

  healthy(deploymentId: string): number {
    return this.tasks.filter(
      (task) => task.deploymentId === deploymentId && task.phase !== 'leaving' && task.health === 'healthy',
    ).length;
  }

  #apply(action: StrategyAction): void {
    if (action.kind === 'enter') {
      this.position = action.position;
      this.#enteredAt = this.#now;
    }
    if (action.kind === 'shift') {
      this.production = action.production;
      this.served ||= action.production > 0;
    }
    if (action.kind === 'start') {
      for (let n = 0; n < action.count; n += 1) {
        this.tasks = [...this.tasks, this.#task(action.deploymentId, 'unknown')];
      }
    }
    if (action.kind === 'stop') {
      this.tasks = this.tasks.map((task) =>
        task.id === action.taskId ? { ...task, phase: 'leaving', health: 'unknown' } : task,
      );
    }
    if (action.kind === 'fail') this.isReturning = true;
    if (action.kind === 'complete') this.ended = true;
  }

  #task(deploymentId: string, health: TaskSnapshot['health']): TaskSnapshot {
    this.#count += 1;
    return {
      id: `task-${this.#count}`,
      deploymentId,
      phase: health === 'healthy' ? 'running' : 'starting',
      occupies: true,
      health,
      isProtected: false,
      createdAt: this.#count,
    };
  }

  #lose(deploymentId: string): void {
    const victim = this.tasks.find((task) => task.deploymentId === deploymentId);
    this.tasks = this.tasks.filter((task) => task !== victim);
  }

  #sicken(deploymentId: string): void {
    this.tasks = this.tasks.map((task) =>
      task.deploymentId === deploymentId && task.phase === 'running'
        ? { ...task, health: 'unhealthy' }
        : task,
    );
  }
}

/** What starts is healthy a minute later; what fell ill stays so until it is replaced. */
function healed(task: TaskSnapshot): TaskSnapshot {
  return task.phase === 'starting' ? { ...task, phase: 'running', health: 'healthy' } : task;
}

const anyConfiguration = fc.oneof(
  fc.constant({ strategy: 'BLUE_GREEN' }),
  fc.record({
    strategy: fc.constant('LINEAR'),
    linearConfiguration: fc.record({
      stepPercent: fc.integer({ min: 30, max: 1000 }).map((tenths) => tenths / 10),
      stepBakeTimeInMinutes: fc.nat(4),
    }),
  }),
  fc.record({
    strategy: fc.constant('CANARY'),
    canaryConfiguration: fc.record({
      canaryPercent: fc.integer({ min: 1, max: 1000 }).map((tenths) => tenths / 10),
      canaryBakeTimeInMinutes: fc.nat(4),
    }),
  }),
);
const anyMishap = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Mishap>('nothing') },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Mishap>(
      'blue task dies',
      'green task dies',
      'all blue ill',
      'all green ill',
      'alarm',
      'stop',
    ),
  },
);
const anyPlan: fc.Arbitrary<Plan> = fc.record({
  desiredCount: fc.nat(5),
  minimumPercent: fc.nat(100),
  configuration: anyConfiguration,
  bakeMinutes: fc.nat(5),
  mishaps: fc.array(anyMishap, { maxLength: 25 }),
});

/** Goes through the whole deployment; `check` sees every plan before it is acted on. */
function live(plan: Plan, check: (world: World, plan: StrategyPlan) => void = () => undefined): World {
  const world = new World(plan);
  for (let look = 0; look < 400 && !world.ended; look += 1) {
    world.settle((decided) => check(world, decided));
    world.pass(plan.mishaps[look] ?? 'nothing');
  }
  return world;
}

describe('a deployment beside another revision', () => {
  it('ends, whatever befalls it: with green alone, or with blue alone after a return', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const world = live(plan);
        expect(world.ended).toBe(true);
        const left = world.isReturning ? 'blue' : 'green';
        expect(world.tasks.every(({ deploymentId }) => deploymentId === left)).toBe(true);
        expect(world.production).toBe(world.isReturning ? 0 : 100);
      }),
      { numRuns: 400 },
    );
  });

  it('gives traffic to no revision without healthy tasks while the other has some', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        live(plan, (world, { actions }) => {
          for (const action of actions) {
            if (action.kind !== 'shift') continue;
            const [blue, green] = [world.healthy('blue'), world.healthy('green')];
            if (green === 0 && blue > 0) expect(action).toMatchObject({ production: 0, test: 0 });
            if (blue === 0 && green > 0 && world.served) expect(action.production).toBe(100);
          }
        });
      }),
      { numRuns: 400 },
    );
  });

  it('stops no healthy task when both revisions together would fall below the lower bound', () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const lower = lowerBound(plan.desiredCount, plan.minimumPercent);
        live(plan, (world, { actions }) => {
          const stopped = new Set(actions.flatMap((action) => (action.kind === 'stop' ? action.taskId : [])));
          const before = world.healthy('blue') + world.healthy('green');
          const after = world.tasks.filter(
            ({ id, phase, health }) => phase !== 'leaving' && health === 'healthy' && !stopped.has(id),
          ).length;
          expect(after).toBeGreaterThanOrEqual(Math.min(before, lower));
        });
      }),
      { numRuns: 400 },
    );
  });

  it('has weights that sum to everything, in whole numbers of at most 999 or all on one side', () => {
    fc.assert(
      fc.property(fc.nat(1000), (tenths) => {
        const { blue, green } = weightsOf(tenths / 10);
        expect(green / (blue + green)).toBeCloseTo(tenths / 1000, 10);
        expect([blue, green].every((weight) => Number.isInteger(weight) && weight <= 999)).toBe(true);
      }),
    );
  });

  it('shifts in steps that rise to everything', () => {
    fc.assert(
      fc.property(anyConfiguration, (configuration) => {
        const percents = trafficSteps(configuration, true).map(({ percent }) => percent);
        expect(percents.at(-1)).toBe(100);
        expect(percents).toEqual([...new Set(percents)].sort((one, other) => one - other));
      }),
    );
  });
});
