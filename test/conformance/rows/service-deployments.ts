import {
  ContinueServiceDeploymentCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  type ServiceDeployment,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const arnPrefix = 'arn:aws:ecs:us-east-1:000000000000:service-deployment/default/web/';

type Configuration = CreateServiceCommandInput['deploymentConfiguration'];

async function release({ ecs }: World, container: object = {}): Promise<void> {
  const definition = webDefinition(
    {},
    { image: 'good:1', ...container },
  ) as unknown as RegisterTaskDefinitionCommandInput;
  await ecs.send(new RegisterTaskDefinitionCommand(definition));
}

/** Starts the service; its first deployment has completed unless `secondsLater` says otherwise. */
async function serving(world: World, configuration: Configuration = {}, secondsLater = 10): Promise<void> {
  await world.ecs.send(new CreateClusterCommand({}));
  await release(world);
  const input = webService({ deploymentConfiguration: configuration });
  await world.ecs.send(new CreateServiceCommand(input as unknown as CreateServiceCommandInput));
  await world.clock.advance(secondsLater * 1000);
}

async function deploy(world: World, container: object = {}): Promise<void> {
  await release(world, container);
  await world.ecs.send(new UpdateServiceCommand({ service: 'web', taskDefinition: 'web' }));
}

/** A secret that is not there: the task never starts. */
const broken = {
  secrets: [{ name: 'KEY', valueFrom: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:gone' }],
};

async function service({ ecs }: World): Promise<Service> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['web'] }));
  return services?.[0] ?? {};
}

async function described(world: World, arn?: string): Promise<ServiceDeployment> {
  const serviceDeploymentArns = [arn ?? (await service(world)).currentServiceDeployment ?? ''];
  const { serviceDeployments } = await world.ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }),
  );
  return serviceDeployments?.[0] ?? {};
}

async function stop(world: World, stopType?: 'ABORT' | 'ROLLBACK'): Promise<string> {
  const serviceDeploymentArn = (await service(world)).currentServiceDeployment ?? '';
  await world.ecs.send(
    new StopServiceDeploymentCommand({ serviceDeploymentArn, ...(stopType ? { stopType } : {}) }),
  );
  return serviceDeploymentArn;
}

const namesOf = ({ events }: World, detailType: string) =>
  events.filter((event) => event['detail-type'] === detailType).map(({ detail }) => String(detail.eventName));

