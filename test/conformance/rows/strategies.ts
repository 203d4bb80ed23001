import {
  ContinueServiceDeploymentCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  type DeploymentConfiguration,
  type DeploymentLifecycleHook,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import {
  blueGroup,
  greenGroup,
  productionRule,
  shiftable,
  testRule,
} from '../../../local/ecs/strategies/testing.ts';
import { webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const minute = 60_000;

const lambda = (...lifecycleStages: NonNullable<DeploymentLifecycleHook['lifecycleStages']>) => ({
  hookTargetArn: 'arn:aws:lambda:us-east-1:000000000000:function:hook',
  roleArn: 'arn:aws:iam::000000000000:role/hook',
  lifecycleStages,
});
const pause = (...lifecycleStages: NonNullable<DeploymentLifecycleHook['lifecycleStages']>) => ({
  targetType: 'PAUSE' as const,
  lifecycleStages,
});

async function release({ ecs }: World): Promise<void> {
  const definition = webDefinition() as unknown as RegisterTaskDefinitionCommandInput;
  await ecs.send(new RegisterTaskDefinitionCommand(definition));
}

async function create(world: World, change: object): Promise<void> {
  await world.ecs.send(new CreateClusterCommand({}));
  await release(world);
  const input = webService(change as Readonly<Record<string, unknown>>);
  await world.ecs.send(new CreateServiceCommand(input as unknown as CreateServiceCommandInput));
}

/** The service serves, and its next deployment goes by `deploymentConfiguration`. */
async function deploying(
  world: World,
  deploymentConfiguration: DeploymentConfiguration,
  change: object = shiftable(),
): Promise<void> {
  const { strategy } = deploymentConfiguration;
  await create(world, { deploymentConfiguration: { strategy }, ...change });
  await world.clock.advance(10_000);
  await release(world);
  const update = { service: 'web', taskDefinition: 'web', deploymentConfiguration };
  await world.ecs.send(new UpdateServiceCommand(update));
  await world.clock.advance(0);
}

async function current({ ecs }: World): Promise<ServiceDeployment> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['web'] }));
  const serviceDeploymentArns = [services?.[0]?.currentServiceDeployment ?? ''];
  const answer = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
  return answer.serviceDeployments?.[0] ?? {};
}

const green = ({ rules }: World, rule = productionRule) => rules.share(rule, greenGroup);

const refused = (world: World, deploymentConfiguration: DeploymentConfiguration, change: object = {}) =>
  refusal(create(world, { deploymentConfiguration, ...shiftable(), ...change }));

