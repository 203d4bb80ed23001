import { describe, expect, it } from 'vitest';
import type { DeploymentState } from '../../core/deployments/model.ts';
import type { Item } from '../../core/kernel/ports.ts';
import { answerHook } from './hook.ts';

const serviceDeploymentArn = 'arn:aws:ecs:eu-central-1:123456789012:service-deployment/main/shop-web/abc';
const asked = {
  executionId: 'e-1',
  lifecycleStage: 'POST_PRODUCTION_TRAFFIC_SHIFT',
  resourceArn: serviceDeploymentArn,
  executionDetails: { serviceArn: 'arn:aws:ecs:eu-central-1:123456789012:service/main/shop-web' },
  hookDetails: { deployment: 'dep_1' },
};

const ended = (verdict: string) => ({ state: { at: { phase: 'ended', verdict } } }) as unknown as Item;

type Deliver = () => Promise<Item | undefined>;

async function answering(event: unknown, deliver: Deliver = async () => ended('succeeded')) {
  const told: unknown[][] = [];
  const lines: string[] = [];
  const note = (message: string) => void lines.push(message);
  const answer = await answerHook(event, {
    engine: {
      deliver(...what) {
        told.push(what);
        return deliver();
      },
    },
    clock: { now: () => 1000 },
    log: { info: note, warn: note, error: note },
    patienceMs: 20,
  });
  return { answer, told, lines };
}

describe('a lifecycle hook', () => {
  it('is told to the deployment, and answered by its decision', async () => {
    const { answer, told, lines } = await answering(asked);
    expect(answer).toEqual({ hookStatus: 'SUCCEEDED' });
    expect(told).toEqual([
      [
        { kind: 'deployment', id: 'dep_1' },
        { type: 'hook', stage: asked.lifecycleStage, serviceDeploymentArn, at: 1000 },
        `hook/e-1/${asked.lifecycleStage}/${serviceDeploymentArn}`,
      ],
    ]);
    expect(lines).toEqual([]);
    expect((await answering(asked, async () => ended('rolled_back'))).answer).toEqual({
      hookStatus: 'FAILED',
    });
  });

  it('may bring its details as the JSON of them', async () => {
    const { told } = await answering({ ...asked, hookDetails: '{"deployment":"dep_2"}' });
    expect(told[0]?.[0]).toEqual({ kind: 'deployment', id: 'dep_2' });
  });

  it('that is heard twice is answered as it was the first time', async () => {
    const state = {
      hook: { stage: 'PRE_PRODUCTION_TRAFFIC_SHIFT', serviceDeploymentArn, at: 400 },
      at: { phase: 'moving', course: { passed: { fromPercent: 0, at: 400 } } },
      request: { what: { type: 'rollback' } },
    } as unknown as DeploymentState;
    const event = { ...asked, lifecycleStage: 'PRE_PRODUCTION_TRAFFIC_SHIFT' };
    const of = async (change: object) =>
      (await answering({ ...event, ...change }, async () => ({ state }) as Item)).answer.hookStatus;
    expect(await of({})).toBe('SUCCEEDED');
    expect(await of({ resourceArn: `${serviceDeploymentArn}d` })).toBe('IN_PROGRESS');
  });

  it('is asked again where the table does not answer, or too late', async () => {
    const later = { hookStatus: 'IN_PROGRESS', callBackDelay: 10 };
    const failing = await answering(asked, () => Promise.reject(new Error('no connection')));
    expect(failing).toMatchObject({ answer: later, lines: [expect.stringContaining('asked again')] });
    const silent = await answering(asked, () => new Promise(() => {}));
    expect(silent.answer).toEqual(later);
  });

  it('of no deployment that there is makes ECS go back, and somebody can read why', async () => {
    const { answer, lines } = await answering(asked, async () => undefined);
    expect(answer).toEqual({ hookStatus: 'FAILED' });
    expect(lines).toEqual([expect.stringContaining('not there')]);
  });

  it.each([
    ['nothing', undefined],
    ['no details', { ...asked, hookDetails: undefined }],
    ['another’s details', { ...asked, hookDetails: { deployment: 'x/../y' } }],
    ['details that are no JSON', { ...asked, hookDetails: '{' }],
    ['no service deployment', { ...asked, resourceArn: 'shop-web' }],
  ])('with %s makes ECS go back, and tells nobody', async (_, event) => {
    const { answer, told, lines } = await answering(event);
    expect({ answer, told }).toEqual({ answer: { hookStatus: 'FAILED' }, told: [] });
    expect(lines).toHaveLength(1);
  });
});
