import {
  CreateServiceCommand,
  DescribeTasksCommand,
  ExecuteCommandCommand,
  GetTaskProtectionCommand,
  ListTasksCommand,
  StopTaskCommand,
  UpdateTaskProtectionCommand,
} from '@aws-sdk/client-ecs';
import { expect, vi } from 'vitest';
import { network } from '../../../local/ecs/testing.ts';
import { execClient } from '../../../local/exec/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import { eventsOf, look, prepare, run, runOne } from '../task-steps.ts';

const states = [
  'PROVISIONING',
  'PENDING',
  'ACTIVATING',
  'RUNNING',
  'DEACTIVATING',
  'STOPPING',
  'DEPROVISIONING',
  'STOPPED',
];

const lives: readonly Row[] = [
  {
    page: 'task-lifecycle-explanation',
    says: 'a task goes through all states, and each change has the next version',
    wants: { script: () => ({ stopMs: 100 }) },
    async run(world) {
      const task = await runOne(world);
      await world.ecs.send(new StopTaskCommand({ task: task.taskArn }));
      await world.clock.advance(1_000);
      const told = eventsOf(world, task);
      expect([...new Set(told.map(({ lastStatus }) => lastStatus))]).toEqual(states);
      expect(told.map(({ version }) => version)).toEqual(told.map((_, index) => index + 1));
    },
  },
  {
    page: 'API_StopTask',
    says: 'a task that was stopped by its user says so, with the reason that was given',
    async run(world) {
      const task = await runOne(world);
      const { task: stopping } = await world.ecs.send(
        new StopTaskCommand({ task: task.taskArn, reason: 'night is over' }),
      );
      expect(stopping).toMatchObject({ desiredStatus: 'STOPPED', lastStatus: 'RUNNING' });
      await world.clock.advance(10);
      expect(await look(world, task)).toMatchObject({
        lastStatus: 'STOPPED',
        stopCode: 'UserInitiated',
        stoppedReason: 'night is over',
        containers: [{ lastStatus: 'STOPPED', exitCode: 143 }],
      });
    },
  },
  {
    page: 'API_StopTask',
    says: 'a container that ignores SIGTERM is killed after 30 seconds, or its stopTimeout',
    wants: { script: () => ({ stopMs: 'never' }) },
    async run(world) {
      const usual = await runOne(world);
      await world.ecs.send(new StopTaskCommand({ task: usual.taskArn }));
      await world.clock.advance(29_900);
      expect((await look(world, usual)).lastStatus).toBe('STOPPING');
      await world.clock.advance(200);
      expect(await look(world, usual)).toMatchObject({
        lastStatus: 'STOPPED',
        containers: [{ exitCode: 137 }],
      });
      const patient = await runOne(world, { stopTimeout: 120 });
      await world.ecs.send(new StopTaskCommand({ task: patient.taskArn }));
      await world.clock.advance(119_900);
      expect((await look(world, patient)).lastStatus).toBe('STOPPING');
      await world.clock.advance(200);
      expect((await look(world, patient)).lastStatus).toBe('STOPPED');
    },
  },
  {
    page: 'API_Task',
    says: 'when an essential container ends its task stops with EssentialContainerExited',
    wants: { script: () => ({ exitAfterMs: 500, exitCode: 3 }) },
    async run(world) {
      const task = await runOne(world);
      await world.clock.advance(1_000);
      expect(await look(world, task)).toMatchObject({
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        containers: [{ exitCode: 3 }],
      });
    },
  },
  {
    page: 'stopped-task-error-codes',
    says: 'a task whose image cannot be pulled stops with TaskFailedToStart and CannotPullContainerError',
    wants: { script: () => ({ startError: 'CannotPullContainerError: pull access denied for shop' }) },
    async run(world) {
      expect(await look(world, await runOne(world))).toMatchObject({
        lastStatus: 'STOPPED',
        stopCode: 'TaskFailedToStart',
        stoppedReason: expect.stringMatching(/^CannotPullContainerError: /),
        containers: [{ reason: expect.stringMatching(/^CannotPullContainerError: /) }],
      });
    },
  },
  {
    page: 'stopped-task-error-codes',
    says: 'a container that took too much memory says OutOfMemoryError',
    wants: {
      script: () => ({
        exitAfterMs: 100,
        exitCode: 137,
        exitReason: 'OutOfMemoryError: Container killed due to memory usage',
      }),
    },
    async run(world) {
      const task = await runOne(world);
      await world.clock.advance(200);
      expect((await look(world, task)).containers).toMatchObject([
        { exitCode: 137, reason: expect.stringMatching(/^OutOfMemoryError: /) },
      ]);
    },
  },
  {
    page: 'stopped-task-errors',
    says: 'a stopped task is to be seen for an hour',
    wants: { script: () => ({ exitAfterMs: 0 }) },
    async run(world) {
      const task = await runOne(world);
      await world.clock.advance(3_590_000);
      expect((await look(world, task)).lastStatus).toBe('STOPPED');
      await world.clock.advance(11_000);
      const { failures } = await world.ecs.send(new DescribeTasksCommand({ tasks: [task.taskArn ?? ''] }));
      expect(failures).toEqual([{ arn: task.taskArn, reason: 'MISSING' }]);
    },
  },
  {
    page: 'API_StopTask',
    says: 'a task that is not there is an InvalidParameterException',
    async run(world) {
      await prepare(world);
      const stop = new StopTaskCommand({ task: 'f'.repeat(32) });
      expect(await refusal(world.ecs.send(stop))).toBe(
        'InvalidParameterException: The referenced task was not found.',
      );
    },
  },
];

