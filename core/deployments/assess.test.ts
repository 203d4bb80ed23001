import { describe, expect, it } from 'vitest';
import type { ServiceArn, ServiceDeploymentArn, TaskDefinitionArn } from '../ecs/arn.ts';
import type { ObservedDeployment, ObservedService, SeenService } from '../ecs/service.ts';
import type { Aim } from '../services/model.ts';
import { assess } from './assess.ts';

const now = 1_000_000_000;
const arnOf = (revision: number) =>
  `arn:aws:ecs:us-east-1:000000000000:task-definition/berth-local-shop-web:${revision}` as TaskDefinitionArn;

const aim: Aim = {
  release: { number: 2, hash: 'b', taskDefinitionArn: arnOf(2) },
  settings: { minimumHealthyPercent: 100, maximumPercent: 200, circuitBreaker: true, timeoutSeconds: 900 },
};
const ours = { aim, ecsDeploymentId: 'ecs-svc/2', ecsCreatedAtMs: undefined, appliedAt: now - 30_000 };

const primary: ObservedDeployment = {
  id: 'ecs-svc/2',
  status: 'PRIMARY',
  taskDefinitionArn: arnOf(2),
  rolloutState: 'COMPLETED',
  rolloutStateReason: undefined,
  desiredCount: 2,
  runningCount: 2,
  pendingCount: 0,
  failedTasks: 0,
  createdAtMs: now - 29_000,
};
const old: ObservedDeployment = {
  ...primary,
  id: 'ecs-svc/1',
  status: 'ACTIVE',
  taskDefinitionArn: arnOf(1),
  createdAtMs: 1,
};

function seen(deployments: readonly ObservedDeployment[], more: Partial<ObservedService> = {}): SeenService {
  return {
    seen: 'service',
    serviceArn: 'arn:aws:ecs:us-east-1:000000000000:service/local/shop-web' as ServiceArn,
    status: 'ACTIVE',
    taskDefinitionArn: deployments[0]?.taskDefinitionArn ?? '',
    desiredCount: 2,
    runningCount: 2,
    pendingCount: 0,
    deployments,
    serviceDeployments: [],
    ...more,
  };
}

const rollBackReason = 'ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.';
const rolledBack = {
  ...old,
  id: 'ecs-svc/3',
  status: 'PRIMARY',
  createdAtMs: now - 1000,
  rolloutStateReason: rollBackReason,
};
const history = (status: string) => [
  {
    arn: 'arn:aws:ecs:us-east-1:000000000000:service-deployment/local/shop-web/x' as ServiceDeploymentArn,
    status,
    statusReason: 'circuit breaker',
    taskDefinitionArn: arnOf(2),
    createdAtMs: now - 29_000,
  },
];

describe('success is ours only', () => {
  it('is there when our deployment and our task definition are what runs', () => {
    expect(assess(seen([primary]), ours, now).is).toBe('there');
  });

  it.each([
    [
      'a roll-back completed, our deployment is marked failed',
      seen([rolledBack, { ...primary, status: 'ACTIVE', rolloutState: 'FAILED' }]),
      'failing',
    ],
    [
      'a roll-back completed and our deployment is gone, seen in the history',
      seen([rolledBack], { serviceDeployments: history('ROLLBACK_SUCCESSFUL') }),
      'failing',
    ],
    [
      'a roll-back is under way, seen in the history',
      seen([rolledBack], { serviceDeployments: history('ROLLBACK_IN_PROGRESS') }),
      'failing',
    ],
    [
      'our deployment failed where no roll-back is set',
      seen([{ ...primary, rolloutState: 'FAILED' }]),
      'failing',
    ],
    [
      'somebody deployed something else',
      seen([
        { ...primary, id: 'ecs-svc/4', taskDefinitionArn: arnOf(9), createdAtMs: now },
        { ...primary, status: 'ACTIVE' },
      ]),
      'overtaken',
    ],
    [
      'somebody forced our task definition anew',
      seen([
        { ...primary, id: 'ecs-svc/4', createdAtMs: now },
        { ...primary, status: 'ACTIVE' },
      ]),
      'overtaken',
    ],
    ['the read lags behind our write', seen([{ ...old, status: 'PRIMARY' }]), 'unclear'],
    ['fewer run than are wanted', seen([{ ...primary, runningCount: 1 }]), 'on_the_way'],
    ['old tasks still run', seen([primary, old]), 'on_the_way'],
    ['ECS does not call it complete', seen([{ ...primary, rolloutState: 'IN_PROGRESS' }]), 'on_the_way'],
    [
      'the primary has another task definition than asked for',
      seen([{ ...primary, taskDefinitionArn: arnOf(1) }]),
      'on_the_way',
    ],
    [
      'the service names another task definition',
      seen([primary], { taskDefinitionArn: arnOf(1) }),
      'on_the_way',
    ],
    ['the service was deleted', seen([primary], { status: 'DRAINING' }), 'gone'],
    ['a read failed', { seen: 'unknown', because: 'ThrottlingException' } as const, 'unclear'],
    ['the service is not visible yet', { seen: 'absent' } as const, 'unclear'],
  ])('%s', (_, service, expected) => {
    expect(assess(service, ours, now).is).toBe(expected);
  });

  it('is not denied because the same release was given up a moment before', () => {
    const before = history('ROLLBACK_SUCCESSFUL').map((one) => ({ ...one, createdAtMs: now - 120_000 }));
    const stale = seen([{ ...old, status: 'PRIMARY' }], { serviceDeployments: before });
    expect(assess(stale, ours, now).is).toBe('unclear');
    const mine = { ...primary, status: 'ACTIVE', rolloutState: 'IN_PROGRESS' };
    const lagging = seen([{ ...old, status: 'PRIMARY' }, mine], { serviceDeployments: before });
    expect(assess(lagging, ours, now + 120_000).is).toBe('unclear');
  });

  it('calls a service gone that is absent long after the write', () => {
    expect(assess({ seen: 'absent' }, ours, now + 15 * 60_000).is).toBe('gone');
  });

  it('goes by ECS’s own clock where it is known: ours may be minutes off', () => {
    const known = { ...ours, ecsCreatedAtMs: now - 29_000 };
    const { rolloutState: _, ...before } = { ...old, status: 'PRIMARY' };
    const stale = seen([{ ...before, rolloutState: 'COMPLETED' }]);
    expect(assess(stale, ours, now + 300_000).is).toBe('overtaken');
    expect(assess(stale, known, now + 300_000).is).toBe('unclear');
    const newer = seen([{ ...before, id: 'ecs-svc/9', rolloutState: 'COMPLETED', createdAtMs: now - 1000 }]);
    expect(assess(newer, known, now - 300_000).is).toBe('overtaken');
  });
});
