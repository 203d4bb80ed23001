import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeploymentSnapshot,
  decideService,
  lowerBound,
  type ServiceSnapshot,
  type TaskSnapshot,
  upperBound,
} from './decide.ts';

const deployment = (id: string, change: Partial<DeploymentSnapshot> = {}): DeploymentSnapshot => ({
  id,
  state: 'in_progress',
  startAfter: 0,
  failures: 0,
  failureThreshold: undefined,
  ...change,
});

let created = 0;
const task = (deploymentId: string, change: Partial<TaskSnapshot> = {}): TaskSnapshot => {
  created += 1;
  return {
    id: `task-${created}`,
    deploymentId,
    phase: 'running',
    occupies: true,
    health: 'healthy',
    isProtected: false,
    createdAt: created,
    ...change,
  };
};

const service = (change: Partial<ServiceSnapshot>): ServiceSnapshot => ({
  now: 1000,
  isDraining: false,
  desiredCount: 2,
  minimumPercent: 100,
  maximumPercent: 200,
  deployments: [deployment('new')],
  tasks: [],
  ...change,
});

const kinds = (snapshot: ServiceSnapshot) => decideService(snapshot).actions.map(({ kind }) => kind);

describe('the bounds', () => {
  it.each([
    [1, 100, 200, 1, 2],
    [3, 50, 150, 2, 4],
    [1, 100, 150, 1, 1],
    [0, 100, 200, 0, 0],
  ])('of %i tasks at %i/%i percent are %i and %i', (desired, minimum, maximum, lower, upper) => {
    expect([lowerBound(desired, minimum), upperBound(desired, maximum)]).toEqual([lower, upper]);
  });
});

