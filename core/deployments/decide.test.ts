import { describe, expect, it } from 'vitest';
import type { Input } from '../kernel/plan.ts';
import type { Aim } from '../services/model.ts';
import { deployments } from './decide.ts';
import type { DeploymentMessage, DeploymentRequest, DeploymentState } from './model.ts';
import type { DeploymentSeen } from './seeing.ts';

const settings = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: true,
  timeoutSeconds: 600,
};
const arn = (revision: number) => `arn:aws:ecs:us-east-1:000000000000:task-definition/f:${revision}`;
const before: Aim = { release: { number: 1, hash: 'a', taskDefinitionArn: arn(1) }, settings, count: 2 };
const request: DeploymentRequest = {
  id: 'dep_1',
  service: 'local/shop-web',
  environment: 'local',
  cluster: 'local',
  ecsName: 'shop-web',
  app: 'shop',
  name: 'web',
  what: {
    type: 'content',
    hash: 'b',
    spec: { image: 'shop:2', cpuUnits: 256, memoryMiB: 512, environment: {}, secrets: {} },
    settings,
    count: 2,
  },
  whenBusy: 'supersede',
  actor: 'ann',
  requestHash: 'h',
  requestedAt: 0,
};

let message = 0;
const absorb = (state: DeploymentState | undefined, what: DeploymentMessage, now = 0) =>
  deployments.absorb(
    state,
    { type: 'message', id: String(message++), message: what },
    now,
  ) as DeploymentState;
/** No lock stands, unless a test says so. */
const decide = (state: DeploymentState, seen: DeploymentSeen = {}, now = 0) =>
  deployments.decide(state, { gates: { locks: [] }, ...seen }, now);

const created = () => decide(absorb(undefined, { type: 'create', request })).next;
const granted = (earlier: Aim | undefined = before) =>
  absorb(created(), {
    type: 'granted',
    release: { number: 2, hash: 'b' },
    ...(earlier && { before: earlier }),
  });

function registered(state: DeploymentState): DeploymentState {
  const outcome: Input<DeploymentMessage, never> = {
    type: 'outcome',
    id: 'x',
    effect: undefined as never,
    outcome: { ok: true, value: { taskDefinitionArn: arn(2) } },
  };
  return deployments.absorb(state, outcome, 0) as DeploymentState;
}

function moving(earlier?: Aim | undefined, appliedAt = 0): DeploymentState {
  const state = decide(registered(decide(granted(earlier)).next)).next;
  return absorb(state, {
    type: 'applied',
    generation: 2,
    ecsDeploymentId: 'ecs-svc/2',
    taskDefinitionArn: arn(2),
    at: appliedAt,
  });
}

function service(
  overrides: { id?: string; rolloutState?: string; revision?: number; failedTasks?: number } = {},
): DeploymentSeen {
  const taskDefinitionArn = arn(overrides.revision ?? 2);
  return {
    service: {
      seen: 'service',
      serviceArn: 'arn:aws:ecs:us-east-1:000000000000:service/local/shop-web' as never,
      status: 'ACTIVE',
      taskDefinitionArn,
      desiredCount: 2,
      runningCount: 2,
      pendingCount: 0,
      serviceDeployments: [],
      deployments: [
        {
          id: overrides.id ?? 'ecs-svc/2',
          status: 'PRIMARY',
          taskDefinitionArn,
          rolloutState: overrides.rolloutState ?? 'COMPLETED',
          rolloutStateReason: undefined,
          desiredCount: 2,
          runningCount: 2,
          pendingCount: 0,
          failedTasks: overrides.failedTasks ?? 0,
          createdAtMs: 1,
        },
      ],
    },
  };
}

const sent = (plan: ReturnType<typeof decide>) =>
  plan.effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []));

