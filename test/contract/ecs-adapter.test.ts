import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTarget } from '../../core/aws/ecs/apply.ts';
import { lookAtService } from '../../core/aws/ecs/look.ts';
import { registerRelease } from '../../core/aws/ecs/register.ts';
import { checkAs } from '../../core/aws/load-balancer/health.ts';
import { ensureTargetGroups } from '../../core/aws/load-balancer.ts';
import { parseEnvironments } from '../../core/contract/environment.ts';
import type { DeploymentRequest } from '../../core/deployments/model.ts';
import type { Target } from '../../core/services/model.ts';
import { releaseRecord } from '../../core/services/records.ts';
import { type Bench, startBench } from '../../local/ecs/testing.ts';
import { freePort, startBench as startBalancer } from '../../local/loadbalancer/testing.ts';
import { type Call, ecsClientOver, noLoadBalancer } from '../support/ecs-client.ts';
import { createMemoryStore } from '../support/memory-store.ts';

const spec = { image: 'shop:1', cpuUnits: 256, memoryMiB: 512, environment: {}, secrets: {} };
const settings = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  circuitBreaker: true,
  timeoutSeconds: 600,
};
const request: DeploymentRequest = {
  id: 'dep_1',
  service: 'local/shop-web',
  environment: 'local',
  cluster: 'default',
  ecsName: 'shop-web',
  app: 'shop',
  name: 'web',
  what: { type: 'content', hash: 'a', spec, settings },
  whenBusy: 'supersede',
  actor: 'ann',
  requestHash: 'h',
  requestedAt: 0,
};
const [environment] = parseEnvironments(
  JSON.stringify([
    {
      name: 'local',
      cluster: 'default',
      region: 'us-east-1',
      account: '000000000000',
      subnets: ['subnet-1'],
    },
  ]),
);

let bench: Bench;
let exits: boolean;
let writes: string[];
/** ECS says once, falsely, that it has no such service. */
let isHidden: boolean;
const store = createMemoryStore();
const deps = () => ({
  ecs: ecsClientOver((action, input) => {
    if (/^(Create|Update|Register)/.test(action)) writes.push(action);
    if (action === 'DescribeServices' && isHidden) {
      isHidden = false;
      return { services: [], failures: [{ arn: 'shop-web', reason: 'MISSING' }] };
    }
    return bench.call<object>(action, input);
  }),
  loadBalancer: noLoadBalancer,
  store,
  clock: { now: () => 0 },
  environment: () => environment!,
});

beforeEach(async () => {
  exits = false;
  isHidden = false;
  writes = [];
  bench = await startBench({ script: () => (exits ? { exitAfterMs: 100, exitCode: 1 } : {}) });
  bench.call('CreateCluster', { clusterName: 'default' });
});
afterEach(() => bench.engine.stop());

/** The first attempt, or a later one of a deployment that is where it says. */
const attempt = (number: number, phase = 'preparing') => ({
  attempt: number,
  current: async () => ({ state: { at: { phase } } }) as never,
});

const register = async (known?: string, context = attempt(0)) => {
  const answer = await registerRelease(
    {
      type: 'register',
      request,
      release: { number: 1, hash: 'a', ...(known !== undefined && { taskDefinitionArn: known }) },
    },
    context,
    deps(),
  );
  return answer as { taskDefinitionArn: string };
};

function apply(taskDefinitionArn: string, generation = 1, count = 1) {
  const release = { number: 1, hash: 'a', taskDefinitionArn };
  const target: Target = { release, settings, count, generation, deployment: 'dep_1' };
  const { cluster, ecsName } = request;
  return applyTarget(
    { type: 'apply', cluster, ecsName, environment: 'local', target },
    {
      id: `service#local/shop-web#${generation}#1`,
      ref: { kind: 'service', id: request.service },
      attempt: 0,
      current: async () => ({ state: { target } }) as never,
    },
    deps(),
  );
}

describe('a release is registered', () => {
  it('once, even where the first answer was lost', async () => {
    const first = await register();
    expect(await register()).toEqual(first);
    expect(await register(first.taskDefinitionArn)).toEqual(first);
    expect(writes).toEqual(['RegisterTaskDefinition']);
  });

  it('anew where somebody deregistered it between the record and its use', async () => {
    const { taskDefinitionArn } = await register();
    bench.call('DeregisterTaskDefinition', { taskDefinition: taskDefinitionArn });
    const again = await register(taskDefinitionArn);
    expect(again.taskDefinitionArn).not.toBe(taskDefinitionArn);
    expect(await register(again.taskDefinitionArn)).toEqual(again);
  });

  it('anew for a roll-back too, from what is known of it', async () => {
    const { taskDefinitionArn } = await register();
    const record = { number: 1, hash: 'a', service: request.service, taskDefinitionArn, spec, settings };
    await store.put(releaseRecord({ ...record, registeredAt: 0 }), 'absent');
    bench.call('DeregisterTaskDefinition', { taskDefinition: taskDefinitionArn });
    const back = { ...request, what: { type: 'rollback', release: 1 } } as const;
    const release = { number: 1, hash: 'a', taskDefinitionArn };
    const again = await registerRelease({ type: 'register', request: back, release }, attempt(0), deps());
    expect(again).not.toEqual({ taskDefinitionArn });
    expect(again).toHaveProperty('taskDefinitionArn');
  });

  it('not again for a deployment that has ended meanwhile', async () => {
    expect(await register(undefined, attempt(1, 'ended'))).toEqual({ overtaken: true });
    expect(writes).toEqual([]);
    expect(await register(undefined, attempt(1))).toHaveProperty('taskDefinitionArn');
  });
});