describe('decideService', () => {
  it('starts what is missing', () => {
    expect(decideService(service({})).actions).toEqual([{ kind: 'start', deploymentId: 'new', count: 2 }]);
  });

  it('starts the new beside the old, and stops nothing before it is healthy', () => {
    const old = [task('old'), task('old')];
    const deployments = [deployment('new'), deployment('old', { state: 'completed' })];
    expect(decideService(service({ deployments, tasks: old })).actions).toEqual([
      { kind: 'start', deploymentId: 'new', count: 2 },
    ]);
    const starting = [
      task('new', { phase: 'starting', health: 'unknown' }),
      task('new', { health: 'unknown' }),
    ];
    expect(kinds(service({ deployments, tasks: [...old, ...starting] }))).toEqual([]);
    const one = [task('new'), task('new', { health: 'unknown' })];
    expect(kinds(service({ deployments, tasks: [...old, ...one] }))).toEqual(['stop']);
  });

  it('makes room by stopping old ones down to the lower bound where the upper bound leaves none', () => {
    const tasks = [task('old'), task('old'), task('old'), task('old')];
    const deployments = [deployment('new'), deployment('old', { state: 'completed' })];
    const plan = decideService(
      service({ desiredCount: 4, minimumPercent: 50, maximumPercent: 100, deployments, tasks }),
    );
    expect(plan.actions.map(({ kind }) => kind)).toEqual(['stop', 'stop']);
  });

  it('keeps as many old ones as the lower bound asks for, though none of them is healthy yet', () => {
    const tasks = [task('old', { health: 'unknown' }), task('old', { health: 'unknown' })];
    const deployments = [deployment('new'), deployment('old', { state: 'completed' })];
    const bounds = { minimumPercent: 50, maximumPercent: 100 };
    expect(kinds(service({ ...bounds, deployments, tasks }))).toEqual(['stop']);
    expect(decideService(service({ ...bounds, deployments, tasks: tasks.slice(1) })).actions).toEqual([
      { kind: 'start', deploymentId: 'new', count: 1 },
    ]);
  });

  it('stalls where neither bound leaves a way', () => {
    const deployments = [deployment('new'), deployment('old', { state: 'completed' })];
    const tasks = [task('old')];
    expect(kinds(service({ desiredCount: 1, maximumPercent: 150, deployments, tasks }))).toEqual([]);
  });

  it('replaces an unhealthy task first and stops it when the replacement is healthy', () => {
    const deployments = [deployment('new', { state: 'completed' })];
    const sick = task('new', { health: 'unhealthy' });
    expect(kinds(service({ deployments, tasks: [task('new'), sick] }))).toEqual(['start']);
    expect(decideService(service({ deployments, tasks: [task('new'), sick, task('new')] })).actions).toEqual([
      { kind: 'stop', taskId: sick.id, why: 'unhealthy' },
    ]);
  });

  it('stops an unhealthy task first where the upper bound leaves no room', () => {
    const deployments = [deployment('new', { state: 'completed' })];
    const tasks = [task('new'), task('new', { health: 'unhealthy' })];
    expect(kinds(service({ deployments, tasks, minimumPercent: 50, maximumPercent: 100 }))).toEqual(['stop']);
  });

  it('completes when the new one alone carries the count and the old one has left, draining included', () => {
    const deployments = [deployment('new'), deployment('old', { state: 'completed' })];
    const leaving = task('old', { phase: 'leaving', occupies: false });
    const tasks = [task('new'), task('new')];
    expect(kinds(service({ deployments, tasks: [...tasks, leaving] }))).toEqual([]);
    expect(kinds(service({ deployments, tasks }))).toEqual(['retire', 'complete', 'steady']);
  });

  it('lets old tasks go down to the lower bound once it is early enough a success', () => {
    const early = { healthyPercent: 50, cleanup: 'DEFERRED' as const };
    const tasks = [task('new'), task('new'), task('old'), task('old')];
    const bounds = { desiredCount: 4, minimumPercent: 50, maximumPercent: 100, tasks };
    const old = deployment('old', { state: 'completed' });
    const under = [deployment('new', { early, startAfter: 5000 }), old];
    expect(decideService(service({ ...bounds, deployments: under }))).toEqual({
      actions: [{ kind: 'complete', deploymentId: 'new' }],
      wakeAt: 5000,
    });
    const done = [deployment('new', { early, startAfter: 5000, state: 'completed' }), old];
    expect(kinds(service({ ...bounds, deployments: done }))).toEqual(['stop', 'stop']);
    const blocking = { ...early, cleanup: 'BLOCKING' as const };
    const first = [deployment('new', { early: blocking, startAfter: 5000 }), old];
    expect(kinds(service({ ...bounds, deployments: first }))).toEqual(['stop', 'stop']);
    const gone = { ...bounds, tasks: tasks.slice(0, 2) };
    expect(kinds(service({ ...gone, deployments: first }))).toEqual(['complete']);
  });

  it('completes after its bake time, which begins when it could complete', () => {
    const tasks = [task('new'), task('new')];
    const baking = (since?: number) => [
      deployment('new', { bake: { durationMs: 500, ...(since === undefined ? {} : { since }) } }),
    ];
    expect(decideService(service({ deployments: baking(), tasks }))).toEqual({
      actions: [{ kind: 'bake', deploymentId: 'new' }],
      wakeAt: 1500,
    });
    expect(decideService(service({ deployments: baking(600), tasks }))).toEqual({
      actions: [],
      wakeAt: 1100,
    });
    expect(kinds(service({ deployments: baking(500), tasks }))).toEqual(['complete', 'steady']);
  });

  it('fails for an alarm while it is under way, and never afterwards', () => {
    const alarms = ['errors'];
    expect(decideService(service({ deployments: [deployment('new', { alarms })] })).actions).toEqual([
      { kind: 'fail', deploymentId: 'new', cause: { kind: 'alarm', names: alarms } },
    ]);
    const done = [deployment('new', { alarms, state: 'completed' })];
    expect(kinds(service({ deployments: done }))).toEqual(['start']);
  });

  it('fails at the threshold, before anything else', () => {
    const deployments = [deployment('new', { failures: 3, failureThreshold: 3 })];
    expect(kinds(service({ deployments }))).toEqual(['fail']);
  });

  it('starts no more of a failed deployment but keeps the old one at its count', () => {
    const deployments = [deployment('new', { state: 'failed' }), deployment('old', { state: 'completed' })];
    expect(decideService(service({ deployments, tasks: [task('old')] })).actions).toEqual([
      { kind: 'start', deploymentId: 'old', count: 1 },
    ]);
    expect(kinds(service({ deployments: [deployment('new', { state: 'failed' })] }))).toEqual([]);
  });

  it('replaces a lost old task while the new ones cannot carry the lower bound', () => {
    const deployments = [deployment('new', { startAfter: 5000 }), deployment('old', { state: 'completed' })];
    expect(decideService(service({ deployments, tasks: [task('old')] }))).toEqual({
      actions: [{ kind: 'start', deploymentId: 'old', count: 1 }],
      wakeAt: 5000,
    });
  });

  it('scales in the newest first and leaves protected tasks alone', () => {
    const deployments = [deployment('new', { state: 'completed' })];
    const [first, second, third] = [task('new'), task('new'), task('new', { isProtected: true })];
    const plan = decideService(service({ desiredCount: 1, deployments, tasks: [first, second, third] }));
    expect(plan.actions).toEqual([
      { kind: 'stop', taskId: second.id, why: 'scaling' },
      { kind: 'stop', taskId: first.id, why: 'scaling' },
    ]);
  });

  it('stops everything of a service that is deleted', () => {
    expect(kinds(service({ isDraining: true, tasks: [task('new'), task('old')] }))).toEqual(['stop', 'stop']);
  });
});

const anyTask: fc.Arbitrary<TaskSnapshot> = fc
  .record({
    deploymentId: fc.constantFrom('new', 'old', 'older'),
    phase: fc.constantFrom('starting' as const, 'running' as const, 'leaving' as const),
    health: fc.constantFrom('unknown' as const, 'healthy' as const, 'unhealthy' as const),
    isProtected: fc.boolean(),
    stillCounted: fc.boolean(),
    createdAt: fc.nat(100),
  })
  .map(({ stillCounted, deploymentId, ...change }) =>
    task(deploymentId, {
      ...change,
      occupies: change.phase !== 'leaving' || stillCounted,
      health: change.phase === 'running' ? change.health : 'unknown',
    }),
  );