describe('the way of a deployment', () => {
  it('claims the service once, and every waiting state has a deadline', () => {
    const plan = decide(absorb(undefined, { type: 'create', request }));
    expect(sent(plan)).toMatchObject([
      { type: 'claim', deployment: 'dep_1', hash: 'b', whenBusy: 'supersede' },
    ]);
    expect(plan.wakeAt).toBeGreaterThan(0);
    expect(decide(plan.next).effects).toEqual([]);
  });

  it('registers its content once, and sets out with no task definition that was not seen to be there', () => {
    const plan = decide(granted());
    expect(plan.effects.map(({ type }) => type)).toEqual(['register']);
    expect(decide(plan.next).effects).toEqual([]);
    const release = { number: 1, hash: 'b', taskDefinitionArn: arn(1) };
    const known = decide(absorb(created(), { type: 'granted', release, known: before }));
    expect(known.effects).toMatchObject([{ type: 'register', release }]);
    expect(sent(decide(registered(known.next)))).toMatchObject([
      { type: 'aim', aim: { release: { number: 1, taskDefinitionArn: arn(2) } } },
    ]);
  });

  it('believes that its service is gone when it is told so twice, and not before', () => {
    const absent: DeploymentSeen = { service: { seen: 'absent' } };
    const [late, longAgo] = [100_000, -660_000];
    const once = decide(moving(undefined, longAgo), absent, late);
    expect(once).toMatchObject({ next: { at: { phase: 'moving' } }, effects: [] });
    expect(once.wakeAt).toBeLessThan(late + 10_000);
    const back = decide(once.next, service({ rolloutState: 'IN_PROGRESS' }), late + 1_000);
    expect(decide(back.next, absent, late + 100_000).next.at.phase).toBe('moving');
    expect(decide(once.next, absent, late + 4_000).next.at).toMatchObject({ verdict: 'failed' });
    const unclear = decide(once.next, { service: { seen: 'unknown', because: 'a throttle' } }, late + 1_000);
    expect(decide(unclear.next, absent, late + 100_000).next.at.phase).toBe('moving');
  });

  it('succeeds when what it asked for is what runs', () => {
    const plan = decide(moving(), service(), 10);
    expect(plan.next.at).toMatchObject({ phase: 'ended', verdict: 'succeeded' });
    expect(sent(plan)).toMatchObject([{ type: 'release', succeeded: { release: { number: 2 } } }]);
  });

  it('goes back to the last good release by its identity when ECS gives up, and says rolled back only once it is there', () => {
    const failing = decide(moving(), service({ rolloutState: 'FAILED' }), 10);
    expect(failing.next.at).toMatchObject({
      phase: 'rolling_back',
      aim: { release: { taskDefinitionArn: arn(1) } },
    });
    expect(sent(failing)).toMatchObject([{ type: 'aim', aim: { release: { taskDefinitionArn: arn(1) } } }]);
    const told = absorb(failing.next, {
      type: 'applied',
      generation: 3,
      ecsDeploymentId: 'ecs-svc/3',
      taskDefinitionArn: arn(1),
      at: 11,
    });
    const evidence = { task: { taskArn: 't', exitCode: 1 }, logTail: ['boom'] };
    expect(
      decide(told, service({ id: 'ecs-svc/3', revision: 1, rolloutState: 'IN_PROGRESS' }), 12).next.at.phase,
    ).toBe('rolling_back');
    const end = decide(told, { ...service({ id: 'ecs-svc/3', revision: 1 }), evidence }, 13);
    expect(end.next.at).toMatchObject({
      verdict: 'rolled_back',
      cause: { task: { exitCode: 1 }, logTail: ['boom'] },
    });
    expect(sent(end)).toEqual([{ type: 'release', deployment: 'dep_1' }]);
  });

  it('fails where there is nothing to go back to, with the evidence', () => {
    const base = decide(granted(undefined)).next;
    const { before: _, ...first } = base;
    const state = absorb(decide(registered(first)).next, {
      type: 'applied',
      generation: 2,
      ecsDeploymentId: 'ecs-svc/2',
      taskDefinitionArn: arn(2),
      at: 0,
    });
    const closing = decide(state, service({ rolloutState: 'FAILED' }), 10);
    expect(closing.next.at.phase).toBe('closing');
    const end = decide(closing.next, { evidence: { task: { taskArn: 't', exitCode: 3 }, logTail: [] } }, 11);
    expect(end.next.at).toMatchObject({ verdict: 'failed', cause: { task: { exitCode: 3 } } });
    expect(decide(closing.next, {}, 60_000).next.at).toMatchObject({ verdict: 'failed' });
  });

  it('gives up at its deadline, but not while ECS cannot be seen', () => {
    const late = service({ rolloutState: 'IN_PROGRESS' });
    expect(decide(moving(), late, 600_001).next.at.phase).toBe('rolling_back');
    const blind = decide(moving(), { service: { seen: 'unknown', because: 'down' } }, 600_001);
    expect(blind.next.at.phase).toBe('moving');
    expect(blind.effects).toEqual([]);
    expect(
      decide(moving(), { service: { seen: 'unknown', because: 'down' } }, 600_000 + 3_600_001).next.at,
    ).toMatchObject({ verdict: 'failed' });
  });

  it('is superseded by another deployment, and by a change outside Berth', () => {
    const other = absorb(moving(), { type: 'superseded', by: 'dep_2' }, 5);
    expect(other.at).toMatchObject({ phase: 'ended', verdict: 'superseded' });
    const outside = decide(moving(), service({ id: 'ecs-svc/9', revision: 9 }), 100_000);
    expect(outside.next.at).toMatchObject({ phase: 'ended', verdict: 'superseded' });
  });

  it('absorbs everything once it has ended', () => {
    const ended = decide(moving(), service(), 10).next;
    for (const late of [
      { type: 'superseded', by: 'dep_9' },
      { type: 'abort', actor: 'bob' },
      { type: 'granted', release: { number: 9, hash: 'z' } },
    ] as const) {
      expect(absorb(ended, late)).toBe(ended);
    }
  });

  it('goes back when it is aborted, and is called cancelled', () => {
    const plan = decide(
      absorb(moving(), { type: 'abort', actor: 'bob' }),
      service({ rolloutState: 'IN_PROGRESS' }),
      10,
    );
    expect(plan.next.at).toMatchObject({ phase: 'rolling_back', verdict: 'cancelled' });
  });

  it('takes no news of another move for its own', () => {
    const rolling = decide(moving(), service({ rolloutState: 'FAILED' }), 10).next;
    const late = absorb(rolling, {
      type: 'applied',
      generation: 2,
      ecsDeploymentId: 'ecs-svc/2',
      taskDefinitionArn: arn(2),
      at: 9,
    });
    expect(late).toBe(rolling);
  });
});

