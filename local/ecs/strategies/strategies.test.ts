import type { Deployment, Service, ServiceDeployment } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { type Bench, startBench, webDefinition, webService } from '../testing.ts';
import type { Wire } from '../wire.ts';
import { blueGroup, greenGroup, productionRule, shiftable, testRule } from './testing.ts';

type Shown = Wire<Service> & { deployments: Wire<Deployment>[] };

type Configuration = Readonly<Record<string, unknown>> & { readonly strategy?: string };

const minute = 60_000;
const lambda = (stages: readonly string[], change = {}) => ({
  hookTargetArn: 'arn:aws:lambda:us-east-1:000000000000:function:hook',
  roleArn: 'arn:aws:iam::000000000000:role/hook',
  lifecycleStages: stages,
  ...change,
});
const pause = (stages: readonly string[], change = {}) => ({
  targetType: 'PAUSE',
  lifecycleStages: stages,
  ...change,
});

/** A service that serves with `good:1` from the blue group; images named `crash` cannot be pulled. */
async function serving(deploymentConfiguration: Configuration, change: object = shiftable()): Promise<Bench> {
  const b = await startBench({
    script: ({ image }) =>
      image.startsWith('crash')
        ? { startError: 'CannotPullContainerError: no such image' }
        : { startDelayMs: 50, stopMs: 100 },
  });
  b.call('CreateCluster');
  release(b, 'good:1');
  const { strategy = 'ROLLING' } = deploymentConfiguration;
  b.call('CreateService', webService({ deploymentConfiguration: { strategy }, ...change }));
  await b.clock.advance(10_000);
  expect(web(b).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
  b.call('UpdateService', { service: 'web', deploymentConfiguration });
  b.events.length = 0;
  b.functions.calls.length = 0;
  b.rules.history.length = 0;
  return b;
}

function release(b: Bench, image: string): void {
  b.call('RegisterTaskDefinition', webDefinition({}, { image }));
}

function deploy(b: Bench, image = 'good:2'): void {
  release(b, image);
  b.call('UpdateService', { service: 'web', taskDefinition: 'web' });
}

function web(b: Bench): Shown {
  return b.call<{ services: Shown[] }>('DescribeServices', { services: ['web'] }).services[0]!;
}

function current(b: Bench): Wire<ServiceDeployment> {
  const serviceDeploymentArns = [web(b).currentServiceDeployment];
  return b.call<{ serviceDeployments: Wire<ServiceDeployment>[] }>('DescribeServiceDeployments', {
    serviceDeploymentArns,
  }).serviceDeployments[0]!;
}

const images = (b: Bench) => b.runtime.launches.map(({ image }) => image);
const running = (b: Bench) => web(b).deployments.map(({ runningCount }) => runningCount);
const hookEvents = (b: Bench) =>
  b.events
    .filter((event) => event['detail-type'] === 'ECS Hook State Change')
    .map(({ detail }) => `${detail.eventName} ${detail.lifecycleStage}`);

describe('a blue/green deployment', () => {
  it('brings green up beside blue, shifts test then production traffic, bakes, and takes blue away', async () => {
    const b = await serving({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 });
    expect(b.rules.share(productionRule, blueGroup)).toBe(100);
    deploy(b);
    await b.clock.advance(0);
    expect(current(b)).toMatchObject({
      lifecycleStage: 'SCALE_UP',
      targetServiceRevision: { requestedProductionTrafficWeight: 0 },
      sourceServiceRevisions: [{ requestedProductionTrafficWeight: 100 }],
    });
    await b.clock.advance(1 * minute);
    expect(current(b)).toMatchObject({ status: 'IN_PROGRESS', lifecycleStage: 'BAKE_TIME' });
    expect(b.rules.share(productionRule, greenGroup)).toBe(100);
    expect(b.rules.share(testRule, greenGroup)).toBe(100);
    expect(running(b)).toEqual([2, 2]);
    await b.clock.advance(5 * minute);
    expect(current(b)).toMatchObject({ status: 'SUCCESSFUL' });
    expect(running(b)).toEqual([2]);
    expect(images(b)).toEqual(['good:1', 'good:1', 'good:2', 'good:2']);
  });

  it('changes the roles of the target groups with every deployment', async () => {
    const b = await serving({ strategy: 'BLUE_GREEN' });
    for (const [image, group] of [
      ['good:2', greenGroup],
      ['good:3', blueGroup],
      ['good:4', greenGroup],
    ] as const) {
      deploy(b, image);
      await b.clock.advance(30_000);
      expect(b.rules.share(productionRule, group)).toBe(100);
      expect([...b.targets.registered.keys()].every((key) => key.startsWith(group))).toBe(true);
    }
  });

  it('needs no load balancer: then nothing is shifted, the stages are the same', async () => {
    const b = await serving({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 }, {});
    deploy(b);
    await b.clock.advance(30_000);
    expect(running(b)).toEqual([2, 2]);
    expect(current(b).lifecycleStage).toBe('BAKE_TIME');
    await b.clock.advance(1 * minute);
    expect(current(b).status).toBe('SUCCESSFUL');
    expect(b.rules.history).toEqual([]);
  });

  it('is superseded by a newer one, which takes its tasks away first', async () => {
    const b = await serving({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 60 });
    deploy(b, 'good:2');
    await b.clock.advance(30_000);
    expect(b.rules.share(productionRule, greenGroup)).toBe(100);
    const first = current(b).serviceDeploymentArn;
    deploy(b, 'good:3');
    expect(current(b).lifecycleStage).toBe('RECONCILE_SERVICE');
    expect(b.rules.share(productionRule, blueGroup)).toBe(100);
    await b.clock.advance(61 * minute);
    expect(current(b)).toMatchObject({ status: 'SUCCESSFUL' });
    expect(b.rules.share(productionRule, greenGroup)).toBe(100);
    expect(running(b)).toEqual([2]);
    const { serviceDeployments } = b.call<{ serviceDeployments: Wire<ServiceDeployment>[] }>(
      'DescribeServiceDeployments',
      { serviceDeploymentArns: [first] },
    );
    expect(serviceDeployments[0]?.status).toBe('STOPPED');
  });

  it('is killed and started again at every stage, and still ends once', async () => {
    const b = await serving({
      strategy: 'LINEAR',
      linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 1 },
      bakeTimeInMinutes: 1,
      lifecycleHooks: [lambda(['PRE_SCALE_UP', 'POST_PRODUCTION_TRAFFIC_SHIFT'])],
    });
    deploy(b);
    for (let step = 0; step < 60; step += 1) {
      await b.restart();
      await b.clock.advance(7000);
    }
    expect(current(b).status).toBe('SUCCESSFUL');
    expect(running(b)).toEqual([2]);
    expect(images(b)).toEqual(['good:1', 'good:1', 'good:2', 'good:2']);
    expect(b.rules.history).toEqual([40, 80, 100]);
  });
});

