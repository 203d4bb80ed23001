import { describe, expect, it } from 'vitest';
import type { Input } from '../kernel/plan.ts';
import { services } from './decide.ts';
import type { Aim, ServiceEffect, ServiceMessage, ServiceState } from './model.ts';

const settings = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: true,
  timeoutSeconds: 600,
};
const aim = (number: number, count?: number): Aim => ({
  release: { number, hash: `h${number}`, taskDefinitionArn: `arn:${number}` },
  settings,
  ...(count !== undefined && { count }),
});

/** A service that is driven by messages and plays its own effects back. */
function play(...messages: ServiceMessage[]) {
  let state: ServiceState | undefined;
  const sent: { to: string; message: { type: string } }[] = [];
  const applied: number[] = [];
  /** How many tasks were asked for beside it, write by write; undefined: none any more. */
  const beside: (number | undefined)[] = [];
  const inputs: Input<ServiceMessage, ServiceEffect>[] = messages.map((message, place) => ({
    type: 'message',
    id: `m${place}`,
    message,
  }));
  for (let input = inputs.shift(); input; input = inputs.shift()) {
    state = services.absorb(state, input, 1);
    if (!state) continue;
    const plan = services.decide(state, {}, 1);
    state = plan.next;
    expect(plan.reasons.length).toBeGreaterThan(0);
    for (const effect of plan.effects) {
      if (effect.type === 'send')
        sent.push({ to: effect.to.id, message: effect.message as { type: string } });
      else if (effect.type === 'apply') {
        applied.push(effect.target.generation);
        const value = { serviceArn: 'arn:s', ecsDeploymentId: `ecs-svc/${effect.target.generation}` };
        inputs.unshift({ type: 'outcome', id: 'o', effect, outcome: { ok: true, value } });
      } else {
        beside.push(effect.wanted?.count);
        const value = effect.wanted ? { ecsDeploymentId: 'ecs-svc/s' } : {};
        inputs.unshift({ type: 'outcome', id: 'o', effect, outcome: { ok: true, value } });
      }
    }
  }
  return {
    state: state as ServiceState,
    sent,
    applied,
    beside,
    told: (id: string) => sent.filter(({ to }) => to === id).map(({ message }) => message),
  };
}

const claim = (
  deployment: string,
  more: Partial<Extract<ServiceMessage, { type: 'claim' }>> = {},
): ServiceMessage => ({
  type: 'claim',
  deployment,
  hash: deployment,
  whenBusy: 'supersede',
  environment: 'local',
  cluster: 'local',
  ecsName: 'shop-web',
  ...more,
});

describe('who has the service', () => {
  it('numbers releases by content', () => {
    const { told } = play(
      claim('d1', { hash: 'x' }),
      { type: 'release', deployment: 'd1' },
      claim('d2', { hash: 'y' }),
      { type: 'release', deployment: 'd2' },
      claim('d3', { hash: 'x' }),
    );
    expect(['d1', 'd2', 'd3'].map((id) => told(id)[0])).toMatchObject([
      { type: 'granted', release: { number: 1 } },
      { type: 'granted', release: { number: 2 } },
      { type: 'granted', release: { number: 1 } },
    ]);
  });

  it('keeps a success that is told late in the order in which it was aimed at', () => {
    const late = { ...aim(1), generation: 1 };
    const { state, told } = play(
      claim('d1'),
      claim('d2'),
      { type: 'aim', deployment: 'd2', aim: aim(2) },
      { type: 'release', deployment: 'd2', succeeded: { ...aim(2), generation: 2 } },
      { type: 'release', deployment: 'd1', succeeded: late },
      claim('d3'),
    );
    expect(state.succeeded.map(({ release }) => release.number)).toEqual([1, 2]);
    expect(told('d3')[0]).toMatchObject({ type: 'granted', before: { release: { number: 2 } } });
  });

  it('lets one that queues wait, and tells it behind whom', () => {
    const { state, told } = play(claim('d1'), claim('d2', { whenBusy: 'queue' }));
    expect(state.holder?.deployment).toBe('d1');
    expect(told('d2')).toEqual([{ type: 'waits', behind: 'd1' }]);
    const after = play(claim('d1'), claim('d2', { whenBusy: 'queue' }), {
      type: 'release',
      deployment: 'd1',
    });
    expect(after.state.holder?.deployment).toBe('d2');
  });

  it('lets one that supersedes end the holder and all that were asked for before it', () => {
    const { state, told } = play(claim('d1'), claim('d2', { whenBusy: 'queue' }), claim('d3'));
    expect(state).toMatchObject({ holder: { deployment: 'd3' }, queue: [] });
    expect(told('d1').at(-1)).toEqual({ type: 'superseded', by: 'd3' });
    expect(told('d2').at(-1)).toEqual({ type: 'superseded', by: 'd3' });
  });

  it('takes no orders from a deployment that does not have it', () => {
    const { applied, state } = play(claim('d1'), claim('d2'), { type: 'aim', deployment: 'd1', aim: aim(1) });
    expect(applied).toEqual([]);
    expect(state.target).toBeUndefined();
  });

  it('turns away what the queue cannot hold', () => {
    const many = Array.from({ length: 25 }, (_, place) => claim(`q${place}`, { whenBusy: 'queue' }));
    const { state, told } = play(claim('d1'), ...many);
    expect(state.queue).toHaveLength(20);
    expect(told('q24')).toMatchObject([{ type: 'refused' }]);
  });
});

