import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  type Service,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { targetGroupArn, webDefinition, webService } from '../../../local/ecs/testing.ts';
import type { Row } from '../row.ts';
import { look, prepare, runOne } from '../task-steps.ts';
import type { World } from '../world.ts';

const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } };
const isBroken = {
  script: ({ image }: { readonly image: string }) =>
    image === 'broken' ? { startError: 'CannotPullContainerError: no' } : { startDelayMs: 50, stopMs: 100 },
};

/** A service that has reached its steady state. */
async function serving(world: World, change: object = {}): Promise<Service> {
  await world.ecs.send(new CreateClusterCommand({}));
  await register(world, 'good');
  const input = webService({ ...change }) as unknown as CreateServiceCommandInput;
  await world.ecs.send(new CreateServiceCommand(input));
  await world.clock.advance(10_000);
  return await service(world);
}

async function register({ ecs }: World, image: string): Promise<void> {
  const definition = webDefinition({}, { image }) as unknown as RegisterTaskDefinitionCommandInput;
  await ecs.send(new RegisterTaskDefinitionCommand(definition));
}

async function deploy(world: World, image: string): Promise<void> {
  await register(world, image);
  await world.ecs.send(new UpdateServiceCommand({ service: 'web', taskDefinition: 'web' }));
}

async function service({ ecs }: World): Promise<Service> {
  const { services } = await ecs.send(new DescribeServicesCommand({ services: ['web'] }));
  return services?.[0] ?? {};
}

async function current({ ecs }: World, { currentServiceDeployment = '' }: Service) {
  const serviceDeploymentArns = [currentServiceDeployment];
  const { serviceDeployments } = await ecs.send(
    new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }),
  );
  return serviceDeployments?.[0] ?? {};
}

