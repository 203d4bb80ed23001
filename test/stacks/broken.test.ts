import { describe, expect, it } from 'vitest';
import { stageOf } from '../../stacks/stages.ts';
import { type FunctionNode, type Topology, topology } from '../../stacks/topology.ts';
import { evaluated, readConfig } from './harness/config.ts';
import { evaluate } from './harness/evaluate.ts';

const stage = stageOf('dev');
const { sweep } = topology.functions;
const rule = { bus: 'default', pattern: {} } as const;

const broken = (part: Partial<Topology>) => evaluated({ ...topology, ...part }, stage);
const withFunction = (name: string, node: FunctionNode) => broken({ functions: { [name]: node } });

describe('a stack fails with advice', () => {
  it('for a function that was not built', () =>
    expect(withFunction('unknown', sweep)).rejects.toThrow(/unknown\/index\.mjs: npm run build makes/));

  it.each([
    ['a schedule', { functions: { sweep: { ...sweep, deadLetter: undefined as never } } }],
    ['a rule', { rules: { lost: { ...rule, target: { queue: 'wake' } } } }],
    ['a queue', { queues: { ...topology.queues, wake: { ...topology.queues.wake, deadLetter: undefined } } }],
  ])('for %s whose failures nobody would see', (_, part: Partial<Topology>) =>
    expect(broken(part)).rejects.toThrow(/give [\w ]+ a deadLetter/),
  );

  it('for a rule that leads nowhere', () =>
    expect(
      broken({ rules: { lost: { ...rule, target: { queue: 'nowhere', deadLetter: 'dead-letters' } } } }),
    ).rejects.toThrow('the topology has no queue nowhere'));

  it('for a permission on what there is not', () =>
    expect(
      withFunction('sweep', {
        ...sweep,
        permissions: [{ actions: ['s3:GetObject'], resources: ['bucket'] }],
      }),
    ).rejects.toThrow(/bucket/));

  it('for a stage that stages.json does not have', async () =>
    expect((await readConfig()).app({ stage: 'nowhere' })).rejects.toThrow(/no stage "nowhere"/));
});

describe('the harness', () => {
  const app = { name: 'berth', removal: 'remove', protect: false, home: 'aws', providers: {} } as const;

  it('answers nothing that it does not know', () =>
    expect(evaluate(app, 'dev', stage, () => aws.ssm.getParameterOutput({ name: 'secret' }))).rejects.toThrow(
      /asks AWS for aws:ssm\/getParameter/,
    ));

  it('sees what fails while nobody looks', () =>
    expect(
      evaluate(app, 'dev', stage, () => {
        $output(1).apply(() => {
          throw new Error('inside of an apply');
        });
      }),
    ).rejects.toThrow('inside of an apply'));
});