export const serviceDeployments: readonly Row[] = [
  {
    page: 'service-deployment',
    says: 'a deployment is IN_PROGRESS, then SUCCESSFUL, with source and target revisions',
    async run(world) {
      await serving(world);
      await deploy(world);
      const under = await described(world);
      expect(under).toMatchObject({
        status: 'IN_PROGRESS',
        sourceServiceRevisions: [{ runningTaskCount: 2 }],
      });
      await world.clock.advance(10_000);
      expect(await described(world)).toMatchObject({
        status: 'SUCCESSFUL',
        targetServiceRevision: { requestedTaskCount: 2, runningTaskCount: 2, pendingTaskCount: 0 },
      });
    },
  },
  {
    page: 'API_ListServiceDeployments',
    says: 'deployments are listed newest first, in pages, and by status',
    async run(world) {
      await serving(world);
      await deploy(world);
      const { currentServiceDeployment } = await service(world);
      const list = (change: object) =>
        world.ecs.send(new ListServiceDeploymentsCommand({ service: 'web', ...change }));
      const first = await list({ maxResults: 1 });
      expect(first.serviceDeployments).toMatchObject([{ serviceDeploymentArn: currentServiceDeployment }]);
      const second = await list({ maxResults: 1, nextToken: first.nextToken });
      expect(second.serviceDeployments).toMatchObject([{ status: 'SUCCESSFUL' }]);
      expect(second.nextToken).toBeUndefined();
      expect((await list({ status: ['STOPPED'] })).serviceDeployments).toEqual([]);
    },
  },
  {
    page: 'service-deployment',
    says: 'deployments are kept for 90 days',
    async run(world) {
      await serving(world);
      await deploy(world);
      await world.clock.advance(91 * 24 * 60 * 60_000);
      await deploy(world);
      const { serviceDeployments: listed } = await world.ecs.send(
        new ListServiceDeploymentsCommand({ service: 'web' }),
      );
      expect(listed).toHaveLength(1);
    },
  },
  {
    page: 'API_DescribeServiceDeployments',
    says: 'a deployment that is not there is a failure with the reason MISSING',
    async run(world) {
      await serving(world);
      const answer = await world.ecs.send(
        new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [`${arnPrefix}gone`] }),
      );
      expect(answer).toMatchObject({ serviceDeployments: [], failures: [{ reason: 'MISSING' }] });
    },
  },
  {
    page: 'API_DescribeServiceDeployments',
    says: 'up to 20 deployments are described in one call',
    async run(world) {
      await serving(world);
      const serviceDeploymentArns = Array.from({ length: 21 }, (_, index) => `${arnPrefix}${index}`);
      const answer = world.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
      expect(await refusal(answer)).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_DescribeServiceRevisions',
    says: 'a revision tells what its tasks are started from',
    async run(world) {
      await serving(world);
      const { targetServiceRevision } = await described(world);
      const { serviceRevisions } = await world.ecs.send(
        new DescribeServiceRevisionsCommand({ serviceRevisionArns: [targetServiceRevision?.arn ?? ''] }),
      );
      expect(serviceRevisions).toMatchObject([
        {
          launchType: 'FARGATE',
          taskDefinition: expect.stringMatching(/task-definition\/web:1$/),
          containerImages: [{ containerName: 'app', image: 'good:1' }],
        },
      ]);
    },
  },
  {
    page: 'ecs_service_deployment_events',
    says: 'SERVICE_DEPLOYMENT_IN_PROGRESS and _COMPLETED name the service as resource and the deployment',
    async run(world) {
      await serving(world);
      expect(namesOf(world, 'ECS Deployment State Change')).toEqual([
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'SERVICE_DEPLOYMENT_COMPLETED',
      ]);
      const event = world.events.find((other) => other['detail-type'] === 'ECS Deployment State Change');
      const { serviceArn, deployments } = await service(world);
      expect(event).toMatchObject({
        resources: [serviceArn],
        detail: { deploymentId: deployments?.[0]?.id },
      });
    },
  },
  {
    page: 'deployment-circuit-breaker',
    says: 'when tasks fail to start, the service rolls back to the last deployment that completed',
    async run(world) {
      await serving(world, breaker);
      await deploy(world, broken);
      await world.clock.advance(60_000);
      expect(await described(world)).toMatchObject({
        status: 'ROLLBACK_SUCCESSFUL',
        deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
        rollback: { reason: expect.stringMatching(/^ECS deployment circuit breaker: rolling back to/) },
      });
      expect(namesOf(world, 'ECS Deployment State Change').slice(2)).toEqual([
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'SERVICE_DEPLOYMENT_FAILED',
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'SERVICE_DEPLOYMENT_COMPLETED',
      ]);
      const messages = ((await service(world)).events ?? []).map(({ message }) => message);
      expect(messages).toContainEqual(expect.stringMatching(/deployment failed: tasks failed to start\.$/));
    },
  },
  {
    page: 'deployment-circuit-breaker',
    says: 'the SDK waiter for a stable service passes after a roll-back too',
    async run(world) {
      await serving(world, breaker);
      await deploy(world, broken);
      await world.clock.advance(60_000);
      const waiting = { client: world.ecs, maxWaitTime: 5, minDelay: 1, maxDelay: 1 };
      expect((await waitUntilServicesStable(waiting, { services: ['web'] })).state).toBe('SUCCESS');
    },
  },
  {
    page: 'deployment-circuit-breaker',
    says: 'where nothing ever completed the deployment fails and no more tasks are started',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      await release(world, broken);
      const input = webService({ deploymentConfiguration: breaker });
      await world.ecs.send(new CreateServiceCommand(input as unknown as CreateServiceCommandInput));
      await world.clock.advance(60_000);
      const [failed] = (await service(world)).deployments ?? [];
      expect(failed).toMatchObject({ rolloutState: 'FAILED' });
      await world.clock.advance(600_000);
      const [later] = (await service(world)).deployments ?? [];
      expect(later?.failedTasks).toBe(failed?.failedTasks);
    },
  },
  {
    page: 'deployment-circuit-breaker',
    says: 'the threshold can be a count',
    async run(world) {
      const thresholdConfiguration = { type: 'COUNT' as const, value: 5 };
      await serving(world, {
        deploymentCircuitBreaker: { ...breaker.deploymentCircuitBreaker, thresholdConfiguration },
      });
      await deploy(world, broken);
      await world.clock.advance(120_000);
      expect((await described(world)).deploymentCircuitBreaker).toMatchObject({ threshold: 5 });
      expect((await described(world)).status).toBe('ROLLBACK_SUCCESSFUL');
    },
  },
  {
    page: 'deployment-alarm-failure',
    says: 'a deployment whose alarm goes off fails and is rolled back',
    async run(world) {
      const alarms = { alarmNames: ['errors'], enable: true, rollback: true };
      await serving(world, { alarms });
      await deploy(world);
      world.alarms.set('errors', 'ALARM');
      await world.clock.advance(30_000);
      expect(await described(world)).toMatchObject({
        status: 'ROLLBACK_SUCCESSFUL',
        alarms: { status: 'TRIGGERED', alarmNames: ['errors'], triggeredAlarmNames: ['errors'] },
      });
    },
  },
  {
    page: 'API_DeploymentEarlySuccessCriteria',
    says: 'a deployment is SUCCESSFUL when the percentage is healthy, the rest follows',
    async run(world) {
      await serving(world, {
        minimumHealthyPercent: 50,
        maximumPercent: 100,
        earlySuccessCriteria: {
          enable: true,
          healthyPercent: 50,
          sourceServiceRevisionCleanup: 'DEFERRED',
        },
      });
      await deploy(world);
      await world.clock.advance(60_000);
      const { startedAt, finishedAt } = await described(world);
      expect(Number(finishedAt) - Number(startedAt)).toBe(2000);
      expect((await service(world)).deployments).toMatchObject([{ runningCount: 2 }]);
    },
  },
  {
    page: 'API_DeploymentEarlySuccessCriteria',
    says: 'the healthy percentage is at least the minimum healthy percentage',
    async run(world) {
      const earlySuccessCriteria = {
        enable: true,
        healthyPercent: 40,
        sourceServiceRevisionCleanup: 'BLOCKING' as const,
      };
      const configuration = { minimumHealthyPercent: 50, earlySuccessCriteria };
      expect(await refusal(serving(world, configuration))).toMatch(
        /^InvalidParameterException: healthyPercent/,
      );
    },
  },
  {
    page: 'API_StopServiceDeployment',
    says: 'ROLLBACK is the default and works though no roll-back was configured',
    async run(world) {
      await serving(world);
      await deploy(world);
      await world.clock.advance(500);
      const arn = await stop(world);
      expect((await described(world, arn)).status).toBe('ROLLBACK_IN_PROGRESS');
      await world.clock.advance(10_000);
      expect((await described(world, arn)).status).toBe('ROLLBACK_SUCCESSFUL');
    },
  },
  {
    page: 'API_StopServiceDeployment',
    says: 'ABORT stops the deployment where it is',
    async run(world) {
      await serving(world);
      await deploy(world);
      await world.clock.advance(500);
      const arn = await stop(world, 'ABORT');
      expect(await described(world, arn)).toMatchObject({ status: 'STOPPED', stoppedAt: expect.any(Date) });
    },
  },
  {
    page: 'API_StopServiceDeployment',
    says: 'a deployment that has ended is refused with ConflictException, an unknown one as not found',
    async run(world) {
      await serving(world);
      expect(await refusal(stop(world))).toMatch(/^ConflictException/);
      const unknown = { serviceDeploymentArn: `${arnPrefix}gone` };
      expect(await refusal(world.ecs.send(new StopServiceDeploymentCommand(unknown)))).toMatch(
        /^ServiceDeploymentNotFoundException/,
      );
      const input = { ...unknown, hookId: 'x' };
      expect(await refusal(world.ecs.send(new ContinueServiceDeploymentCommand(input)))).toMatch(
        /^ServiceDeploymentNotFoundException/,
      );
    },
  },
  {
    page: 'service-throttle-logic',
    says: 'tasks that never run are started ever more slowly, with at most 27 minutes between',
    async run(world) {
      await serving(world);
      await deploy(world, broken);
      await world.clock.advance(60 * 60_000);
      const failed = async () => (await service(world)).deployments?.[0]?.failedTasks ?? 0;
      const before = await failed();
      await world.clock.advance(6 * 27 * 60_000);
      const later = (await failed()) - before;
      expect(later).toBeGreaterThanOrEqual(5);
      expect(later).toBeLessThanOrEqual(14);
    },
  },
];