export const describing: readonly Row[] = [
  {
    page: 'API_RunTask',
    says: 'the interface of a task begins PRECREATED in its subnet; attached, it has an address and connects the task',
    async run(world) {
      await prepare(world);
      const begun = await runOne(world);
      expect(begun.attachments).toMatchObject([
        { type: 'ElasticNetworkInterface', status: 'PRECREATED', details: [{ name: 'subnetId' }] },
      ]);
      expect(begun.connectivity).toBeUndefined();
      await world.clock.advance(5_000);
      const running = await look(world, begun);
      const names = running.attachments?.[0]?.details?.map(({ name }) => name);
      const known = ['subnetId', 'networkInterfaceId', 'macAddress', 'privateDnsName', 'privateIPv4Address'];
      expect(names).toEqual(known);
      expect(running).toMatchObject({ attachments: [{ status: 'ATTACHED' }], connectivity: 'CONNECTED' });
    },
  },
  {
    page: 'API_ListTasks',
    says: 'a task that is told to stop is no longer among those with the desired status RUNNING; PENDING has none',
    async run(world) {
      await prepare(world);
      const { taskArn = '' } = await runOne(world);
      await world.clock.advance(5_000);
      await world.ecs.send(new StopTaskCommand({ task: taskArn }));
      const list = async (desiredStatus?: 'RUNNING' | 'PENDING' | 'STOPPED') =>
        (await world.ecs.send(new ListTasksCommand(desiredStatus ? { desiredStatus } : {}))).taskArns;
      expect(await list()).toEqual([]);
      expect(await list('PENDING')).toEqual([]);
      expect(await list('STOPPED')).toEqual([taskArn]);
    },
  },
  {
    page: 'API_DescribeServiceRevisions',
    says: 'a revision has the platform version that runs, and says that it has no Service Connect',
    async run(world) {
      const { targetServiceRevision } = await current(world, await serving(world));
      const serviceRevisionArns = [targetServiceRevision?.arn ?? ''];
      const answer = await world.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns }));
      expect(answer.serviceRevisions).toMatchObject([
        {
          platformVersion: '1.4.0',
          platformFamily: 'Linux',
          guardDutyEnabled: false,
          serviceConnectConfiguration: { enabled: false },
        },
      ]);
    },
  },
  {
    page: 'API_DescribeServices',
    says: 'a service has the platform version that was asked for, its deployments what that means',
    async run(world) {
      expect(await serving(world)).toMatchObject({
        platformVersion: 'LATEST',
        deployments: [{ platformVersion: '1.4.0' }],
      });
    },
  },
  {
    page: 'ecs_service_deployment_events',
    says: 'the deployment that a service rolls back to is PRIMARY again, and is what completes',
    wants: isBroken,
    async run(world) {
      const { deployments: [good] = [] } = await serving(world, { deploymentConfiguration: breaker });
      await deploy(world, 'broken');
      await world.clock.advance(60_000);
      const { deployments } = await service(world);
      expect(deployments).toMatchObject([
        { id: good?.id, status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: good?.taskDefinition },
      ]);
      const last = world.events.findLast((event) => event['detail-type'] === 'ECS Deployment State Change');
      expect(last?.detail).toMatchObject({
        eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
        deploymentId: good?.id,
      });
    },
  },
  {
    page: 'API_ServiceDeploymentCircuitBreaker',
    says: 'what tripped the circuit breaker is still told when tasks of the roll-back are healthy',
    wants: isBroken,
    async run(world) {
      await serving(world, { deploymentConfiguration: breaker });
      await deploy(world, 'broken');
      await world.clock.advance(60_000);
      for (const { arn } of world.engine.liveTasks()) {
        await world.ecs.send(new StopTaskCommand({ task: arn }));
      }
      await world.clock.advance(60_000);
      expect(await current(world, await service(world))).toMatchObject({
        status: 'ROLLBACK_SUCCESSFUL',
        deploymentCircuitBreaker: { status: 'TRIGGERED', failureCount: 3, threshold: 3 },
      });
    },
  },
  {
    page: 'API_Deployment',
    says: 'a task that a user stops is no failed task of the deployment, however often that happens',
    async run(world) {
      await serving(world, { deploymentConfiguration: breaker });
      await deploy(world, 'good:2');
      for (let stop = 0; stop < 5; stop += 1) {
        await world.clock.advance(100);
        const { taskArns = [] } = await world.ecs.send(new ListTasksCommand({}));
        for (const task of taskArns) await world.ecs.send(new StopTaskCommand({ task }));
      }
      expect((await service(world)).deployments?.[0]).toMatchObject({
        rolloutState: 'IN_PROGRESS',
        failedTasks: 0,
      });
      await world.clock.advance(60_000);
      expect((await service(world)).deployments).toMatchObject([{ rolloutState: 'COMPLETED' }]);
    },
  },
  {
    page: 'service-event-messages-list',
    says: 'a task whose health check by the load balancer fails is named with port and target group',
    async run(world) {
      const loadBalancers = [{ targetGroupArn, containerName: 'app', containerPort: 8080 }];
      await serving(world, { loadBalancers });
      const [target] = world.targets.registered.values();
      world.targets.judge = ({ address }) => (address === target?.address ? 'unhealthy' : 'healthy');
      world.targets.changed();
      await world.clock.advance(5_000);
      const group = `\\(target-group ${targetGroupArn}\\)`;
      const messages = ((await service(world)).events ?? []).map(({ message }) => message);
      expect(messages).toContainEqual(
        expect.stringMatching(
          new RegExp(
            `^\\(service web\\) \\(task [0-9a-f]{32}\\) \\(port 8080\\) is unhealthy in ${group} due to`,
          ),
        ),
      );
    },
  },
  {
    page: 'API_DeploymentConfiguration',
    says: 'with 50 and 100 percent two of four tasks stop before two new ones start',
    async run(world) {
      const deploymentConfiguration = { minimumHealthyPercent: 50, maximumPercent: 100 };
      await serving(world, { desiredCount: 4, deploymentConfiguration });
      await deploy(world, 'good:2');
      await world.clock.advance(0);
      const counts = ((await service(world)).deployments ?? []).map(
        ({ runningCount = 0, pendingCount = 0 }) => [runningCount + pendingCount],
      );
      expect(counts).toEqual([[2], [2]]);
      await world.clock.advance(60_000);
      expect((await service(world)).deployments).toMatchObject([
        { rolloutState: 'COMPLETED', runningCount: 4 },
      ]);
    },
  },
];