export const strategies: readonly Row[] = [
  {
    page: 'deployment-type-blue-green',
    says: 'green is scaled up beside blue while blue has all production traffic',
    async run(world) {
      await deploying(world, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 }, {});
      expect(await current(world)).toMatchObject({
        status: 'IN_PROGRESS',
        lifecycleStage: 'SCALE_UP',
        sourceServiceRevisions: [{ requestedProductionTrafficWeight: 100, runningTaskCount: 2 }],
        targetServiceRevision: { requestedProductionTrafficWeight: 0, requestedTaskCount: 2 },
      });
    },
  },
  {
    page: 'blue-green-deployment-how-it-works',
    says: 'after the shift both revisions run for the bake time, then blue is taken away',
    async run(world) {
      await deploying(world, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 5 });
      await world.clock.advance(4 * minute);
      expect(await current(world)).toMatchObject({
        lifecycleStage: 'BAKE_TIME',
        sourceServiceRevisions: [{ runningTaskCount: 2 }],
        targetServiceRevision: { requestedProductionTrafficWeight: 100, runningTaskCount: 2 },
      });
      await world.clock.advance(2 * minute);
      expect(await current(world)).toMatchObject({
        status: 'SUCCESSFUL',
        sourceServiceRevisions: [{ runningTaskCount: 0 }],
      });
    },
  },
  {
    page: 'blue-green-deployment-how-it-works',
    says: 'test traffic goes to green before production traffic does',
    async run(world) {
      const lifecycleHooks = [pause('POST_TEST_TRAFFIC_SHIFT')];
      await deploying(world, { strategy: 'BLUE_GREEN', lifecycleHooks });
      await world.clock.advance(minute);
      expect(green(world, testRule)).toBe(100);
      expect(green(world)).toBe(0);
    },
  },
  {
    page: 'API_ResolvedConfiguration',
    says: 'a revision tells which of the two target groups it came to use',
    async run(world) {
      await deploying(world, { strategy: 'BLUE_GREEN' });
      const { sourceServiceRevisions, targetServiceRevision } = await current(world);
      const arns = [sourceServiceRevisions?.[0]?.arn ?? '', targetServiceRevision?.arn ?? ''];
      const { serviceRevisions } = await world.ecs.send(
        new DescribeServiceRevisionsCommand({ serviceRevisionArns: arns }),
      );
      expect(serviceRevisions?.map(({ resolvedConfiguration }) => resolvedConfiguration)).toEqual([
        { loadBalancers: [{ targetGroupArn: blueGroup, productionListenerRule: productionRule }] },
        { loadBalancers: [{ targetGroupArn: greenGroup, productionListenerRule: productionRule }] },
      ]);
    },
  },
  {
    page: 'blue-green-deployment-implementation',
    says: 'a service without load balancer and Service Connect can be deployed blue/green, without traffic shift',
    async run(world) {
      await deploying(world, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 1 }, {});
      await world.clock.advance(3 * minute);
      expect((await current(world)).status).toBe('SUCCESSFUL');
      expect(world.rules.history).toEqual([]);
    },
  },
  {
    page: 'API_LinearConfiguration',
    says: 'linear shifts equal percentages with a wait between, and none after 100 percent',
    async run(world) {
      const linearConfiguration = { stepPercent: 50, stepBakeTimeInMinutes: 10 };
      await deploying(world, { strategy: 'LINEAR', linearConfiguration });
      await world.clock.advance(9 * minute);
      expect(green(world)).toBe(50);
      await world.clock.advance(2 * minute);
      expect(green(world)).toBe(100);
      expect((await current(world)).status).toBe('SUCCESSFUL');
    },
  },
  {
    page: 'API_LinearConfiguration',
    says: 'the defaults are steps of 10 percent every 6 minutes',
    async run(world) {
      await deploying(world, { strategy: 'LINEAR' });
      await world.clock.advance(7 * minute);
      expect(green(world)).toBe(20);
      expect((await current(world)).deploymentConfiguration?.linearConfiguration).toEqual({
        stepPercent: 10,
        stepBakeTimeInMinutes: 6,
      });
    },
  },
  {
    page: 'API_LinearConfiguration',
    says: 'the step is a multiple of 0.1 from 3.0 to 100.0',
    async run(world) {
      const configured = (stepPercent: number) => ({
        strategy: 'LINEAR' as const,
        linearConfiguration: { stepPercent },
      });
      expect(await refused(world, configured(2.9))).toMatch(/^InvalidParameterException: stepPercent/);
      expect(await refused(world, configured(3.05))).toMatch(/^InvalidParameterException: stepPercent/);
    },
  },
  {
    page: 'API_CanaryConfiguration',
    says: 'a canary gets its percentage first, then everything',
    async run(world) {
      const canaryConfiguration = { canaryPercent: 2.5, canaryBakeTimeInMinutes: 30 };
      await deploying(world, { strategy: 'CANARY', canaryConfiguration });
      await world.clock.advance(29 * minute);
      expect(green(world)).toBe(2.5);
      await world.clock.advance(2 * minute);
      expect(green(world)).toBe(100);
    },
  },
  {
    page: 'API_CanaryConfiguration',
    says: 'it is only valid with the strategy CANARY',
    async run(world) {
      const canaryConfiguration = { canaryPercent: 5 };
      expect(await refused(world, { strategy: 'BLUE_GREEN', canaryConfiguration })).toMatch(
        /^InvalidParameterException: canaryConfiguration/,
      );
    },
  },
  {
    page: 'API_AdvancedConfiguration',
    says: 'a load balancer of such a service names an alternate target group and its rules',
    async run(world) {
      const [balancer] = shiftable().loadBalancers;
      const { advancedConfiguration: _, ...bare } = balancer!;
      expect(await refused(world, { strategy: 'BLUE_GREEN' }, { loadBalancers: [bare] })).toBe(
        'InvalidParameterException: advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy.',
      );
    },
  },
  {
    page: 'lambda-lifecycle-hooks',
    says: 'the function gets the stage, the deployment and the weights that shift',
    async run(world) {
      await deploying(world, {
        strategy: 'BLUE_GREEN',
        lifecycleHooks: [lambda('TEST_TRAFFIC_SHIFT', 'POST_PRODUCTION_TRAFFIC_SHIFT')],
      });
      await world.clock.advance(minute);
      const { serviceDeploymentArn, serviceArn, targetServiceRevision } = await current(world);
      const target = targetServiceRevision?.arn ?? '';
      expect(world.functions.calls).toMatchObject([
        {
          executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          lifecycleStage: 'TEST_TRAFFIC_SHIFT',
          resourceArn: serviceDeploymentArn,
          executionDetails: {
            serviceArn,
            targetServiceRevisionArn: target,
            testTrafficWeights: { [target]: 100 },
            productionTrafficWeights: {},
          },
        },
        {
          lifecycleStage: 'POST_PRODUCTION_TRAFFIC_SHIFT',
          executionDetails: { testTrafficWeights: {}, productionTrafficWeights: {} },
        },
      ]);
    },
  },
  {
    page: 'lambda-lifecycle-hooks',
    says: 'IN_PROGRESS has the function called again after 30 seconds',
    async run(world) {
      world.functions.answer = () => ({
        hookStatus: world.functions.calls.length < 3 ? 'IN_PROGRESS' : 'SUCCEEDED',
      });
      await deploying(world, { strategy: 'BLUE_GREEN', lifecycleHooks: [lambda('PRE_SCALE_UP')] });
      await world.clock.advance(29_000);
      expect(world.functions.calls).toHaveLength(1);
      await world.clock.advance(2 * minute);
      expect(world.functions.calls).toHaveLength(3);
      expect((await current(world)).status).toBe('SUCCESSFUL');
    },
  },
  {
    page: 'lambda-lifecycle-hooks',
    says: 'an answer without a hookStatus rolls the deployment back',
    async run(world) {
      world.functions.answer = () => ({});
      await deploying(world, { strategy: 'BLUE_GREEN', lifecycleHooks: [lambda('POST_SCALE_UP')] });
      await world.clock.advance(minute);
      expect((await current(world)).status).toBe('ROLLBACK_SUCCESSFUL');
      expect(green(world)).toBe(0);
    },
  },
  {
    page: 'lambda-lifecycle-hooks',
    says: 'hooks of PRODUCTION_TRAFFIC_SHIFT are called at each step of a linear deployment',
    async run(world) {
      await deploying(world, {
        strategy: 'LINEAR',
        linearConfiguration: { stepPercent: 50, stepBakeTimeInMinutes: 1 },
        lifecycleHooks: [lambda('PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRODUCTION_TRAFFIC_SHIFT')],
      });
      await world.clock.advance(5 * minute);
      const { targetServiceRevision } = await current(world);
      expect(
        world.functions.calls.map(
          ({ executionDetails }) =>
            executionDetails.productionTrafficWeights[targetServiceRevision?.arn ?? ''],
        ),
      ).toEqual([0, 50, 50, 100]);
    },
  },
  {
    page: 'lambda-lifecycle-hooks',
    says: 'hooks of PRODUCTION_TRAFFIC_SHIFT are called again when the deployment rolls back',
    async run(world) {
      await deploying(world, {
        strategy: 'BLUE_GREEN',
        bakeTimeInMinutes: 10,
        lifecycleHooks: [lambda('PRODUCTION_TRAFFIC_SHIFT')],
      });
      await world.clock.advance(minute);
      const { serviceDeploymentArn, targetServiceRevision } = await current(world);
      await world.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }));
      await world.clock.advance(minute);
      const [, again] = world.functions.calls;
      expect(again?.executionDetails).toMatchObject({
        targetServiceRevisionArn: targetServiceRevision?.arn,
        productionTrafficWeights: { [targetServiceRevision?.arn ?? '']: 0 },
      });
    },
  },
  {
    page: 'pause-lifecycle-hooks',
    says: 'a PAUSE hook waits, is shown with its id, and goes on by ContinueServiceDeployment',
    async run(world) {
      await deploying(world, { strategy: 'BLUE_GREEN', lifecycleHooks: [pause('POST_SCALE_UP')] });
      await world.clock.advance(minute);
      const { serviceDeploymentArn, lifecycleHookDetails, lifecycleStage } = await current(world);
      expect(lifecycleStage).toBe('POST_SCALE_UP');
      expect(lifecycleHookDetails).toMatchObject([
        { targetType: 'PAUSE', status: 'AWAITING_ACTION', timeoutAction: 'ROLLBACK' },
      ]);
      const hookId = lifecycleHookDetails?.[0]?.hookId;
      await world.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId }));
      await world.clock.advance(minute);
      expect((await current(world)).status).toBe('SUCCESSFUL');
    },
  },
  {
    page: 'continue-service-deployment',
    says: 'ROLLBACK returns to the previous revision',
    async run(world) {
      await deploying(world, {
        strategy: 'BLUE_GREEN',
        lifecycleHooks: [pause('POST_PRODUCTION_TRAFFIC_SHIFT')],
      });
      await world.clock.advance(minute);
      expect(green(world)).toBe(100);
      const { serviceDeploymentArn, lifecycleHookDetails } = await current(world);
      const hookId = lifecycleHookDetails?.[0]?.hookId;
      await world.ecs.send(
        new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action: 'ROLLBACK' }),
      );
      await world.clock.advance(minute);
      expect((await current(world)).status).toBe('ROLLBACK_SUCCESSFUL');
      expect(green(world)).toBe(0);
    },
  },
  {
    page: 'pause-lifecycle-hooks',
    says: 'a PAUSE hook that nobody answers takes its timeout action: by default a roll-back after 24 hours',
    async run(world) {
      await deploying(world, { strategy: 'BLUE_GREEN', lifecycleHooks: [pause('POST_SCALE_UP')] });
      await world.clock.advance(23 * 60 * minute);
      expect((await current(world)).status).toBe('IN_PROGRESS');
      await world.clock.advance(2 * 60 * minute);
      expect((await current(world)).status).toBe('ROLLBACK_SUCCESSFUL');
    },
  },
  {
    page: 'API_DeploymentLifecycleHook',
    says: 'PAUSE hooks cannot be configured at TEST_TRAFFIC_SHIFT and PRODUCTION_TRAFFIC_SHIFT',
    async run(world) {
      const lifecycleHooks = [pause('PRODUCTION_TRAFFIC_SHIFT')];
      expect(await refused(world, { strategy: 'BLUE_GREEN', lifecycleHooks })).toMatch(
        /^InvalidParameterException: PAUSE hooks cannot be configured/,
      );
    },
  },
  {
    page: 'ecs_hook_state_change_events',
    says: 'a waiting hook is told of with its id, its stage and the service deployment as resource',
    async run(world) {
      await deploying(world, { strategy: 'BLUE_GREEN', lifecycleHooks: [pause('PRE_SCALE_UP')] });
      const { serviceDeploymentArn, serviceArn, lifecycleHookDetails } = await current(world);
      expect(world.events.find((event) => event['detail-type'] === 'ECS Hook State Change')).toMatchObject({
        resources: [serviceDeploymentArn],
        detail: {
          eventType: 'INFO',
          eventName: 'HOOK_AWAITING_ACTION',
          hookId: lifecycleHookDetails?.[0]?.hookId,
          hookType: 'PAUSE',
          lifecycleStage: 'PRE_SCALE_UP',
          serviceArn,
          serviceDeploymentArn,
        },
      });
    },
  },
  {
    page: 'deployment-alarm-failure',
    says: 'an alarm in the bake time returns the traffic to blue',
    async run(world) {
      const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
      await deploying(world, { strategy: 'CANARY', bakeTimeInMinutes: 60, alarms });
      await world.clock.advance(30 * minute);
      expect(green(world)).toBe(100);
      world.alarms.set('errors', 'ALARM');
      await world.clock.advance(minute);
      expect(green(world)).toBe(0);
      expect((await current(world)).status).toBe('ROLLBACK_SUCCESSFUL');
    },
  },
];
