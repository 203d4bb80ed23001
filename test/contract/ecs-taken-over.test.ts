import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTarget } from '../../core/aws/ecs/apply.ts';
import { inspectorOf } from '../../core/aws/ecs/inspect.ts';
import { ownersIn } from '../../core/aws/ecs/owners.ts';
import { parseEnvironments } from '../../core/contract/environment.ts';
import type { FoundSettings, Target } from '../../core/services/model.ts';
import { type Bench, startBench } from '../../local/ecs/testing.ts';
import { ecsClientOver, noLoadBalancer } from '../support/ecs-client.ts';

/* What Berth's writes leave alone of a service that somebody else made: against Local AWS's own ECS. */

const [environment] = parseEnvironments(
  JSON.stringify([
    {
      ...{ name: 'local', cluster: 'default', region: 'us-east-1', account: '000000000000' },
      ...{ subnets: ['subnet-1'], securityGroups: ['sg-1'] },
    },
  ]),
);
const theirs = { subnets: ['subnet-9'], securityGroups: ['sg-9'], publicIp: true };

let bench: Bench;
let writes: string[];
const ecs = ecsClientOver((action, input) => {
  if (/^(Create|Update)/.test(action)) writes.push(action);
  return bench.call<object>(action, input);
});

beforeEach(async () => {
  bench = await startBench({ script: () => ({}) });
  bench.call('CreateCluster', { clusterName: 'default' });
  writes = [];
});
afterEach(() => bench.engine.stop());

/** A service as somebody else makes it; answers its task definition. */
function makeByHand(tags: readonly { key: string; value: string }[] = []): string {
  const { taskDefinition } = bench.call<{ taskDefinition: { taskDefinitionArn: string } }>(
    'RegisterTaskDefinition',
    {
      ...{ family: 'legacy', networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'] },
      ...{ cpu: '256', memory: '512' },
      containerDefinitions: [
        {
          ...{ name: 'app', image: 'legacy:1', command: ['serve'] },
          environment: [{ name: 'LEVEL', value: 'info' }],
          portMappings: [{ containerPort: 8080 }],
        },
      ],
    },
  );
  const { taskDefinitionArn } = taskDefinition;
  bench.call('CreateService', {
    ...{ cluster: 'default', serviceName: 'shop-web', taskDefinition: taskDefinitionArn, desiredCount: 1 },
    ...{ launchType: 'FARGATE', tags },
    networkConfiguration: {
      awsvpcConfiguration: {
        ...{ subnets: theirs.subnets, securityGroups: theirs.securityGroups, assignPublicIp: 'ENABLED' },
      },
    },
  });
  return taskDefinitionArn;
}

function apply(
  taskDefinitionArn: string,
  given: { count?: number; found?: FoundSettings; isApplied?: true },
) {
  const { count = 1, found, isApplied } = given;
  const target: Target = {
    ...{ release: { number: 1, hash: 'a', taskDefinitionArn }, count, generation: 2, deployment: undefined },
    settings: {
      ...{ minimumHealthyPercent: 100, maximumPercent: 200, circuitBreaker: true, timeoutSeconds: 600 },
      ...(found && { found }),
    },
  };
  const applied = { generation: 1, serviceArn: 'arn', ecsDeploymentId: 'ecs-svc/1', at: -1e9 };
  return applyTarget(
    { type: 'apply', cluster: 'default', ecsName: 'shop-web', environment: 'local', target },
    {
      ...{ id: 'service#local/shop-web#2#1', ref: { kind: 'service', id: 'local/shop-web' }, attempt: 0 },
      current: async () => ({ state: { target, ...(isApplied && { applied }) } }) as never,
    },
    { ecs, loadBalancer: noLoadBalancer, clock: { now: () => 0 }, environment: () => environment! },
  );
}

const seen = async () => {
  const inspected = await inspectorOf(ecs).inspect('default', 'shop-web');
  if (inspected.seen !== 'service') throw new Error(`it is ${inspected.seen}`);
  return inspected;
};

it('a service is seen wholly, with its task definition', async () => {
  const taskDefinitionArn = makeByHand([{ key: 'team', value: 'shop' }]);
  const { service, definition } = await seen();
  expect(service).toMatchObject({
    ...{
      taskDefinitionArn,
      launchType: 'FARGATE',
      controller: 'ECS',
      scheduling: 'REPLICA',
      strategy: 'ROLLING',
    },
    ...{ network: theirs, tags: { team: 'shop' }, desiredCount: 1 },
  });
  expect(definition).toMatchObject({
    ...{ arn: taskDefinitionArn, cpuUnits: 256, memoryMiB: 512 },
    containers: [
      { name: 'app', image: 'legacy:1', command: ['serve'], environment: { LEVEL: 'info' }, ports: [8080] },
    ],
  });
  expect(await inspectorOf(ecs).inspect('default', 'nobody')).toEqual({ seen: 'absent' });
  expect(await inspectorOf(ecs).inspect('nowhere', 'shop-web')).toMatchObject({ seen: 'unknown' });
});

describe('a service that somebody else made', () => {
  it('has no owner, or another one, for whoever asks whose it is', async () => {
    const { find } = ownersIn(ecs);
    expect(await find('default', 'shop-web')).toEqual({ seen: 'absent' });
    makeByHand();
    expect(await find('default', 'shop-web')).toEqual({ seen: 'service' });
    expect(await find('nowhere', 'shop-web')).toMatchObject({
      seen: 'unknown',
      because: expect.stringContaining('ClusterNotFoundException'),
    });
  });

  it('or Berth made, is whose its tag says', async () => {
    makeByHand([{ key: 'berth:service', value: 'other/shop-web' }]);
    expect(await ownersIn(ecs).find('default', 'shop-web')).toEqual({
      seen: 'service',
      owner: 'other/shop-web',
    });
  });

  it('is not written to: neither without a tag, nor with that of another service', async () => {
    const taskDefinitionArn = makeByHand([{ key: 'berth:service', value: 'other/shop-web' }]);
    await expect(apply(taskDefinitionArn, {})).rejects.toThrow(/berth adopt shop-web --environment local/);
    expect(writes).toEqual([]);
  });

  it('is one that Berth made, where an answer was lost, by its tag', async () => {
    const taskDefinitionArn = makeByHand([{ key: 'berth:service', value: 'local/shop-web' }]);
    await apply(taskDefinitionArn, {});
    expect((await seen()).service.network).toEqual({ ...theirs, ...{ subnets: ['subnet-1'] }, ...ours });
  });

  it('stays where it was found when it was taken over and is scaled', async () => {
    const taskDefinitionArn = makeByHand();
    const found = { loadBalancers: [], network: theirs };
    await apply(taskDefinitionArn, { count: 3, found, isApplied: true });
    expect((await seen()).service).toMatchObject({ desiredCount: 3, network: theirs });
    expect(writes).toEqual(['UpdateService']);
    await apply(taskDefinitionArn, { count: 3, found, isApplied: true });
    expect(writes).toEqual(['UpdateService']);
  });
});

const ours = { securityGroups: ['sg-1'], publicIp: false };

it('a network that somebody changed is put right', async () => {
  const taskDefinitionArn = makeByHand();
  await apply(taskDefinitionArn, { isApplied: true });
  expect((await seen()).service.network).toEqual({ subnets: ['subnet-1'], ...ours });
});
