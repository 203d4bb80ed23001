import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { localAws, type TestAws } from 'berth/local';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

/**
 * How a project tests what it does with ECS: a Local AWS in the test's own process, containers that follow scripts,
 * and time that passes when the test says so.
 */
let aws: TestAws;
let ecs: ECSClient;

beforeAll(async () => {
  aws = await localAws({ runtime: 'scripted', clock: 'virtual' });
  ecs = new ECSClient(aws.clientConfig);
});
afterAll(async () => {
  ecs.destroy();
  await aws.stop();
});

const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-a', 'subnet-b'] } };

async function define(image: string): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'shop',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image }],
    }),
  );
  return taskDefinition!.taskDefinitionArn!;
}

const service = async () =>
  (await ecs.send(new DescribeServicesCommand({ services: ['shop'] }))).services![0]!;

beforeEach(async () => {
  await aws.reset();
  await ecs.send(new CreateClusterCommand({}));
});

async function deployShop(image: string): Promise<string> {
  const taskDefinition = await define(image);
  await ecs.send(
    new CreateServiceCommand({
      serviceName: 'shop',
      taskDefinition,
      desiredCount: 2,
      launchType: 'FARGATE',
      networkConfiguration,
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    }),
  );
  await aws.waitFor(async () => (await service()).deployments![0]!.rolloutState === 'COMPLETED');
  return taskDefinition;
}

test('a release that crashes is rolled back, and nobody waits for it', async () => {
  await aws.scripts.add({ image: 'shop:broken', script: { exitAfterSeconds: 5, exitCode: 1 } });
  const good = await deployShop('shop:good');
  await ecs.send(new UpdateServiceCommand({ service: 'shop', taskDefinition: await define('shop:broken') }));

  const rolledBack = await aws.waitFor(async () => {
    const found = await service();
    return found.taskDefinition === good && found.deployments![0]!.rolloutState === 'COMPLETED' && found;
  });

  expect(rolledBack).toMatchObject({ runningCount: 2, pendingCount: 0 });
  const failures = await aws.events({ detailType: 'ECS Deployment State Change' });
  expect(failures.map(({ event }) => (event.detail as { eventName: string }).eventName)).toContain(
    'SERVICE_DEPLOYMENT_FAILED',
  );
});

test('an answer that is lost is asked for again, and only one task runs', async () => {
  const taskDefinition = await define('job:1');
  await aws.faults.add({ kind: 'answer-lost', service: 'ecs', action: 'RunTask', count: 1 });

  // The SDK sends the same client token again.
  const { tasks } = await ecs.send(
    new RunTaskCommand({ taskDefinition, launchType: 'FARGATE', networkConfiguration }),
  );

  const { taskArns } = await ecs.send(new ListTasksCommand({}));
  expect(taskArns).toEqual([tasks![0]!.taskArn]);
  const calls = await aws.calls({ action: 'RunTask' });
  expect(calls.map(({ outcome }) => outcome.state)).toEqual(['answer-lost', 'succeeded']);
});

test('a job that takes a day takes no time', async () => {
  await aws.scripts.add({ image: 'job:*', script: { startDelaySeconds: 20, exitAfterSeconds: 86_400 } });
  const taskDefinition = await define('job:1');
  const { tasks } = await ecs.send(
    new RunTaskCommand({ taskDefinition, launchType: 'FARGATE', networkConfiguration }),
  );

  await aws.clock.advance(86_500);

  const { versions } = await aws.timeline(tasks![0]!.taskArn!);
  expect(versions.map(({ lastStatus }) => lastStatus)).toEqual(
    expect.arrayContaining(['PROVISIONING', 'PENDING', 'RUNNING', 'STOPPED']),
  );
  expect(versions.at(-1)!.atMs - versions[0]!.atMs).toBeGreaterThanOrEqual(86_420_000);
});
