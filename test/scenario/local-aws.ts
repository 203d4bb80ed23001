import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  paginateListServices,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { localAws, type TestAws } from '../../local/vitest.ts';
import { freePorts } from '../support/ports.ts';

type RuntimeName = 'process' | 'docker' | 'scripted';

const cluster = 'shop';
const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'] } };

/** What a container does: as a program of Node's, and as a script where there are no programs. */
const programs = {
  v1: { program: serving('v1'), script: { startDelaySeconds: 10, stopSeconds: 2 } },
  v2: { program: serving('v2'), script: { startDelaySeconds: 10, stopSeconds: 2 } },
  broken: { program: 'process.exit(3)', script: { exitAfterSeconds: 1, exitCode: 3 } },
  job: { program: 'setTimeout(() => process.exit(7), 200)', script: { exitAfterSeconds: 60, exitCode: 7 } },
} as const;
type Program = keyof typeof programs;

function serving(version: string): string {
  const listen = "listen(8080, process.env.HOST ?? '0.0.0.0')";
  return `require('node:http').createServer((_, answer) => answer.end('${version}')).${listen};
    process.on('SIGTERM', () => process.exit(0));`;
}

/** What holds for Local AWS on any runtime, through the SDK's own clients, waiters and paginators. */
export function localAwsScenarios(runtime: RuntimeName, image: string): void {
  let aws: TestAws;
  let ecs: ECSClient;
  let elb: ElasticLoadBalancingV2Client;

  beforeAll(async () => {
    aws = await localAws({ runtime, steadySeconds: runtime === 'scripted' ? 40 : 3, log: () => {} });
    ecs = new ECSClient(aws.clientConfig);
    elb = new ElasticLoadBalancingV2Client(aws.clientConfig);
  }, 60_000);
  afterAll(async () => {
    ecs?.destroy();
    elb?.destroy();
    await aws?.stop();
  }, 60_000);
  beforeEach(async () => {
    await aws.reset();
    await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    // The SDK's waiters wait by the time of the machine: time must pass in the world, too.
    if (runtime === 'scripted') await aws.clock.autoAdvance(7 * 86_400);
  });

  async function define(program: Program): Promise<string> {
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [
          {
            name: 'app',
            image,
            command: ['node', '-e', programs[program].program],
            portMappings: [{ containerPort: 8080 }],
            dockerLabels: { 'berth.script': JSON.stringify(programs[program].script) },
            stopTimeout: 5,
          },
        ],
      }),
    );
    return taskDefinition!.taskDefinitionArn!;
  }

  const run = async (program: Program): Promise<string> => {
    const wanted = { cluster, taskDefinition: await define(program), networkConfiguration };
    const { tasks } = await ecs.send(new RunTaskCommand({ ...wanted, launchType: 'FARGATE' }));
    return tasks![0]!.taskArn!;
  };
  const describeTask = async (task: string) =>
    (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))).tasks![0]!;
  const service = async () =>
    (await ecs.send(new DescribeServicesCommand({ cluster, services: ['web'] }))).services![0]!;
  const waiting = { maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.2 };
  /** The SDK's waiter does not ask whether anybody is healthy: a deployment is over when it is COMPLETED. */
  const stable = async () => {
    await waitUntilServicesStable({ client: ecs, ...waiting }, { cluster, services: ['web'] });
    await aws.waitFor(async () => (await service()).deployments![0]!.rolloutState === 'COMPLETED', 60);
    await waitUntilServicesStable({ client: ecs, ...waiting }, { cluster, services: ['web'] });
  };
  const listed = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const page of paginateListTasks({ client: ecs, pageSize: 1 }, { cluster, serviceName: 'web' }))
      found.push(...(page.taskArns ?? []));
    return found;
  };

  async function balance(): Promise<{ readonly targetGroupArn: string; readonly url: string }> {
    const [port = 0] = await freePorts(1);
    const balancer = await elb.send(new CreateLoadBalancerCommand({ Name: 'front', Subnets: ['subnet-a'] }));
    const group = await elb.send(
      new CreateTargetGroupCommand({
        ...{ Name: 'web', Port: 8080, Protocol: 'HTTP', TargetType: 'ip', VpcId: 'vpc-1' },
        ...{ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2, UnhealthyThresholdCount: 2 },
      }),
    );
    const targetGroupArn = group.TargetGroups![0]!.TargetGroupArn!;
    await elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: balancer.LoadBalancers![0]!.LoadBalancerArn!,
        Port: port,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
      }),
    );
    return { targetGroupArn, url: `http://127.0.0.1:${port}/` };
  }

  async function serve(program: Program, targetGroupArn?: string): Promise<void> {
    await ecs.send(
      new CreateServiceCommand({
        ...{ cluster, serviceName: 'web', taskDefinition: await define(program), desiredCount: 2 },
        ...{ launchType: 'FARGATE', networkConfiguration },
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
        ...(targetGroupArn === undefined
          ? {}
          : { loadBalancers: [{ targetGroupArn, containerName: 'app', containerPort: 8080 }] }),
      }),
    );
    await stable();
  }

  describe(`Local AWS, runtime ${runtime}`, () => {
    test('a task runs to its end and says how it ended', async () => {
      const task = await run('job');
      await waitUntilTasksStopped({ client: ecs, ...waiting }, { cluster, tasks: [task] });
      expect(await describeTask(task)).toMatchObject({
        lastStatus: 'STOPPED',
        stopCode: 'EssentialContainerExited',
        containers: [{ exitCode: 7 }],
      });
      const { versions } = await aws.timeline(task);
      expect(versions.map(({ version }) => version)).toEqual(versions.map((_, index) => index + 1));
    });

    test('a task that runs is stopped when somebody asks for it', async () => {
      const task = await run('v1');
      await waitUntilTasksRunning({ client: ecs, ...waiting }, { cluster, tasks: [task] });
      await ecs.send(new StopTaskCommand({ cluster, task, reason: 'enough' }));
      await waitUntilTasksStopped({ client: ecs, ...waiting }, { cluster, tasks: [task] });
      expect(await describeTask(task)).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'enough' });
    });

    test('a service behind a load balancer is updated, and ends', async () => {
      const { targetGroupArn, url } = await balance();
      await serve('v1', targetGroupArn);
      const health = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }));
      const states = health.TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth!.State);
      expect(states).toEqual(['healthy', 'healthy']);
      const answered = async () => (await fetch(url)).text();
      if (runtime !== 'scripted') expect(await answered()).toBe('v1');

      const taskDefinition = await define('v2');
      await ecs.send(new UpdateServiceCommand({ cluster, service: 'web', taskDefinition }));
      await stable();
      expect(await service()).toMatchObject({
        taskDefinition,
        runningCount: 2,
        deployments: [{ taskDefinition, rolloutState: 'COMPLETED' }],
      });
      const tasks = await listed();
      expect(new Set(tasks).size).toBe(2);
      for (const task of tasks)
        expect(await describeTask(task)).toMatchObject({ taskDefinitionArn: taskDefinition });
      if (runtime !== 'scripted') expect(await answered()).toBe('v2');

      const services: string[] = [];
      for await (const page of paginateListServices({ client: ecs, pageSize: 1 }, { cluster }))
        services.push(...(page.serviceArns ?? []));
      expect(services).toHaveLength(1);
      await ecs.send(new DeleteServiceCommand({ cluster, service: 'web', force: true }));
      await waitUntilServicesInactive({ client: ecs, ...waiting }, { cluster, services: ['web'] });
    });

    test('a release that crashes is rolled back by the circuit breaker', async () => {
      await serve('v1');
      const { taskDefinition: good } = await service();
      await ecs.send(
        new UpdateServiceCommand({ cluster, service: 'web', taskDefinition: await define('broken') }),
      );
      await aws.waitFor(async () => {
        const { taskDefinition, deployments } = await service();
        return (
          taskDefinition === good &&
          deployments!.length === 1 &&
          deployments![0]!.rolloutState === 'COMPLETED'
        );
      }, 120);
      expect(await service()).toMatchObject({ runningCount: 2, pendingCount: 0 });
      const told = await aws.events({ detailType: 'ECS Deployment State Change' });
      const names = told.map(({ event }) => (event.detail as { readonly eventName: string }).eventName);
      expect(names).toEqual([
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'SERVICE_DEPLOYMENT_COMPLETED',
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'SERVICE_DEPLOYMENT_FAILED',
        'SERVICE_DEPLOYMENT_IN_PROGRESS',
        'SERVICE_DEPLOYMENT_COMPLETED',
      ]);
    }, 130_000);
  });
}