describe('what it writes', () => {
  it('applies each generation once and tells the deployment', () => {
    const { applied, told } = play(claim('d1'), { type: 'aim', deployment: 'd1', aim: aim(1, 2) });
    expect(applied).toEqual([1]);
    expect(told('d1').at(-1)).toMatchObject({ type: 'applied', generation: 1, ecsDeploymentId: 'ecs-svc/1' });
  });

  it('keeps the count when a deployment names none, and scales by a new generation', () => {
    const { state, applied } = play(
      claim('d1'),
      { type: 'aim', deployment: 'd1', aim: aim(1, 2) },
      { type: 'release', deployment: 'd1', succeeded: aim(1, 2) },
      { type: 'scale', count: 5, actor: 'ann' },
      { type: 'scale', count: 5, actor: 'ann' },
      claim('d2'),
      { type: 'aim', deployment: 'd2', aim: aim(2) },
    );
    expect(state.target).toMatchObject({ count: 5, release: { number: 2 } });
    expect(applied).toEqual([1, 2, 3]);
  });

  it('writes nothing newer while a write is under way, and the newest after it', () => {
    let state = services.absorb(undefined, { type: 'message', id: '1', message: claim('d1') }, 1);
    state = services.decide(state as ServiceState, {}, 1).next;
    state = services.absorb(
      state,
      { type: 'message', id: '2', message: { type: 'aim', deployment: 'd1', aim: aim(1, 1) } },
      1,
    );
    const first = services.decide(state as ServiceState, {}, 1);
    state = services.absorb(
      first.next,
      { type: 'message', id: '3', message: { type: 'aim', deployment: 'd1', aim: aim(2, 1) } },
      1,
    );
    expect(services.decide(state as ServiceState, {}, 1).effects).toEqual([]);
    const effect = first.effects[0] as ServiceEffect;
    state = services.absorb(
      state,
      { type: 'outcome', id: 'o', effect, outcome: { ok: true, value: { overtaken: true } } },
      1,
    );
    expect(services.decide(state as ServiceState, {}, 1).effects).toMatchObject([
      { type: 'apply', target: { generation: 2 } },
    ]);
  });
});

describe('a target that nobody watches', () => {
  const first: ServiceMessage[] = [
    claim('d1'),
    { type: 'aim', deployment: 'd1', aim: aim(1, 2) },
    { type: 'release', deployment: 'd1', succeeded: aim(1, 2) },
    claim('d2'),
    { type: 'aim', deployment: 'd2', aim: aim(2, 2) },
    claim('d3'),
  ];

  it('is left for what was seen succeeding when the one that superseded never sets out', () => {
    const { state } = play(...first, { type: 'release', deployment: 'd3' });
    expect(state.target).toMatchObject({ release: { number: 1 }, count: 2, deployment: undefined });
    expect(state.applied?.generation).toBe(state.target?.generation);
  });

  it('is kept when the one that set it is the one that ends', () => {
    const { state } = play(
      ...first,
      { type: 'aim', deployment: 'd3', aim: aim(3, 2) },
      { type: 'release', deployment: 'd3' },
    );
    expect(state.target).toMatchObject({ release: { number: 3 } });
  });
});

