import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tasksOn } from '../instances/view.ts';
import { openState } from '../state.ts';
import { startBench } from '../testing.ts';

type Step =
  | { readonly kind: 'run'; readonly family: string; readonly count: number }
  | { readonly kind: 'stop'; readonly which: number }
  | { readonly kind: 'host' }
  | { readonly kind: 'lose'; readonly which: number }
  | { readonly kind: 'wait' };

const container = { name: 'app', image: 'shop:1', cpu: 256, memory: 512 };
const families = [
  {
    family: 'fixed',
    containerDefinitions: [{ ...container, portMappings: [{ containerPort: 80, hostPort: 8080 }] }],
  },
  {
    family: 'dynamic',
    containerDefinitions: [{ ...container, portMappings: [{ containerPort: 80 }, { containerPort: 81 }] }],
  },
  {
    family: 'host',
    networkMode: 'host',
    containerDefinitions: [{ ...container, portMappings: [{ containerPort: 32768 }] }],
  },
  { family: 'large', containerDefinitions: [{ ...container, cpu: 1500, memory: 3000 }] },
];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      family: fc.constantFrom('fixed', 'dynamic', 'host', 'large'),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('stop' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'host' }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'wait' }) },
);

describe('what tasks take of an instance', () => {
  it('never exceeds what it registered with, and no host port is had twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const b = await startBench();
        b.call('CreateCluster');
        for (const definition of families) b.call('RegisterTaskDefinition', definition);
        b.engine.instances.launch({ count: 2 });
        const state = openState(b.journal);
        for (const taken of steps) {
          if (taken.kind === 'run')
            b.refusal('RunTask', { taskDefinition: taken.family, count: taken.count });
          else if (taken.kind === 'host') b.engine.instances.launch({ instanceType: 't3.medium' });
          else if (taken.kind === 'wait') await b.clock.advance(35_000);
          else if (taken.kind === 'stop') {
            const tasks = [...state.tasks.values()];
            const task = tasks[taken.which % Math.max(1, tasks.length)];
            if (task) b.call('StopTask', { task: task.arn });
          } else {
            const present = state.instances.of('default').concat([...state.instances.values()]);
            const lost = present[taken.which % present.length];
            if (lost?.status === 'ACTIVE') b.engine.instances.terminate('default', lost.arn);
          }
          state.reload();
          for (const instance of state.instances.values()) {
            const tasks = tasksOn({ state }, instance.id);
            const sum = (part: 'cpu' | 'memory') =>
              tasks.reduce((total, { reserved }) => total + (reserved?.[part] ?? 0), 0);
            expect(sum('cpu')).toBeLessThanOrEqual(instance.registered.cpu);
            expect(sum('memory')).toBeLessThanOrEqual(instance.registered.memory);
            const ports = tasks.flatMap(({ reserved }) => reserved?.hostPorts ?? []);
            const keys = ports.map(({ protocol, hostPort }) => `${protocol}/${hostPort}`);
            expect(new Set(keys).size).toBe(keys.length);
          }
        }
        await b.engine.stop();
      }),
      { numRuns: 40 },
    );
  });
});
