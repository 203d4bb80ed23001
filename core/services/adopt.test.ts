import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { services } from './decide.ts';
import type { ServiceMessage, ServiceState } from './model.ts';

const taskDefinitionArn = 'arn:aws:ecs:eu-central-1:000000000000:task-definition/web:7';

type Adopt = Extract<ServiceMessage, { type: 'adopt' }>;

const adoption = (given: Partial<Adopt> = {}): Adopt => ({
  ...{ type: 'adopt', environment: 'local', cluster: 'local', ecsName: 'shop-web', actor: 'anna' },
  onGeneration: 0,
  aim: {
    release: { number: 1, hash: 'as found', taskDefinitionArn },
    settings: {
      minimumHealthyPercent: 100,
      maximumPercent: 200,
      circuitBreaker: true,
      timeoutSeconds: 900,
      found: { loadBalancers: [] },
    },
  },
  count: 3,
  applied: { serviceArn: 'arn', ecsDeploymentId: 'ecs-svc/1' },
  ...given,
});

const absorb = (state: ServiceState | undefined, message: ServiceMessage) =>
  services.absorb(state, { type: 'message', id: 'm', message }, 1000);

const adopted = () => absorb(undefined, adoption())!;

describe('a service that is taken over', () => {
  it('wants what runs, has seen it succeed, and does nothing', () => {
    const state = adopted();
    expect(state).toMatchObject({
      id: 'local/shop-web',
      generation: 1,
      target: { count: 3, generation: 1, release: { number: 1 } },
      applied: { generation: 1, ecsDeploymentId: 'ecs-svc/1' },
      succeeded: [{ release: { number: 1 } }],
    });
    expect(services.decide(state, {}, 1000).effects).toEqual([]);
  });

  it('keeps what it stands behind when it is scaled', () => {
    const scaled = absorb(adopted(), { type: 'scale', count: 5, actor: 'anna' })!;
    expect(services.decide(scaled, {}, 1000).effects).toMatchObject([
      { type: 'apply', target: { count: 5, settings: { found: { loadBalancers: [] } } } },
    ]);
  });

  it('is what a deployment goes back to', () => {
    const claim = { deployment: 'dep_1', hash: 'new', whenBusy: 'supersede' } as const;
    const place = { environment: 'local', cluster: 'local', ecsName: 'shop-web' };
    const claimed = absorb(adopted(), { type: 'claim', ...place, ...claim })!;
    expect(services.decide(claimed, {}, 1000).effects).toMatchObject([
      { message: { type: 'granted', release: { number: 2 }, before: { release: { number: 1 } } } },
    ]);
  });
});

it('nothing that moves, or has moved since somebody looked, is taken over', () => {
  const place = { environment: 'local', cluster: 'local', ecsName: 'shop-web' };
  const step = fc.oneof(
    fc.constant<ServiceMessage>({
      ...{ type: 'claim', ...place, deployment: 'dep_1', hash: 'new', whenBusy: 'supersede' },
    }),
    fc.integer({ min: 0, max: 4 }).map((count): ServiceMessage => ({ type: 'scale', count, actor: 'anna' })),
    fc.integer({ min: 0, max: 3 }).map((onGeneration) =>
      adoption({
        onGeneration,
        aim: {
          ...adoption().aim,
          release: { number: onGeneration + 1, hash: `${onGeneration}`, taskDefinitionArn },
        },
      }),
    ),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), (messages) => {
      messages.reduce<ServiceState | undefined>((state, message) => {
        const after = absorb(state, message);
        if (message.type === 'adopt' && after !== state) {
          expect(state?.generation ?? 0).toBe(message.onGeneration);
          expect(state?.holder).toBeUndefined();
          expect(services.decide(after!, {}, 1000).effects).toEqual([]);
        }
        return after && services.decide(after, {}, 1000).next;
      }, undefined);
    }),
  );
});