describe('linear and canary deployments', () => {
  it('shift in steps of the same size, the last one without a bake of its own', async () => {
    const b = await serving({
      strategy: 'LINEAR',
      linearConfiguration: { stepPercent: 30, stepBakeTimeInMinutes: 10 },
    });
    deploy(b);
    const seen: number[] = [];
    for (let step = 0; step < 4; step += 1) {
      await b.clock.advance((step === 0 ? 1 : 10) * minute);
      seen.push(b.rules.share(productionRule, greenGroup));
    }
    expect(seen).toEqual([30, 60, 90, 100]);
    await b.clock.advance(minute);
    expect(current(b).status).toBe('SUCCESSFUL');
  });

  it('give a canary its percentage first, in tenths too, then everything', async () => {
    const b = await serving({
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 0.1, canaryBakeTimeInMinutes: 10 },
    });
    deploy(b);
    await b.clock.advance(9 * minute);
    expect(b.rules.share(productionRule, greenGroup)).toBeCloseTo(0.1);
    expect(b.rules.share(testRule, greenGroup)).toBe(100);
    expect(current(b)).toMatchObject({
      lifecycleStage: 'PRODUCTION_TRAFFIC_SHIFT',
      targetServiceRevision: { requestedProductionTrafficWeight: 0.1 },
    });
    await b.clock.advance(2 * minute);
    expect(b.rules.share(productionRule, greenGroup)).toBe(100);
  });
});

