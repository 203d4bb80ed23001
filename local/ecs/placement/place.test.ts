import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExpression } from './expression.ts';
import { type InstanceSnapshot, place, type Strategy, type Wish } from './place.ts';

function instance(id: string, change: Partial<InstanceSnapshot> = {}): InstanceSnapshot {
  return {
    id,
    arn: `arn/${id}`,
    hostId: `i-${id}`,
    status: 'ACTIVE',
    launchType: 'EC2',
    capacityProvider: undefined,
    zone: 'us-east-1a',
    agentConnected: true,
    agentVersion: '1.9.0',
    registeredAt: 0,
    runningTasks: 0,
    attributes: new Map([['ecs.availability-zone', change.zone ?? 'us-east-1a']]),
    groups: [],
    remaining: { cpu: 1024, memory: 1024, ports: [22], portsUdp: [] },
    ...change,
  };
}

const wish: Wish = {
  needs: { cpu: 256, memory: 256, hostPorts: [] },
  group: 'service:web',
  launchType: 'EC2',
  constraints: [],
  strategies: [],
  requiredAttributes: [],
};

const chosen = (instances: readonly InstanceSnapshot[], change: Partial<Wish>, roll = 0) => {
  const placed = place(instances, { ...wish, ...change }, roll);
  return placed.kind === 'placed' ? placed.instance.id : placed.refusals;
};

const full = (cpu: number, memory: number) => ({ cpu, memory, ports: [], portsUdp: [] });

describe('place', () => {
  it('tells of each instance what it lacks', () => {
    const port = { containerPort: 80, hostPort: 22, protocol: 'tcp' } as const;
    const needs = { cpu: 256, memory: 256, hostPorts: [port] };
    const notProd = { kind: 'memberOf', expression: parseExpression('attribute:stack == prod') } as const;
    expect(chosen([instance('a', { remaining: full(1, 1024) })], {})).toEqual([
      { arn: 'arn/a', reason: 'RESOURCE:CPU' },
    ]);
    expect(chosen([instance('a', { remaining: full(1024, 1) })], {})).toMatchObject([
      { reason: 'RESOURCE:MEMORY' },
    ]);
    expect(chosen([instance('a')], { needs })).toMatchObject([{ reason: 'RESOURCE:PORTS' }]);
    expect(chosen([instance('a', { agentConnected: false })], {})).toMatchObject([{ reason: 'AGENT' }]);
    expect(chosen([instance('a')], { requiredAttributes: ['gpu'] })).toMatchObject([{ reason: 'ATTRIBUTE' }]);
    expect(chosen([instance('a')], { zones: ['us-east-1b'] })).toMatchObject([{ reason: 'LOCATION' }]);
    expect(chosen([instance('a')], { constraints: [notProd] })).toMatchObject([
      { reason: 'MemberOf placement constraint unsatisfied.' },
    ]);
  });

  it('asks no instance that drains, or is of another kind or provider', () => {
    const others = [
      instance('a', { status: 'DRAINING' }),
      instance('b', { launchType: 'EXTERNAL' }),
      instance('c', { capacityProvider: 'other' }),
    ];
    expect(chosen(others, { capacityProvider: 'mine' })).toEqual([]);
  });

  it('keeps distinctInstance for the group alone', () => {
    const instances = [
      instance('a', { groups: ['service:web'] }),
      instance('b', { groups: ['service:api'] }),
    ];
    expect(chosen(instances, { constraints: [{ kind: 'distinctInstance' }] })).toBe('b');
  });

  it('packs where least is left, and applies strategies from left to right', () => {
    const instances = [
      instance('a', { zone: 'us-east-1a', groups: ['service:web'], remaining: full(300, 300) }),
      instance('b', { zone: 'us-east-1b', remaining: full(900, 400) }),
      instance('c', { zone: 'us-east-1b', remaining: full(800, 500) }),
    ];
    const packCpu: Strategy = { kind: 'binpack', field: 'cpu' };
    const packMemory: Strategy = { kind: 'binpack', field: 'memory' };
    const spread: Strategy = { kind: 'spread', field: 'ecs.availability-zone' };
    expect(chosen(instances, { strategies: [packCpu] })).toBe('a');
    expect(chosen(instances, { strategies: [spread, packCpu] })).toBe('c');
    expect(chosen(instances, { strategies: [spread, packMemory] })).toBe('b');
    expect(chosen(instances, { strategies: [packCpu, spread] })).toBe('a');
    expect(chosen(instances, { strategies: [{ kind: 'random' }] }, 0.5)).toBe('b');
  });

  it('places nothing beyond what is left, whatever is asked', () => {
    const instanceOf = fc.record({
      cpu: fc.integer({ min: 0, max: 1024 }),
      memory: fc.integer({ min: 0, max: 1024 }),
      port: fc.constantFrom(80, 81, 82),
      isConnected: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(instanceOf, { maxLength: 5 }),
        fc.constantFrom(80, 81, 82),
        fc.array(
          fc.constantFrom<Strategy>(
            { kind: 'random' },
            { kind: 'binpack', field: 'cpu' },
            { kind: 'spread', field: 'host' },
          ),
          { maxLength: 3 },
        ),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (drawn, hostPort, strategies, roll) => {
          const instances = drawn.map(({ cpu, memory, port, isConnected }, index) =>
            instance(String(index), {
              agentConnected: isConnected,
              remaining: { cpu, memory, ports: [port], portsUdp: [] },
            }),
          );
          const hostPorts = [{ containerPort: 80, hostPort, protocol: 'tcp' as const }];
          const needs = { ...wish.needs, hostPorts };
          const fits = ({ agentConnected, remaining }: InstanceSnapshot) =>
            agentConnected &&
            remaining.cpu >= 256 &&
            remaining.memory >= 256 &&
            !remaining.ports.includes(hostPort);
          const placed = place(instances, { ...wish, needs, strategies }, roll);
          expect(placed.kind).toBe(instances.some(fits) ? 'placed' : 'refused');
          if (placed.kind === 'placed') expect(fits(placed.instance)).toBe(true);
          else expect(placed.refusals).toHaveLength(instances.length);
        },
      ),
    );
  });

  it('spreads evenly: no two zones with room differ by more than one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 12 }), (zones, tasks) => {
        let instances = Array.from({ length: zones }, (_, index) =>
          instance(String(index), { zone: `z${index}`, remaining: full(1e6, 1e6) }),
        );
        for (let begun = 0; begun < tasks; begun += 1) {
          const strategies: Strategy[] = [{ kind: 'spread', field: 'ecs.availability-zone' }];
          const placed = place(instances, { ...wish, strategies }, ((begun * 7919) % 100) / 100);
          instances = instances.map((seen) =>
            placed.kind === 'placed' && seen.id === placed.instance.id
              ? { ...seen, groups: [...seen.groups, wish.group] }
              : seen,
          );
        }
        const counts = instances.map(({ groups }) => groups.length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
