import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startBench, webDefinition, webService } from '../testing.ts';
import { decideMove, zoneCounts } from './rebalance.ts';

describe('decideMove', () => {
  it('ends with zones that differ by at most one task, and never moves more than it must', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 8 }), { minLength: 2, maxLength: 4 }), (drawn) => {
        const zones = drawn.map((_, index) => `z${index}`);
        let tasks = drawn.flatMap((count, zone) =>
          Array.from({ length: count }, (_, index) => ({
            id: `${zone}-${index}`,
            zone: `z${zone}`,
            isProtected: false,
            createdAt: index,
          })),
        );
        const least = Math.floor(tasks.length / zones.length);
        const mostMoves = drawn.reduce((total, count) => total + Math.max(0, count - least), 0);
        let moves = 0;
        for (let move = decideMove(zones, tasks); move; move = decideMove(zones, tasks)) {
          const { taskId, to } = move;
          tasks = tasks.map((task) => (task.id === taskId ? { ...task, zone: to } : task));
          moves += 1;
          expect(moves).toBeLessThanOrEqual(mostMoves);
        }
        const counts = zoneCounts(zones, tasks).map(([, count]) => count);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('leaves protected tasks, and zones that take none', () => {
    const at = (id: string, zone: string, isProtected = false) => ({ id, zone, isProtected, createdAt: 0 });
    expect(decideMove(['a', 'b'], [at('1', 'a', true), at('2', 'a', true)])).toBeUndefined();
    expect(decideMove(['a'], [at('1', 'a'), at('2', 'a'), at('3', 'b')])).toBeUndefined();
    expect(decideMove(['a', 'b'], [at('1', 'a'), at('2', 'a', true)])).toEqual({
      taskId: '1',
      from: 'a',
      to: 'b',
    });
  });
});

describe('a service whose zone was lost', () => {
  it('runs in the other one meanwhile, and is balanced again when the zone is back', async () => {
    let isLost = true;
    const b = await startBench({
      capacity: { hasSpot: () => true, hasZone: (zone) => !(isLost && zone === 'us-east-1a') },
    });
    b.call('CreateCluster');
    b.call('RegisterTaskDefinition', webDefinition());
    b.call('CreateService', webService({ desiredCount: 4 }));
    await b.clock.advance(10_000);
    const zones = () => {
      const { taskArns } = b.call<{ taskArns: string[] }>('ListTasks', { serviceName: 'web' });
      const { tasks } = b.call<{ tasks: { availabilityZone: string }[] }>('DescribeTasks', {
        tasks: taskArns,
      });
      return tasks.map(({ availabilityZone }) => availabilityZone).sort();
    };
    expect(zones()).toEqual(Array(4).fill('us-east-1b'));
    isLost = false;
    b.call('UpdateService', { service: 'web', desiredCount: 4 });
    await b.clock.advance(300_000);
    expect(zones()).toEqual(['us-east-1a', 'us-east-1a', 'us-east-1b', 'us-east-1b']);
    const names = b.events.map(({ detail }) => detail.eventName);
    expect(names.filter((name) => name === 'SERVICE_REBALANCING_STARTED')).toHaveLength(1);
    expect(names.filter((name) => name === 'SERVICE_REBALANCING_COMPLETED')).toHaveLength(1);
  });

  it('says that Fargate Spot has no capacity, and starts when it has', async () => {
    let hasSpot = false;
    const b = await startBench({ capacity: { hasSpot: () => hasSpot, hasZone: () => true } });
    b.call('CreateCluster', { capacityProviders: ['FARGATE_SPOT'] });
    b.call('RegisterTaskDefinition', webDefinition());
    const { launchType: _, ...service } = webService();
    b.call('CreateService', {
      ...service,
      capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    });
    await b.clock.advance(1000);
    const failure = b.events.find(({ detail }) => detail.eventName === 'SERVICE_TASK_PLACEMENT_FAILURE');
    expect(failure?.detail).toMatchObject({
      reason: 'RESOURCE:FARGATE',
      capacityProviderArns: [expect.stringMatching(/:capacity-provider\/FARGATE_SPOT$/)],
    });
    hasSpot = true;
    await b.clock.advance(30_000);
    const { services } = b.call<{ services: unknown[] }>('DescribeServices', { services: ['web'] });
    expect(services).toMatchObject([{ runningCount: 2 }]);
  });
});