describe('what follows a deployment', () => {
  const itsService = [{ kind: 'service', id: 'local/shop-web' }];
  const followers = (state: DeploymentState) => deployments.followers?.(state);

  it('is its service, as long as that owes it an answer', () => {
    expect(followers(created())).toEqual(itsService);
    expect(followers(absorb(created(), { type: 'waits', behind: 'dep_0' }))).toEqual([]);
    expect(followers(decide(granted()).next)).toEqual([]);
    const setOut = decide(registered(decide(granted()).next)).next;
    expect(followers(setOut)).toEqual(itsService);
    expect(followers(moving())).toEqual([]);
  });

  it('is the service it has let go, too', () => {
    const ended = decide(moving(), service(), 10).next;
    expect(ended.at.phase).toBe('ended');
    expect(followers(ended)).toEqual(itsService);
  });
});

describe('the deadline', () => {
  const running = (count: number): DeploymentSeen => {
    const seen = service({ rolloutState: 'IN_PROGRESS' });
    if (seen.service?.seen !== 'service') throw new Error('there is a service');
    const deployments = seen.service.deployments.map((one) => ({ ...one, runningCount: count }));
    return { service: { ...seen.service, deployments } };
  };

  it('is put off by every task that is one more than ever ran, and by none that comes back', () => {
    const first = decide(moving(), running(1), 500_000).next;
    const second = decide(first, running(2), 1_000_000).next;
    expect(second.at).toMatchObject({ phase: 'moving', deadline: 1_600_000 });
    const lost = decide(second, running(1), 1_300_000).next;
    const back = decide(lost, running(2), 1_500_000).next;
    expect(back.at).toMatchObject({ phase: 'moving', deadline: 1_600_000 });
    expect(decide(back, running(2), 1_600_000).next.at).toMatchObject({ phase: 'rolling_back' });
  });
});