describe('a target is applied', () => {
  it('once, even where the first answer was lost', async () => {
    const { taskDefinitionArn } = await register();
    const first = await apply(taskDefinitionArn);
    expect(await apply(taskDefinitionArn)).toEqual(first);
    expect(writes).toEqual(['RegisterTaskDefinition', 'CreateService']);
  });

  it('to what is there, where ECS said falsely that there is nothing', async () => {
    const { taskDefinitionArn } = await register();
    const first = await apply(taskDefinitionArn);
    await apply(taskDefinitionArn, 2, 3);
    isHidden = true;
    await expect(apply(taskDefinitionArn, 3, 1)).rejects.toThrow('was there already, and is another one');
    isHidden = true;
    await expect(apply(taskDefinitionArn, 4, 2)).rejects.toThrow('not idempotent');
    expect(await apply(taskDefinitionArn, 4, 2)).toEqual(first);
    expect(primary(bench)).toMatchObject({ desiredCount: 2 });
  });

  it('anew where ECS has given up the very same release before', async () => {
    exits = true;
    const { taskDefinitionArn } = await register();
    const first = await apply(taskDefinitionArn);
    await bench.clock.advance(600_000);
    expect(primary(bench)).toMatchObject({ rolloutState: 'FAILED' });
    exits = false;
    expect(await apply(taskDefinitionArn, 2)).not.toEqual(first);
    await bench.clock.advance(60_000);
    expect(primary(bench)).toMatchObject({ rolloutState: 'COMPLETED' });
    expect(writes).toEqual(['RegisterTaskDefinition', 'CreateService', 'UpdateService']);
  });
});

describe('a target group', () => {
  it('is checked as the release says, and gets its listener where only the port changed', async () => {
    const balancer = await startBalancer();
    try {
      const { elb } = balancer;
      const { LoadBalancers } = await elb.createLoadBalancer({ Name: 'berth' });
      const loadBalancerArn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
      const behind = { ...environment!, loadBalancerArn };
      const check = {
        intervalSeconds: 10,
        timeoutSeconds: 5,
        healthyCount: 2,
        unhealthyCount: 2,
        graceSeconds: 60,
      };
      const ensure = async (path: string) => {
        const target = {
          port: 8080,
          settings: { ...settings, listen: await freePort() },
          health: { ...check, path },
        };
        const groups = await ensureTargetGroups(elb, behind, 'shop-web', target, false);
        await checkAs(elb, groups?.main ?? '', groups?.known ?? [], target.health);
        const { Listeners } = await elb.describeListeners({ LoadBalancerArn: loadBalancerArn });
        expect(Listeners?.map(({ Port }) => Port)).toContain(target.settings.listen);
        return (await elb.describeTargetGroups({ TargetGroupArns: [groups?.main ?? ''] })).TargetGroups?.[0];
      };
      const first = await ensure('/healthz');
      expect(await ensure('/ready')).toEqual({ ...first, HealthCheckPath: '/ready' });
    } finally {
      await balancer.close();
    }
  });
});

describe('a look', () => {
  const at = { environment: 'local', cluster: 'default', ecsName: 'x', sinceMs: 0, ecsDeploymentId: 'y' };
  const look = (call: Call) => lookAtService(ecsClientOver(call), at);

  it('takes a service for absent only where ECS says so', async () => {
    expect(await look((action, input) => bench.call<object>(action, input))).toEqual({ seen: 'absent' });
    expect(await look(() => ({ services: [], failures: [] }))).toMatchObject({ seen: 'unknown' });
    expect(await look(() => ({ failures: [{ reason: 'ACCESS' }] }))).toMatchObject({ seen: 'unknown' });
  });
});

function primary({ call }: Bench) {
  const { services } = call<{ services: { deployments: { status: string }[] }[] }>('DescribeServices', {
    services: ['shop-web'],
  });
  return services[0]?.deployments.find(({ status }) => status === 'PRIMARY');
}