const anyService: fc.Arbitrary<ServiceSnapshot> = fc
  .record({
    desiredCount: fc.nat(8),
    minimumPercent: fc.nat(100),
    extraPercent: fc.nat(200),
    primary: fc.constantFrom('in_progress' as const, 'completed' as const, 'failed' as const),
    old: fc.constantFrom('in_progress' as const, 'completed' as const, 'failed' as const),
    failures: fc.nat(5),
    startAfter: fc.constantFrom(0, 5000),
    isDraining: fc.constant(false),
    tasks: fc.array(anyTask, { maxLength: 14 }),
  })
  .map(({ extraPercent, primary, old, failures, startAfter, ...rest }) =>
    service({
      ...rest,
      maximumPercent: rest.minimumPercent + extraPercent,
      deployments: [
        deployment('new', { state: primary, failures, failureThreshold: 3, startAfter }),
        deployment('old', { state: old }),
        deployment('older', { state: 'completed' }),
      ],
    }),
  );

describe('by its own action, whatever the snapshot (I7)', () => {
  const effect = (snapshot: ServiceSnapshot) => {
    const { actions } = decideService(snapshot);
    const stopped = new Set(actions.flatMap((action) => (action.kind === 'stop' ? [action.taskId] : [])));
    const started = actions.reduce((sum, action) => sum + (action.kind === 'start' ? action.count : 0), 0);
    return { actions, stopped, started };
  };
  const healthyOf = (tasks: readonly TaskSnapshot[]) =>
    tasks.filter(({ phase, health }) => phase !== 'leaving' && health === 'healthy').length;

  it('never leaves fewer healthy than the lower bound', () => {
    fc.assert(
      fc.property(anyService, (snapshot) => {
        const { stopped } = effect(snapshot);
        const before = healthyOf(snapshot.tasks);
        const after = healthyOf(snapshot.tasks.filter(({ id }) => !stopped.has(id)));
        const lower = lowerBound(snapshot.desiredCount, snapshot.minimumPercent);
        expect(after).toBeGreaterThanOrEqual(Math.min(before, lower));
      }),
      { numRuns: 3000 },
    );
  });

  it('never starts beyond the upper bound, never stops a task twice or one that is leaving', () => {
    fc.assert(
      fc.property(anyService, (snapshot) => {
        const { actions, stopped, started } = effect(snapshot);
        const occupied = snapshot.tasks.filter(({ occupies }) => occupies).length;
        const upper = upperBound(snapshot.desiredCount, snapshot.maximumPercent);
        if (started > 0) expect(occupied + started).toBeLessThanOrEqual(upper);
        expect(actions.filter(({ kind }) => kind === 'stop')).toHaveLength(stopped.size);
        for (const { id, phase } of snapshot.tasks)
          if (phase === 'leaving') expect(stopped.has(id)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('never stops at the next look what it has just started', () => {
    fc.assert(
      fc.property(anyService, (snapshot) => {
        const { actions, stopped } = effect(snapshot);
        const begun = actions.flatMap((action) =>
          action.kind === 'start'
            ? Array.from({ length: action.count }, () =>
                task(action.deploymentId, { phase: 'starting', health: 'unknown' }),
              )
            : [],
        );
        const left = snapshot.tasks.filter(({ id }) => !stopped.has(id));
        const next = effect({ ...snapshot, tasks: [...left, ...begun] });
        expect(begun.filter(({ id }) => next.stopped.has(id))).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('comes to an end: with every task turning healthy, the new deployment completes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.nat(99),
        fc.integer({ min: 100, max: 300 }),
        (count, minimum, maximum) => {
          const lower = lowerBound(count, minimum);
          fc.pre(upperBound(count, maximum) > lower);
          let tasks = Array.from({ length: count }, () => task('old'));
          const deployments = [deployment('new'), deployment('old', { state: 'completed' })];
          for (let turn = 0; turn < 60; turn += 1) {
            const snapshot = service({
              desiredCount: count,
              minimumPercent: minimum,
              maximumPercent: maximum,
              deployments,
              tasks: tasks.map((each) => ({ ...each, isProtected: false })),
            });
            const { actions, stopped, started } = effect(snapshot);
            if (actions.some(({ kind }) => kind === 'complete')) return;
            const healed = tasks.map((each) => ({ ...each, health: 'healthy' as const }));
            const fresh = Array.from({ length: started }, () => task('new', { health: 'unknown' }));
            tasks = [...healed.filter(({ id }) => !stopped.has(id)), ...fresh];
          }
          expect.fail(`stuck with ${tasks.map(({ deploymentId }) => deploymentId).join(',')}`);
        },
      ),
      { numRuns: 300 },
    );
  });
});