const pair = (condition: 'START' | 'COMPLETE' | 'SUCCESS' | 'HEALTHY', more = {}) => ({
  containerDefinitions: [
    { name: 'app', image: 'shop:1', dependsOn: [{ containerName: 'first', condition }] },
    { name: 'first', image: 'first:1', essential: false, ...more },
  ],
});

const containers: readonly Row[] = [
  {
    page: 'API_ContainerDependency',
    says: 'SUCCESS waits until the other one has ended with 0',
    wants: { script: ({ image }) => (image === 'first:1' ? { exitAfterMs: 5_000, exitCode: 0 } : {}) },
    async run(world) {
      await prepare(world, pair('SUCCESS'));
      const [task = {}] = await run(world);
      await world.clock.advance(4_000);
      expect((await look(world, task)).lastStatus).toBe('PENDING');
      await world.clock.advance(2_000);
      expect((await look(world, task)).lastStatus).toBe('RUNNING');
    },
  },
  {
    page: 'API_ContainerDependency',
    says: 'a task whose dependency has failed does not start',
    wants: { script: ({ image }) => (image === 'first:1' ? { exitAfterMs: 10, exitCode: 1 } : {}) },
    async run(world) {
      await prepare(world, pair('SUCCESS'));
      const [task = {}] = await run(world);
      await world.clock.advance(100);
      expect(await look(world, task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    },
  },
  {
    page: 'API_ContainerDependency',
    says: 'HEALTHY waits until the other one’s health check passes',
    wants: { script: ({ image }) => (image === 'first:1' ? { healthyAfterMs: 7_000 } : {}) },
    async run(world) {
      await prepare(world, pair('HEALTHY', { healthCheck: { command: ['CMD', 'true'] } }));
      const [task = {}] = await run(world);
      await world.clock.advance(6_000);
      expect((await look(world, task)).lastStatus).toBe('PENDING');
      await world.clock.advance(5_000);
      expect((await look(world, task)).lastStatus).toBe('RUNNING');
    },
  },
  {
    page: 'API_ContainerDefinition',
    says: 'startTimeout of the dependency ends the wait, and the task',
    async run(world) {
      await prepare(world, pair('COMPLETE', { startTimeout: 60 }));
      const [task = {}] = await run(world);
      await world.clock.advance(59_000);
      expect((await look(world, task)).lastStatus).toBe('PENDING');
      await world.clock.advance(2_000);
      expect(await look(world, task)).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    },
  },
  {
    page: 'API_ContainerDefinition',
    says: 'what becomes of a container that is not essential does not affect the rest',
    wants: {
      script: ({ image }) => (image === 'first:1' ? { startError: 'CannotStartContainerError: no' } : {}),
    },
    async run(world) {
      await prepare(world, {
        containerDefinitions: [
          { name: 'app', image: 'shop:1' },
          { name: 'first', image: 'first:1', essential: false },
        ],
      });
      const [task = {}] = await run(world);
      await world.clock.advance(100);
      expect(await look(world, task)).toMatchObject({
        lastStatus: 'RUNNING',
        containers: [
          { lastStatus: 'RUNNING' },
          { lastStatus: 'STOPPED', reason: 'CannotStartContainerError: no' },
        ],
      });
    },
  },
  {
    page: 'API_HealthCheck',
    says: 'a container is UNHEALTHY after retries failures in a row, and a task outside a service runs on',
    wants: { script: () => ({ healthyAfterMs: 0, unhealthyAfterMs: 60_000 }) },
    async run(world) {
      const healthCheck = { command: ['CMD-SHELL', 'true'], interval: 10, retries: 3 };
      const task = await runOne(world, { healthCheck });
      await world.clock.advance(5_000);
      expect(await look(world, task)).toMatchObject({ healthStatus: 'HEALTHY' });
      await world.clock.advance(70_000);
      expect(await look(world, task)).toMatchObject({ healthStatus: 'HEALTHY' });
      await world.clock.advance(20_000);
      expect(await look(world, task)).toMatchObject({ healthStatus: 'UNHEALTHY', lastStatus: 'RUNNING' });
    },
  },
  {
    page: 'container-restart-policy',
    says: 'a container that ran for its period is started again, and its task goes on',
    wants: { script: () => ({ exitAfterMs: 301_000, exitCode: 1 }) },
    async run(world) {
      const task = await runOne(world, { restartPolicy: { enabled: true } });
      const { version } = await look(world, task);
      await world.clock.advance(302_000);
      expect(await look(world, task)).toMatchObject({ lastStatus: 'RUNNING', version });
      expect(world.runtime.started).toHaveLength(2);
    },
  },
  {
    page: 'container-restart-policy',
    says: 'it is not when it ended sooner, or with an exit code that is ignored',
    wants: {
      script: ({ image }) => ({ exitAfterMs: image === 'early:1' ? 59_000 : 90_000, exitCode: 7 }),
    },
    async run(world) {
      const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
      const early = await runOne(world, { image: 'early:1', restartPolicy });
      const ignored = await runOne(world, { restartPolicy: { ...restartPolicy, ignoredExitCodes: [7] } });
      await world.clock.advance(100_000);
      for (const task of [early, ignored]) {
        expect(await look(world, task)).toMatchObject({ stopCode: 'EssentialContainerExited' });
      }
    },
  },
  {
    page: 'secrets-envvar-secrets-manager',
    says: 'a secret is a variable; a key of its JSON can be named',
    wants: {
      secrets: { 'arn:aws:secretsmanager:us-east-1:000000000000:secret:db': '{"user":"shop"}', key: 'k' },
    },
    async run(world) {
      await runOne(world, {
        secrets: [
          { name: 'USER', valueFrom: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:db:user::' },
          { name: 'KEY', valueFrom: 'key' },
        ],
      });
      expect(world.runtime.launches[0]?.environment).toMatchObject({ USER: 'shop', KEY: 'k' });
    },
  },
  {
    page: 'stopped-task-error-codes',
    says: 'a task whose secret is not there stops with ResourceInitializationError',
    async run(world) {
      const task = await runOne(world, { secrets: [{ name: 'KEY', valueFrom: 'none' }] });
      expect(await look(world, task)).toMatchObject({
        stopCode: 'TaskFailedToStart',
        stoppedReason: expect.stringMatching(
          /^ResourceInitializationError: unable to pull secrets or registry auth/,
        ),
      });
    },
  },
  {
    page: 'use-environment-file',
    says: 'variables of the definition win over files, and of two files the first',
    wants: {
      objects: { 'arn:aws:s3:::config/one.env': 'A=1\nB=1\n#C=1', 'arn:aws:s3:::config/two.env': 'A=2\nD=2' },
    },
    async run(world) {
      await runOne(world, {
        environment: [{ name: 'B', value: '0' }],
        environmentFiles: [
          { type: 's3', value: 'arn:aws:s3:::config/one.env' },
          { type: 's3', value: 'arn:aws:s3:::config/two.env' },
        ],
      });
      expect(world.runtime.launches[0]?.environment).toMatchObject({ A: '1', B: '0', D: '2' });
      expect(world.runtime.launches[0]?.environment).not.toHaveProperty('C');
    },
  },
];

const read = async (url: string | undefined) =>
  (await fetch(url ?? '')).json() as Promise<Record<string, unknown>>;

const endpoints: readonly Row[] = [
  {
    page: 'task-metadata-endpoint-v4-fargate',
    says: 'a container learns of itself and its task at ECS_CONTAINER_METADATA_URI_V4',
    async run(world) {
      const task = await runOne(world);
      const uri = world.runtime.launches[0]?.environment.ECS_CONTAINER_METADATA_URI_V4;
      expect(await read(uri)).toMatchObject({ Name: 'app', KnownStatus: 'RUNNING', Type: 'NORMAL' });
      expect(await read(`${uri}/task`)).toMatchObject({
        TaskARN: task.taskArn,
        Family: 'web',
        Revision: '1',
        AvailabilityZone: expect.stringMatching(/^us-east-1[abc]$/),
        Containers: [{ Name: 'app' }],
      });
      expect(await read(`${uri}/stats`)).toMatchObject({ cpu_stats: { cpu_usage: {} }, memory_stats: {} });
    },
  },
  {
    page: 'task-iam-roles',
    says: 'a task with a role gets its credentials, one without a role does not',
    async run(world) {
      await prepare(world, { taskRoleArn: 'arn:aws:iam::000000000000:role/shop' });
      await run(world);
      await world.clock.advance(10);
      const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri } = world.runtime.launches[0]?.environment ?? {};
      expect(await read(uri)).toMatchObject({
        RoleArn: 'arn:aws:iam::000000000000:role/shop',
        AccessKeyId: expect.stringMatching(/^ASIA/),
        SecretAccessKey: expect.any(String),
        Token: expect.any(String),
        Expiration: expect.stringMatching(/^2026-11-20T\d\d:\d\d:\d\dZ$/),
      });
      await runOne(world);
      expect(world.runtime.launches.at(-1)?.environment).not.toHaveProperty(
        'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      );
    },
  },
  {
    page: 'task-scale-in-protection-endpoint',
    says: 'a task of a service protects itself at ECS_AGENT_URI, as UpdateTaskProtection does',
    async run(world) {
      await prepare(world);
      await world.ecs.send(
        new CreateServiceCommand({
          serviceName: 'web',
          taskDefinition: 'web',
          desiredCount: 1,
          launchType: 'FARGATE',
          networkConfiguration: network,
        }),
      );
      await world.clock.advance(100);
      const uri = `${world.runtime.launches[0]?.environment.ECS_AGENT_URI}/task-protection/v1/state`;
      const body = JSON.stringify({ ProtectionEnabled: true, ExpiresInMinutes: 60 });
      const answer = await fetch(uri, { method: 'PUT', body });
      expect(await answer.json()).toMatchObject({ protection: { ProtectionEnabled: true } });
      const { taskArns = [] } = await world.ecs.send(new ListTasksCommand({ serviceName: 'web' }));
      const asked = new GetTaskProtectionCommand({ cluster: 'default', tasks: taskArns });
      expect((await world.ecs.send(asked)).protectedTasks).toMatchObject([{ protectionEnabled: true }]);
    },
  },
  {
    page: 'API_UpdateTaskProtection',
    says: 'a task outside a service cannot be protected',
    async run(world) {
      const { taskArn = '' } = await runOne(world);
      const { failures } = await world.ecs.send(
        new UpdateTaskProtectionCommand({ cluster: 'default', tasks: [taskArn], protectionEnabled: true }),
      );
      expect(failures).toMatchObject([{ arn: taskArn, reason: 'TASK_NOT_VALID' }]);
    },
  },
  {
    page: 'API_ExecuteCommand',
    says: 'answers with a session at whose websocket the command runs, as Session Manager speaks it',
    async run(world) {
      const task = await runOne(world, {}, { enableExecuteCommand: true });
      const { containerName, interactive, session } = await world.ecs.send(
        new ExecuteCommandCommand({ task: task.taskArn, command: '/bin/sh', interactive: true }),
      );
      expect({ containerName, interactive }).toEqual({ containerName: 'app', interactive: true });
      const client = await execClient(session ?? {});
      await vi.waitFor(() => expect(client.printed()).toContain('$ /bin/sh'), { interval: 5 });
      client.type('exit\n');
      expect(await client.closed).toBe(1000);
    },
  },
  {
    page: 'ecs-exec-run',
    says: 'a task shows whether its execute command agent runs',
    async run(world) {
      const task = await runOne(world, {}, { enableExecuteCommand: true });
      expect((await look(world, task)).containers).toMatchObject([
        { managedAgents: [{ name: 'ExecuteCommandAgent', lastStatus: 'RUNNING' }] },
      ]);
    },
  },
  {
    page: 'API_ExecuteCommand',
    says: 'must have been enabled, and the task must run',
    async run(world) {
      const execute = (task: string | undefined) =>
        world.ecs.send(new ExecuteCommandCommand({ task, command: 'ls', interactive: true }));
      const plain = await runOne(world);
      expect(await refusal(execute(plain.taskArn))).toMatch(/^InvalidParameterException: /);
      const [able] = await run(world, { enableExecuteCommand: true });
      expect(await refusal(execute(able?.taskArn))).toBe('accepted');
      await world.ecs.send(new StopTaskCommand({ task: able?.taskArn }));
      await world.clock.advance(10);
      expect(await refusal(execute(able?.taskArn))).toMatch(/^TargetNotConnectedException: /);
    },
  },
];

/** A task's life, its containers, and what they find around them. */
export const tasks: readonly Row[] = [...lives, ...containers, ...endpoints];
