import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localAws, type TestAws } from '../../local/vitest.ts';
import { notTried } from '../support/not-tried.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** The AWS CLI of this machine, undefined where there is none. */
const version = await run('aws', ['--version']).then(
  ({ stdout, stderr }) => (stdout || stderr).trim(),
  () => undefined,
);

describe.runIf(version !== undefined)(`the AWS CLI (${version})`, () => {
  let local: TestAws;
  beforeAll(async () => {
    local = await localAws({ runtime: 'process', steadySeconds: 0.5, log: () => {} });
  }, 60_000);
  afterAll(() => local?.stop(), 60_000);

  async function aws(...args: readonly string[]): Promise<Record<string, unknown>> {
    const { accessKeyId, secretAccessKey } = local.credentials;
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: local.region,
      AWS_PAGER: '',
      AWS_MAX_ATTEMPTS: '1',
    };
    const { stdout } = await run('aws', ['--endpoint-url', local.endpoint, '--output', 'json', ...args], {
      env,
    });
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  /** So many tasks have come so far. */
  const untilTasks = (status: string, count: number) =>
    local.waitFor(async () => {
      const events = await local.events({ detailType: 'ECS Task State Change' });
      const there = events.filter(
        ({ event }) => (event.detail as { readonly lastStatus: string }).lastStatus === status,
      );
      return new Set(there.map(({ event }) => event.resources[0])).size >= count;
    }, 60);

  const network = 'awsvpcConfiguration={subnets=[subnet-a],assignPublicIp=DISABLED}';
  const containers = JSON.stringify([
    {
      name: 'app',
      image: 'shop:1',
      command: ['/bin/sh', '-c', 'echo hello from the task; exec sleep 600'],
      stopTimeout: 2,
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': '/ecs/web',
          'awslogs-region': 'us-east-1',
          'awslogs-stream-prefix': 'web',
        },
      },
    },
  ]);

  test('creates a cluster, runs a service and a task, reads their logs and stops them', async () => {
    const created = await aws('ecs', 'create-cluster', '--cluster-name', 'web');
    expect(created).toMatchObject({ cluster: { clusterName: 'web', status: 'ACTIVE' } });
    const registered = await aws(
      ...['ecs', 'register-task-definition', '--family', 'web', '--network-mode', 'awsvpc'],
      ...['--requires-compatibilities', 'FARGATE', '--cpu', '256', '--memory', '512'],
      ...['--container-definitions', containers],
    );
    expect(registered).toMatchObject({ taskDefinition: { family: 'web', revision: 1, status: 'ACTIVE' } });
    await aws(
      ...['ecs', 'create-service', '--cluster', 'web', '--service-name', 'web', '--task-definition', 'web'],
      ...['--desired-count', '1', '--launch-type', 'FARGATE', '--network-configuration', network],
    );
    // The CLI's waiters look every 6 or 15 seconds: they are asked when there is nothing left to wait for.
    await untilTasks('RUNNING', 1);
    await aws('ecs', 'wait', 'services-stable', '--cluster', 'web', '--services', 'web');
    const { tasks } = (await aws(
      ...['ecs', 'run-task', '--cluster', 'web', '--task-definition', 'web:1', '--launch-type', 'FARGATE'],
      ...['--network-configuration', network, '--started-by', 'a-person'],
    )) as { tasks: { taskArn: string }[] };
    const task = tasks[0]!.taskArn;
    await untilTasks('RUNNING', 2);
    await aws('ecs', 'wait', 'tasks-running', '--cluster', 'web', '--tasks', task);
    const stream = `web/app/${task.slice(task.lastIndexOf('/') + 1)}`;
    const lines = await until('the task to be heard', async () => {
      const { events } = (await aws(
        ...['logs', 'get-log-events', '--log-group-name', '/ecs/web', '--log-stream-name', stream],
      )) as { events: { message: string }[] };
      return events.length > 0 && events;
    });
    expect(lines.map(({ message }) => message)).toEqual(['hello from the task']);

    await aws('ecs', 'stop-task', '--cluster', 'web', '--task', task, '--reason', 'enough');
    await aws('ecs', 'delete-service', '--cluster', 'web', '--service', 'web', '--force');
    await untilTasks('STOPPED', 2);
    await aws('ecs', 'wait', 'tasks-stopped', '--cluster', 'web', '--tasks', task);
    expect(await aws('ecs', 'describe-tasks', '--cluster', 'web', '--tasks', task)).toMatchObject({
      tasks: [{ lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'enough' }],
    });
  }, 120_000);

  test('is told what is wrong, and pages through lists', async () => {
    await expect(aws('ecs', 'describe-services', '--cluster', 'nowhere', '--services', 'x')).rejects.toThrow(
      /ClusterNotFoundException/,
    );
    for (const name of ['a', 'b', 'c']) await aws('ecs', 'create-cluster', '--cluster-name', `page-${name}`);
    const { clusterArns } = (await aws('ecs', 'list-clusters', '--page-size', '1')) as {
      clusterArns: string[];
    };
    expect(clusterArns.filter((arn) => arn.includes('/page-'))).toHaveLength(3);
  }, 60_000);
});

if (version === undefined) notTried('the AWS CLI is not tried here: there is no program aws');
