import { DescribeServicesCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { continueHook } from '../../core/aws/ecs/continue-hook.ts';
import { lookAtSiblings } from '../../core/aws/ecs/look.ts';
import { type Asked, startShifting } from '../support/shifting.ts';

const hook = 'dep_1';
const canary = { strategy: 'CANARY', canaryPercent: 10, hook } as const;
const pre = 'PRE_PRODUCTION_TRAFFIC_SHIFT';

let world: Awaited<ReturnType<typeof startShifting>>;
let asked: Asked[];
/** How many times ECS is let through before it has to wait. */
let passes: number;

beforeAll(async () => {
  world = await startShifting((one) => {
    asked.push(one);
    return passes-- > 0 ? { hookStatus: 'SUCCEEDED' } : { hookStatus: 'IN_PROGRESS', callBackDelay: 5 };
  });
});
afterAll(() => world?.stop());
beforeEach(async () => {
  asked = [];
  passes = 0;
  await world?.writes();
});

type Service = ReturnType<(typeof world)['worker']>;

const completed = (service: Service, id: string) =>
  world.aws.waitFor(async () => {
    const seen = await service.look(id);
    const isDone = seen.deployments.every(({ rolloutState }) => rolloutState === 'COMPLETED');
    return isDone && seen.deployments.length === 1 && seen;
  });

/** A service that serves with its first release from the first of its two target groups. */
async function serving(name: string, shift: Parameters<Service['apply']>[1] = canary) {
  const service = await world.balanced(name);
  const first = await service.define(1);
  const { applied } = await service.apply(first, shift);
  await completed(service, applied.ecsDeploymentId);
  return { service, first, made: applied };
}

/** ECS asks for the next step, and is kept from it: the new release has its first share. */
async function inShift(service: Service, applied: { readonly ecsDeploymentId: string }, percent: number) {
  return world.aws.waitFor(async () => {
    const [now] = (await service.look(applied.ecsDeploymentId)).serviceDeployments;
    return now?.trafficPercent === percent && now.hooks?.[0]?.status === 'IN_PROGRESS' && now;
  });
}

const tasksOf = async (serviceName: string) =>
  (await world.ecs.send(new ListTasksCommand({ cluster: 'local', serviceName }))).taskArns?.sort();

const described = async (name: string) =>
  (await world.ecs.send(new DescribeServicesCommand({ cluster: 'local', services: [name] }))).services?.[0];

describe('a service whose traffic is shifted', () => {
  it('is made with two target groups and asks nobody, for there is nothing to compare with', async () => {
    const { service, made } = await serving('made-web');
    expect(made).not.toHaveProperty('targetGroups');
    expect(asked).toEqual([]);
    expect(Object.values(await service.weights()).sort()).toEqual([0, 100]);
    expect(await described('made-web')).toMatchObject({
      deploymentConfiguration: { strategy: 'CANARY', bakeTimeInMinutes: 0, lifecycleHooks: [] },
      loadBalancers: [{ advancedConfiguration: { roleArn: expect.stringContaining('shift') } }],
    });
  });

  it('goes to all traffic by the steps that the hook lets pass, and changes groups each time', async () => {
    const { service } = await serving('steps-web');
    const second = await service.define(2);
    passes = 1;
    const { applied, target } = await service.apply(second, canary);
    const { old = '', new: fresh = '' } = applied.targetGroups ?? {};
    expect(await inShift(service, applied, 10)).toMatchObject({
      status: 'IN_PROGRESS',
      taskDefinitionArn: second.taskDefinitionArn,
      lifecycleStage: 'PRODUCTION_TRAFFIC_SHIFT',
    });
    expect(await service.weights()).toEqual({ [old]: 90, [fresh]: 10 });
    expect(asked[0]).toMatchObject({ lifecycleStage: pre, hookDetails: { deployment: hook } });
    // The answer was lost: it is found, with its target groups, and nothing is written again.
    await world.writes();
    expect(await service.again(target)).toEqual(applied);
    expect(await world.writes()).toEqual([]);
    passes = 2;
    await completed(service, applied.ecsDeploymentId);
    expect(await service.weights()).toEqual({ [old]: 0, [fresh]: 100 });
    expect(asked.at(-1)).toMatchObject({ lifecycleStage: 'POST_PRODUCTION_TRAFFIC_SHIFT' });
    const third = await service.apply(await service.define(3), canary);
    expect(third.applied.targetGroups).toEqual({ old: fresh, new: old });
  });

  it('comes back in the midst of a shift at once, by the old tasks, and only once', async () => {
    const { service, first } = await serving('back-web');
    const before = await tasksOf('back-web');
    passes = 1;
    const { applied } = await service.apply(await service.define(2), canary);
    await inShift(service, applied, 10);
    await world.writes();
    const back = await service.apply(first, canary, { isReturn: true });
    expect(await world.writes()).toEqual(['StopServiceDeployment']);
    expect(Object.values(await service.weights()).sort()).toEqual([0, 100]);
    const { old = '' } = applied.targetGroups ?? {};
    expect(await service.weights()).toMatchObject({ [old]: 100 });
    await completed(service, back.applied.ecsDeploymentId);
    expect(await service.again(back.target)).toEqual(back.applied);
    expect(await world.writes()).toEqual([]);
    const after = await tasksOf('back-web');
    expect(before?.every((task) => after?.includes(task))).toBe(true);
    expect(await described('back-web')).toMatchObject({
      desiredCount: 2,
      taskDefinition: first.taskDefinitionArn,
    });
  });

  it('comes back with the count that it had', async () => {
    const { service, first } = await serving('count-web');
    passes = 1;
    const { applied } = await service.apply(await service.define(2), canary, { count: 3 });
    await inShift(service, applied, 10);
    await world.writes();
    const back = await service.apply(first, canary, { isReturn: true });
    expect(await world.writes()).toEqual(['StopServiceDeployment', 'UpdateService']);
    expect(await completed(service, back.applied.ecsDeploymentId)).toMatchObject({ desiredCount: 2 });
  });

  it('comes back without steps and hooks where ECS was through with it', async () => {
    const { service, first } = await serving('late-web');
    passes = 3;
    const { applied } = await service.apply(await service.define(2), canary);
    await completed(service, applied.ecsDeploymentId);
    asked = [];
    const back = await service.apply(first, canary, { isReturn: true });
    await completed(service, back.applied.ecsDeploymentId);
    expect(asked).toEqual([]);
    expect((await described('late-web'))?.deploymentConfiguration).toMatchObject({
      strategy: 'BLUE_GREEN',
      lifecycleHooks: [],
    });
    expect(back.applied.targetGroups?.old).toBe(applied.targetGroups?.new);
  });

  it('given a newer release in the midst of a shift, has that one compared with what served', async () => {
    const { service } = await serving('newer-web');
    passes = 2;
    const { applied } = await service.apply(await service.define(2), canary);
    await inShift(service, applied, 100);
    const newer = await service.apply(await service.define(3), canary);
    expect(newer.applied.targetGroups).toEqual(applied.targetGroups);
  });

  it('may roll before and after', async () => {
    const { service } = await serving('turns-web', undefined);
    const shifted = await service.apply(await service.define(2), { strategy: 'BLUE_GREEN' });
    await completed(service, shifted.applied.ecsDeploymentId);
    const rolled = await service.apply(await service.define(3), undefined);
    expect(rolled.applied).not.toHaveProperty('targetGroups');
    await completed(service, rolled.applied.ecsDeploymentId);
    const { new: inUse = '' } = shifted.applied.targetGroups ?? {};
    expect(await service.weights()).toMatchObject({ [inUse]: 100 });
    const [one, ...others] = (await described('turns-web'))?.loadBalancers ?? [];
    expect([one?.targetGroupArn, others]).toEqual([inUse, []]);
    expect(one).not.toHaveProperty('advancedConfiguration');
  });

  it('waits for a person where it is to, and an answer that comes twice is none', async () => {
    const { service } = await serving('pause-web');
    const { applied } = await service.apply(await service.define(2), { strategy: 'BLUE_GREEN', pause: true });
    const paused = await world.aws.waitFor(async () => {
      const [now] = (await service.look(applied.ecsDeploymentId)).serviceDeployments;
      return now?.hooks?.[0]?.status === 'AWAITING_ACTION' && now;
    });
    expect(paused).toMatchObject({ lifecycleStage: 'POST_SCALE_UP', hooks: [{ type: 'PAUSE' }] });
    const answer = () =>
      continueHook(
        {
          ...{ type: 'continue_hook', environment: 'local', serviceDeploymentArn: paused.arn },
          ...{ hookId: paused.hooks?.[0]?.id ?? '', action: 'CONTINUE' },
        },
        world.ecs,
      );
    expect(await answer()).toEqual({ answered: true });
    await completed(service, applied.ecsDeploymentId);
    expect(await answer()).toEqual({ answered: false });
  });

  it('is refused, with advice, where there is no load balancer', async () => {
    const service = world.worker('worker');
    const release = await service.define(1);
    await expect(service.apply(release, canary)).rejects.toThrow('no load balancer');
  });
});

describe('a service beside a service', () => {
  const sibling = (ecsName: string) =>
    lookAtSiblings(world.ecs, { canary: { environment: 'local', cluster: 'local', ecsName } });

  it('is made, changed and removed, each as often as it is asked for', async () => {
    const service = world.worker('mail');
    const [first, second] = [await service.define(1), await service.define(2)];
    const wanted = { aim: service.aimAt(first, undefined), count: 1 };
    const made = await service.sibling('canary', wanted);
    expect(made).toHaveProperty('ecsDeploymentId');
    expect(await service.sibling('canary', wanted)).toEqual(made);
    expect(await world.writes()).toEqual(['CreateService']);
    await service.sibling('canary', { aim: service.aimAt(second, undefined), count: 3 });
    expect(await sibling('mail--canary')).toMatchObject({
      canary: { seen: 'service', desiredCount: 3, taskDefinitionArn: second.taskDefinitionArn },
    });
    expect((await described('mail--canary'))?.deploymentConfiguration).toMatchObject({
      minimumHealthyPercent: 0,
      deploymentCircuitBreaker: { enable: false },
    });
    expect(await service.sibling('canary', undefined)).toEqual({});
    expect(await service.sibling('canary', undefined)).toEqual({});
    await world.aws.waitFor(async () => (await sibling('mail--canary')).canary?.seen === 'absent');
    expect(await service.sibling('canary', undefined)).toEqual({});
  });

  it('is not written where a newer wish has overtaken this one', async () => {
    const service = world.worker('late');
    const wanted = { aim: service.aimAt(await service.define(1), undefined), count: 1 };
    expect(await service.sibling('canary', wanted, 99)).toEqual({ overtaken: true });
    expect(await service.sibling('canary', undefined, 99)).toEqual({ overtaken: true });
    expect(await world.writes()).toEqual([]);
  });

  it('has its share of what serves, as a baseline', async () => {
    const { service, first } = await serving('fresh-web');
    passes = 3;
    const { applied } = await service.apply(await service.define(2), canary);
    await completed(service, applied.ecsDeploymentId);
    await service.sibling('baseline', { aim: service.aimAt(first, canary), count: 1 });
    const { new: inUse } = applied.targetGroups ?? {};
    expect((await described('fresh-web--baseline'))?.loadBalancers).toMatchObject([
      { targetGroupArn: inUse },
    ]);
  });
});