describe('lifecycle hooks', () => {
  it('are called at their stage with what AWS hands them, and hold it until they succeed', async () => {
    const b = await serving({
      strategy: 'BLUE_GREEN',
      lifecycleHooks: [lambda(['TEST_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT'], { hookDetails: { a: 1 } })],
    });
    deploy(b);
    await b.clock.advance(minute);
    expect(current(b).status).toBe('SUCCESSFUL');
    const target = current(b).targetServiceRevision?.arn ?? '';
    const source = current(b).sourceServiceRevisions?.[0]?.arn ?? '';
    expect(b.functions.calls).toMatchObject([
      {
        lifecycleStage: 'TEST_TRAFFIC_SHIFT',
        resourceArn: current(b).serviceDeploymentArn,
        executionDetails: {
          serviceArn: web(b).serviceArn,
          targetServiceRevisionArn: target,
          testTrafficWeights: { [target]: 100, [source]: 0 },
          productionTrafficWeights: {},
        },
        hookDetails: { a: 1 },
      },
      { executionDetails: { productionTrafficWeights: { [target]: 100, [source]: 0 } } },
    ]);
    expect(hookEvents(b)).toEqual([
      'HOOK_IN_PROGRESS TEST_TRAFFIC_SHIFT',
      'HOOK_SUCCEEDED TEST_TRAFFIC_SHIFT',
      'HOOK_IN_PROGRESS PRODUCTION_TRAFFIC_SHIFT',
      'HOOK_SUCCEEDED PRODUCTION_TRAFFIC_SHIFT',
    ]);
  });

  it('that answer IN_PROGRESS are called again after 30 seconds or their own delay, with their details', async () => {
    const b = await serving({ strategy: 'BLUE_GREEN', lifecycleHooks: [lambda(['POST_SCALE_UP'])] });
    const answers: unknown[] = [
      { hookStatus: 'IN_PROGRESS', hookDetails: { seen: 1 } },
      { hookStatus: 'IN_PROGRESS', callBackDelay: 60 },
      { hookStatus: 'SUCCEEDED' },
    ];
    const at: number[] = [];
    b.functions.answer = () => {
      at.push(b.clock.now());
      return answers[at.length - 1];
    };
    deploy(b);
    await b.clock.advance(3 * minute);
    expect(at.map((moment) => (moment - at[0]!) / 1000)).toEqual([0, 30, 90]);
    expect(b.functions.calls.map(({ hookDetails }) => hookDetails)).toEqual([
      undefined,
      { seen: 1 },
      { seen: 1 },
    ]);
    expect(current(b).status).toBe('SUCCESSFUL');
  });

  it.each([
    ['FAILED', { hookStatus: 'FAILED' }],
    ['nothing that ECS knows', { status: 'fine' }],
  ])('that answer %s roll the deployment back', async (_, answer) => {
    const b = await serving({
      strategy: 'BLUE_GREEN',
      lifecycleHooks: [lambda(['POST_PRODUCTION_TRAFFIC_SHIFT'])],
    });
    b.functions.answer = () => answer;
    deploy(b);
    await b.clock.advance(minute);
    expect(current(b)).toMatchObject({ status: 'ROLLBACK_SUCCESSFUL' });
    expect(b.rules.share(productionRule, blueGroup)).toBe(100);
    expect(b.rules.share(testRule, blueGroup)).toBe(100);
    expect(web(b).deployments).toMatchObject([
      { rolloutState: 'COMPLETED', runningCount: 2, taskDefinition: expect.stringMatching(/web:1$/) },
    ]);
    expect(b.runtime.running()).toHaveLength(2);
  });

  it('that fail to run, or take longer than they may, roll it back too unless told to continue', async () => {
    const timeoutConfiguration = { timeoutInMinutes: 5, action: 'CONTINUE' };
    const b = await serving({
      strategy: 'BLUE_GREEN',
      lifecycleHooks: [
        pause(['PRE_SCALE_UP'], { timeoutConfiguration }),
        pause(['POST_SCALE_UP'], { timeoutConfiguration: { timeoutInMinutes: 7 } }),
      ],
    });
    deploy(b);
    await b.clock.advance(4 * minute);
    expect(images(b)).toHaveLength(2);
    await b.clock.advance(2 * minute);
    expect(images(b)).toHaveLength(4);
    await b.clock.advance(8 * minute);
    expect(current(b).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(hookEvents(b)).toEqual([
      'HOOK_AWAITING_ACTION PRE_SCALE_UP',
      'HOOK_TIMED_OUT PRE_SCALE_UP',
      'HOOK_AWAITING_ACTION POST_SCALE_UP',
      'HOOK_TIMED_OUT POST_SCALE_UP',
    ]);
  });

  it('run side by side, and any one that fails rolls back, the others unheard', async () => {
    const b = await serving({
      strategy: 'BLUE_GREEN',
      lifecycleHooks: [pause(['POST_SCALE_UP']), lambda(['POST_SCALE_UP'])],
    });
    b.functions.answer = () => Promise.reject(new Error('no'));
    deploy(b);
    await b.clock.advance(minute);
    expect(current(b).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(current(b).lifecycleHookDetails).toEqual([]);
  });

  it('have an id of their own for every step, and PAUSE waits for ContinueServiceDeployment', async () => {
    const b = await serving({
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
      lifecycleHooks: [pause(['PRE_PRODUCTION_TRAFFIC_SHIFT'])],
    });
    deploy(b);
    const ids: string[] = [];
    for (const share of [0, 10]) {
      await b.clock.advance(2 * minute);
      expect(b.rules.share(productionRule, greenGroup)).toBe(share);
      const { serviceDeploymentArn, lifecycleHookDetails = [] } = current(b);
      expect(lifecycleHookDetails).toMatchObject([{ targetType: 'PAUSE', status: 'AWAITING_ACTION' }]);
      const hookId = lifecycleHookDetails[0]?.hookId ?? '';
      ids.push(hookId);
      b.call('ContinueServiceDeployment', { serviceDeploymentArn, hookId });
      expect(b.refusal('ContinueServiceDeployment', { serviceDeploymentArn, hookId })).toMatch(/^Invalid/);
    }
    await b.clock.advance(2 * minute);
    expect(new Set(ids).size).toBe(2);
    expect(current(b).status).toBe('SUCCESSFUL');
  });

  it('are called again when traffic goes back, with weights that say so', async () => {
    const b = await serving({
      strategy: 'BLUE_GREEN',
      bakeTimeInMinutes: 10,
      lifecycleHooks: [lambda(['PRODUCTION_TRAFFIC_SHIFT'])],
    });
    deploy(b);
    await b.clock.advance(minute);
    const { serviceDeploymentArn, targetServiceRevision } = current(b);
    b.call('StopServiceDeployment', { serviceDeploymentArn });
    await b.clock.advance(minute);
    expect(current(b).status).toBe('ROLLBACK_SUCCESSFUL');
    const weights = b.functions.calls.map(
      ({ executionDetails }) => executionDetails.productionTrafficWeights[targetServiceRevision?.arn ?? ''],
    );
    expect(weights).toEqual([100, 0]);
  });
});

describe('a deployment that goes wrong', () => {
  const alarms = { alarmNames: ['errors'], enable: true, rollback: true };

  it('returns the traffic at once when an alarm goes off while it bakes', async () => {
    const b = await serving({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 30, alarms });
    deploy(b);
    await b.clock.advance(10 * minute);
    expect(b.rules.share(productionRule, greenGroup)).toBe(100);
    b.alarms.set('errors', 'ALARM');
    await b.clock.advance(0);
    expect(b.rules.share(productionRule, blueGroup)).toBe(100);
    await b.clock.advance(minute);
    expect(current(b)).toMatchObject({
      status: 'ROLLBACK_SUCCESSFUL',
      alarms: { status: 'TRIGGERED', triggeredAlarmNames: ['errors'] },
    });
  });

  it('watches alarms in a rolling deployment too, but none that was in ALARM from the start', async () => {
    const b = await serving({ alarms, bakeTimeInMinutes: 5 }, {});
    deploy(b, 'good:2');
    await b.clock.advance(minute);
    b.alarms.set('errors', 'ALARM');
    await b.clock.advance(minute);
    expect(current(b).status).toBe('ROLLBACK_SUCCESSFUL');
    deploy(b, 'good:3');
    await b.clock.advance(10 * minute);
    expect(current(b)).toMatchObject({ status: 'SUCCESSFUL', alarms: { status: 'DISABLED' } });
  });

  it('is stopped by ABORT where it is, and fails for good', async () => {
    const b = await serving({
      strategy: 'CANARY',
      canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 60 },
    });
    deploy(b);
    await b.clock.advance(minute);
    const { serviceDeploymentArn } = current(b);
    b.call('StopServiceDeployment', { serviceDeploymentArn, stopType: 'ABORT' });
    await b.clock.advance(120 * minute);
    expect(current(b).status).toBe('STOPPED');
    expect(b.rules.share(productionRule, greenGroup)).toBe(20);
    expect(running(b)).toEqual([2, 2]);
  });

  it('gives no traffic to a revision without healthy tasks while the other has some', async () => {
    const b = await serving({ strategy: 'BLUE_GREEN', bakeTimeInMinutes: 30 });
    deploy(b);
    await b.clock.advance(minute);
    const green = [...b.targets.registered].filter(([key]) => key.startsWith(greenGroup));
    const sick = new Set(green.map(([, { address }]) => address));
    b.targets.judge = ({ address }) => (sick.has(address) ? 'unhealthy' : 'healthy');
    b.targets.changed();
    await b.clock.advance(0);
    expect(b.rules.share(productionRule, blueGroup)).toBe(100);
    await b.clock.advance(minute);
    expect(b.rules.share(productionRule, greenGroup)).toBe(100);
  });

  it('comes to nothing before any traffic where green never starts and the breaker is on', async () => {
    const b = await serving({
      strategy: 'BLUE_GREEN',
      deploymentCircuitBreaker: { enable: true, rollback: true },
    });
    deploy(b, 'crash:2');
    await b.clock.advance(5 * minute);
    expect(current(b).status).toBe('ROLLBACK_SUCCESSFUL');
    expect(b.rules.history.every((share) => share === 0)).toBe(true);
    expect(b.runtime.running()).toHaveLength(2);
  });
});
