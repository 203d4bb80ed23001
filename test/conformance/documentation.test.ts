import { expect, it } from 'vitest';
import { fidelity } from '../../local/ecs/fidelity.ts';
import { knownActions } from '../../local/ecs/shapes.ts';
import { startBench } from '../../local/ecs/testing.ts';
import { documentation } from './documentation.ts';

it('has the fidelity of every action as the code has it (node test/conformance/write-documentation.ts)', () => {
  const { current, wanted } = documentation();
  expect(current).toBe(wanted);
});

it('names each action of the SDK once', () => {
  expect(Object.keys(fidelity).sort()).toEqual([...knownActions].sort());
});

it('calls absent what is refused as a whole, and nothing else', async () => {
  const bench = await startBench();
  const refused = [...knownActions].filter((action) =>
    bench
      .refusal(action)
      .startsWith(`UnsupportedFeatureException: Local AWS does not have the action ${action}`),
  );
  await bench.engine.stop();
  const absent = Object.keys(fidelity).filter((action) => fidelity[action]?.level === 'absent');
  expect(absent.sort()).toEqual(refused.sort());
});
