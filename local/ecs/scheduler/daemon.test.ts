import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DaemonSnapshot, type DaemonTask, decideDaemon } from './daemon.ts';
import { type DeploymentSnapshot, lowerBound } from './decide.ts';

const deployment = (id: string, change: Partial<DeploymentSnapshot> = {}): DeploymentSnapshot => ({
  id,
  state: 'in_progress',
  startAfter: 0,
  failures: 0,
  failureThreshold: undefined,
  ...change,
});

const old = deployment('old', { state: 'completed' });

function task(id: string, change: Partial<DaemonTask> = {}): DaemonTask {
  return {
    id,
    deploymentId: 'old',
    instanceId: id,
    phase: 'running',
    occupies: true,
    health: 'healthy',
    isProtected: false,
    createdAt: 0,
    ...change,
  };
}

const daemon = (change: Partial<DaemonSnapshot>): DaemonSnapshot => ({
  now: 0,
  isDraining: false,
  minimumPercent: 50,
  deployments: [deployment('new'), old],
  eligible: ['a', 'b', 'c', 'd'],
  tasks: [],
  ...change,
});

describe('decideDaemon', () => {
  it('starts one on each free instance, and none where a task still leaves', () => {
    const leaving = task('x', { instanceId: 'a', phase: 'leaving' });
    expect(decideDaemon(daemon({ tasks: [leaving] })).actions).toEqual([
      { kind: 'start', deploymentId: 'new', count: 3, instanceIds: ['b', 'c', 'd'] },
    ]);
  });

  it('stops old ones down to the minimum, oldest first', () => {
    const tasks = ['a', 'b', 'c', 'd'].map((id, index) => task(id, { createdAt: index }));
    expect(decideDaemon(daemon({ tasks })).actions).toEqual([
      { kind: 'stop', taskId: 'a', why: 'scaling' },
      { kind: 'stop', taskId: 'b', why: 'scaling' },
    ]);
  });

  it('stops what is on an instance that is not to have one', () => {
    const tasks = [task('x', { instanceId: 'gone', deploymentId: 'new' })];
    expect(decideDaemon(daemon({ tasks, eligible: [] })).actions).toEqual([
      { kind: 'stop', taskId: 'x', why: 'scaling' },
    ]);
  });

  it('waits after failures, and says until when', () => {
    const deployments = [deployment('new', { startAfter: 500 })];
    expect(decideDaemon(daemon({ deployments }))).toEqual({ actions: [], wakeAt: 500 });
  });

  it('never has two on an instance, keeps the minimum, and completes', () => {
    const world = fc.record({
      instances: fc.integer({ min: 1, max: 8 }),
      minimumPercent: fc.integer({ min: 0, max: 99 }),
      running: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
    });
    fc.assert(
      fc.property(world, ({ instances, minimumPercent, running }) => {
        // Where the minimum rounds up to all instances ECS stalls as well.
        fc.pre(lowerBound(instances, minimumPercent) < instances);
        const eligible = Array.from({ length: instances }, (_, index) => `i${index}`);
        let tasks: DaemonTask[] = eligible
          .filter((_, index) => running[index])
          .map((instanceId) => task(`old-${instanceId}`, { instanceId }));
        const lower = Math.min(tasks.length, lowerBound(instances, minimumPercent));
        for (let turn = 0; turn < 60; turn += 1) {
          const { actions } = decideDaemon(
            daemon({ eligible, minimumPercent, tasks, deployments: [deployment('new'), old] }),
          );
          for (const action of actions) {
            if (action.kind === 'stop') tasks = tasks.filter(({ id }) => id !== action.taskId);
            if (action.kind !== 'start') continue;
            for (const instanceId of action.instanceIds ?? []) {
              expect(tasks.some((other) => other.instanceId === instanceId)).toBe(false);
              const health = 'unknown';
              tasks.push(task(`new-${instanceId}`, { instanceId, deploymentId: 'new', health }));
            }
          }
          expect(tasks.filter(({ health }) => health === 'healthy').length).toBeGreaterThanOrEqual(lower);
          if (actions.some(({ kind }) => kind === 'complete')) return;
          tasks = tasks.map((other) => ({ ...other, health: 'healthy' }));
        }
        expect.unreachable('the deployment has not completed');
      }),
    );
  });
});