describe('what it goes back to', () => {
  const history: ServiceMessage[] = [1, 2, 3].flatMap((number) => [
    claim(`d${number}`, { hash: `h${number}` }),
    { type: 'aim', deployment: `d${number}`, aim: aim(number, 2) } as const,
    {
      type: 'release',
      deployment: `d${number}`,
      ...(number !== 3 && { succeeded: aim(number, 2) }),
    } as const,
  ]);

  it('is the last release seen succeeding, not the number before', () => {
    const { told } = play(...history, claim('back', { release: 'previous' }));
    expect(told('back')).toMatchObject([{ type: 'granted', known: { release: { number: 2 } } }]);
  });

  it('is never a release that was not seen succeeding', () => {
    const { told, state } = play(...history, claim('back', { release: 3 }));
    expect(told('back')).toMatchObject([{ type: 'refused' }]);
    expect(state.holder).toBeUndefined();
  });

  it('does not bring back a count that was changed since', () => {
    const { state } = play(
      ...history,
      claim('d4', { hash: 'h4' }),
      { type: 'aim', deployment: 'd4', aim: aim(4, 2) },
      { type: 'scale', count: 0, actor: 'ann' },
      { type: 'aim', deployment: 'd4', aim: aim(2, 2) },
    );
    expect(state.target).toMatchObject({ release: { number: 2 }, count: 0 });
  });

  it('comes with the count of today', () => {
    const { told } = play(...history, { type: 'scale', count: 7, actor: 'ann' }, claim('d4', { hash: 'h4' }));
    expect(told('d4')).toMatchObject([{ before: { release: { number: 2 }, count: 7 } }]);
  });
});

describe('what is left in the midst of a move', () => {
  const midst = [
    claim('d1', { hash: 'h1' }),
    { type: 'aim', deployment: 'd1', aim: aim(1, 2) } as const,
    { type: 'release', deployment: 'd1', succeeded: aim(1, 2) } as const,
    claim('d2', { hash: 'h2' }),
    { type: 'aim', deployment: 'd2', aim: aim(2, 2) } as const,
    claim('d3', { hash: 'h3' }),
  ];

  it('goes back to what was proven when who took its place waits, and is left to who moves at once', () => {
    const waits = play(...midst, { type: 'settle', deployment: 'd3' });
    expect(waits.state.target).toMatchObject({ release: { number: 1 }, count: 2, isReturn: true });
    expect(play(...midst, { type: 'settle', deployment: 'd2' }).state.target?.release.number).toBe(2);
    const moves = play(...midst, { type: 'aim', deployment: 'd3', aim: aim(3, 2) });
    expect(moves.state.target?.release.number).toBe(3);
    expect(moves.applied).toEqual([1, 2, 3]);
  });
});

describe('siblings', () => {
  const wanting = (count: number, deployment = 'd2') =>
    ({ type: 'siblings', deployment, siblings: { canary: { aim: aim(2), count } } }) as const;

  it('are what the holder wants, told of once each, and nobody else’s', () => {
    const { state, beside, told } = play(
      claim('d2'),
      wanting(1),
      wanting(1),
      wanting(5, 'stranger'),
      wanting(3),
    );
    expect(beside).toEqual([1, 3]);
    const news = told('d2').filter(({ type }) => type === 'sibling_applied');
    expect(news).toMatchObject([{ count: 1 }, { count: 3 }]);
    expect(state.siblings?.canary?.wanted?.count).toBe(3);
  });

  it('go with whoever had the service, however that ended', () => {
    for (const over of [{ type: 'release', deployment: 'd2' } as const, claim('d3')]) {
      const { state, beside } = play(claim('d2'), wanting(2), over);
      expect(beside).toEqual([2, undefined]);
      expect(state.siblings).toBeUndefined();
    }
  });
});
