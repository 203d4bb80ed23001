import {
  type ConflictException,
  CreateClusterCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  paginateListTasks,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  waitUntilTasksRunning,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import { look, prepare, run, runOne } from '../task-steps.ts';

const hourMs = 3_600_000;

const tokens: readonly Row[] = [
  {
    page: 'ECS_Idempotency',
    says: 'the same token and parameters answer with the tasks of the first call',
    async run(world) {
      await prepare(world);
      const first = await run(world, { clientToken: 'once', count: 3 });
      const again = await run(world, { clientToken: 'once', count: 3 });
      expect(again.map(({ taskArn }) => taskArn)).toEqual(first.map(({ taskArn }) => taskArn));
    },
  },
  {
    page: 'ECS_Idempotency',
    says: 'the same token with other parameters is a ConflictException whose resourceIds are the tasks',
    async run(world) {
      await prepare(world);
      const first = await run(world, { clientToken: 'once', count: 2 });
      const refused = await run(world, { clientToken: 'once', count: 1 }).catch(
        (error: ConflictException) => error,
      );
      expect(refused).toMatchObject({
        name: 'ConflictException',
        resourceIds: first.map(({ taskArn }) => taskArn),
      });
    },
  },
  {
    page: 'ECS_Idempotency',
    says: 'a token counts within its cluster',
    async run(world) {
      await prepare(world);
      await world.ecs.send(new CreateClusterCommand({ clusterName: 'other' }));
      const [first] = await run(world, { clientToken: 'once' });
      const [second] = await run(world, { clientToken: 'once', cluster: 'other' });
      expect(first?.taskArn).not.toBe(second?.taskArn);
    },
  },
  {
    page: 'ECS_Idempotency',
    says: 'tasks that have stopped come back with their ARN and status only',
    wants: { script: () => ({ exitAfterMs: 100 }) },
    async run(world) {
      await prepare(world);
      const [first] = await run(world, { clientToken: 'once' });
      await world.clock.advance(1_000);
      expect(await run(world, { clientToken: 'once' })).toEqual([
        { taskArn: first?.taskArn, lastStatus: 'STOPPED', desiredStatus: 'STOPPED' },
      ]);
    },
  },
  {
    page: 'ECS_Idempotency',
    says: 'an hour after its task has stopped a token starts another',
    wants: { script: () => ({ exitAfterMs: 100 }) },
    async run(world) {
      await prepare(world);
      const [first] = await run(world, { clientToken: 'once' });
      await world.clock.advance(hourMs + 1_000);
      const [second] = await run(world, { clientToken: 'once' });
      expect(second?.taskArn).not.toBe(first?.taskArn);
    },
  },
  {
    page: 'ECS_Idempotency',
    says: 'after 24 hours a token starts another task, though the first one runs',
    async run(world) {
      await prepare(world);
      const [first] = await run(world, { clientToken: 'once' });
      await world.clock.advance(24 * hourMs);
      const [second] = await run(world, { clientToken: 'once' });
      expect(second?.taskArn).not.toBe(first?.taskArn);
      expect((await look(world, first ?? {})).lastStatus).toBe('RUNNING');
    },
  },
  {
    page: 'API_RunTask',
    says: 'a client token has up to 64 characters of ASCII 33 to 126',
    async run(world) {
      await prepare(world);
      expect(await run(world, { clientToken: '~'.repeat(64) })).toHaveLength(1);
      for (const clientToken of ['x'.repeat(65), 'a b', 'ü']) {
        expect(await refusal(run(world, { clientToken }))).toMatch(/^InvalidParameterException: /);
      }
    },
  },
];

const requests: readonly Row[] = [
  {
    page: 'API_RunTask',
    says: 'starts up to ten tasks at once',
    async run(world) {
      await prepare(world);
      expect(await run(world, { count: 10 })).toHaveLength(10);
      for (const count of [0, 11]) {
        expect(await refusal(run(world, { count }))).toMatch(/^InvalidParameterException: /);
      }
    },
  },
  {
    page: 'API_RunTask',
    says: 'a task is in the group of its family unless another one is given',
    async run(world) {
      await prepare(world);
      expect((await run(world))[0]?.group).toBe('family:web');
      expect((await run(world, { group: 'nightly' }))[0]?.group).toBe('nightly');
    },
  },
  {
    page: 'API_RunTask',
    says: 'the latest ACTIVE revision runs when none is named',
    async run(world) {
      await prepare(world);
      await prepare(world);
      expect((await run(world))[0]?.taskDefinitionArn).toMatch(/:task-definition\/web:2$/);
      expect((await run(world, { taskDefinition: 'web:1' }))[0]?.taskDefinitionArn).toMatch(/\/web:1$/);
    },
  },
  {
    page: 'API_RunTask',
    says: 'a task definition that is not there is a ClientException',
    async run(world) {
      await prepare(world);
      expect(await refusal(run(world, { taskDefinition: 'none' }))).toBe(
        'ClientException: TaskDefinition not found.',
      );
    },
  },
  {
    page: 'API_RunTask',
    says: 'tags are those given and, with propagateTags, those of the task definition',
    async run(world) {
      await prepare(world, {
        tags: [
          { key: 'team', value: 'shop' },
          { key: 'tier', value: 'web' },
        ],
      });
      const tags = [{ key: 'team', value: 'night' }];
      const [plain = {}] = await run(world, { tags });
      expect((await look(world, plain)).tags).toEqual(tags);
      const [inheriting = {}] = await run(world, { tags, propagateTags: 'TASK_DEFINITION' });
      expect((await look(world, inheriting)).tags).toEqual([...tags, { key: 'tier', value: 'web' }]);
      expect(await refusal(run(world, { propagateTags: 'SERVICE' }))).toMatch(/^InvalidParameterException: /);
    },
  },
  {
    page: 'API_TaskOverride',
    says: 'cpu, memory, storage and roles of a task can be overridden',
    async run(world) {
      await prepare(world);
      const overrides = {
        cpu: '1 vCPU',
        memory: '2 GB',
        ephemeralStorage: { sizeInGiB: 40 },
        taskRoleArn: 'arn:aws:iam::000000000000:role/other',
      };
      const [task] = await run(world, { overrides });
      expect(task).toMatchObject({
        cpu: '1024',
        memory: '2048',
        ephemeralStorage: { sizeInGiB: 40 },
        overrides: { taskRoleArn: overrides.taskRoleArn },
      });
      expect(await refusal(run(world, { overrides: { cpu: '256', memory: '9000' } }))).toMatch(
        /^ClientException: No Fargate configuration exists for given values/,
      );
    },
  },
  {
    page: 'API_ContainerOverride',
    says: 'command and environment of a container can be overridden, others keep what the definition says',
    async run(world) {
      const environment = [
        { name: 'COLOUR', value: 'red' },
        { name: 'SIZE', value: 'small' },
      ];
      await prepare(world, {}, { command: ['serve'], environment });
      const override = {
        name: 'app',
        command: ['migrate'],
        environment: [{ name: 'COLOUR', value: 'blue' }],
      };
      const [task] = await run(world, { overrides: { containerOverrides: [override] } });
      await world.clock.advance(10);
      expect(task?.overrides?.containerOverrides).toEqual([override]);
      expect(world.runtime.launches[0]).toMatchObject({
        command: ['migrate'],
        environment: { COLOUR: 'blue', SIZE: 'small' },
      });
    },
  },
  {
    page: 'API_ContainerOverride',
    says: 'a container that the definition does not have cannot be overridden',
    async run(world) {
      await prepare(world);
      const overrides = { containerOverrides: [{ name: 'nobody' }] };
      expect(await refusal(run(world, { overrides }))).toMatch(
        /^InvalidParameterException: Override for container named nobody is not a container in the TaskDefinition/,
      );
    },
  },
  {
    page: 'API_TaskOverride',
    says: 'overrides have at most 8192 characters',
    async run(world) {
      await prepare(world);
      const environment = [{ name: 'LONG', value: 'x'.repeat(8192) }];
      const overrides = { containerOverrides: [{ name: 'app', environment }] };
      expect(await refusal(run(world, { overrides }))).toMatch(/^InvalidParameterException: /);
    },
  },
  {
    page: 'API_RunTask',
    says: 'startedBy has at most 128 characters',
    async run(world) {
      await prepare(world);
      expect((await run(world, { startedBy: 'x'.repeat(128) }))[0]?.startedBy).toHaveLength(128);
      expect(await refusal(run(world, { startedBy: 'x'.repeat(129) }))).toMatch(
        /^InvalidParameterException: /,
      );
    },
  },
];

const others: readonly Row[] = [
  {
    page: 'API_ListTasks',
    says: 'lists running tasks unless told STOPPED, by family, startedBy and launch type',
    async run(world) {
      await prepare(world);
      await prepare(world, { family: 'other' });
      const [web] = await run(world, { startedBy: 'night' });
      const [other = {}] = await run(world, { taskDefinition: 'other' });
      await world.ecs.send(new StopTaskCommand({ task: other.taskArn }));
      const list = async (filter: object) => (await world.ecs.send(new ListTasksCommand(filter))).taskArns;
      expect(await list({})).toEqual([web?.taskArn]);
      expect(await list({ desiredStatus: 'STOPPED' })).toEqual([other.taskArn]);
      expect(await list({ family: 'web' })).toEqual([web?.taskArn]);
      expect(await list({ family: 'other' })).toEqual([]);
      expect(await list({ startedBy: 'night' })).toEqual([web?.taskArn]);
      expect(await list({ launchType: 'EC2' })).toEqual([]);
    },
  },
  {
    page: 'API_ListTasks',
    says: 'startedBy must be the only filter',
    async run(world) {
      await prepare(world);
      const both = new ListTasksCommand({ startedBy: 'night', family: 'web' });
      expect(await refusal(world.ecs.send(both))).toMatch(/^InvalidParameterException: /);
    },
  },
  {
    page: 'API_ListTasks',
    says: 'gives pages that together are all tasks, each once',
    async run(world) {
      await prepare(world);
      const started = await run(world, { count: 7 });
      const listed: string[] = [];
      for await (const page of paginateListTasks({ client: world.ecs, pageSize: 3 }, {})) {
        listed.push(...(page.taskArns ?? []));
      }
      expect(listed.toSorted()).toEqual(started.map(({ taskArn }) => taskArn).toSorted());
    },
  },
  {
    page: 'API_DescribeTasks',
    says: 'a task that is not there is a failure with the reason MISSING; tags are shown when asked for',
    async run(world) {
      const task = await runOne(world, {}, { tags: [{ key: 'team', value: 'shop' }] });
      const { tasks, failures } = await world.ecs.send(
        new DescribeTasksCommand({ tasks: [task.taskArn ?? '', 'f'.repeat(32)] }),
      );
      expect(tasks).toMatchObject([{ taskArn: task.taskArn, tags: [] }]);
      expect(failures).toMatchObject([{ arn: expect.stringMatching(/f{32}$/), reason: 'MISSING' }]);
      expect((await look(world, task)).tags).toEqual([{ key: 'team', value: 'shop' }]);
    },
  },
  {
    page: 'API_DescribeTasks',
    says: 'describes up to 100 tasks, and not none',
    async run(world) {
      await prepare(world);
      const ids = Array.from({ length: 101 }, (_, index) => String(index).padStart(32, '0'));
      const ask = (tasks: string[]) => world.ecs.send(new DescribeTasksCommand({ tasks }));
      expect((await ask(ids.slice(1))).failures).toHaveLength(100);
      expect(await refusal(ask(ids))).toMatch(/^InvalidParameterException: /);
      expect(await refusal(ask([]))).toMatch(/^InvalidParameterException: /);
    },
  },
  {
    page: 'API_RunTask',
    says: 'a cluster that is not there is a ClusterNotFoundException',
    async run({ ecs }) {
      const request = new RunTaskCommand({ cluster: 'gone', taskDefinition: 'web' });
      expect(await refusal(ecs.send(request))).toBe('ClusterNotFoundException: Cluster not found.');
    },
  },
  {
    page: 'API_RunTask',
    says: 'the SDK’s waiters see a task run and stop',
    async run(world) {
      const task = await runOne(world);
      const waiter = { client: world.ecs, maxWaitTime: 10, minDelay: 1, maxDelay: 1 };
      const tasks = [task.taskArn ?? ''];
      expect((await waitUntilTasksRunning(waiter, { tasks })).state).toBe('SUCCESS');
      await world.ecs.send(new StopTaskCommand({ task: task.taskArn }));
      await world.clock.advance(10);
      expect((await waitUntilTasksStopped(waiter, { tasks })).state).toBe('SUCCESS');
    },
  },
  {
    page: 'use-environment-file',
    says: 'environment files are objects of S3 whose names end with .env, at most ten of them',
    async run({ ecs }) {
      const register = (environmentFiles: { type: 's3'; value: string }[]) =>
        ecs.send(
          new RegisterTaskDefinitionCommand({
            family: 'web',
            containerDefinitions: [{ name: 'app', image: 'shop:1', memory: 128, environmentFiles }],
          }),
        );
      const good = { type: 's3', value: 'arn:aws:s3:::config/web.env' } as const;
      expect((await register([good])).taskDefinition?.revision).toBe(1);
      expect(await refusal(register([{ type: 's3', value: 'arn:aws:s3:::config/web.txt' }]))).toMatch(
        /^ClientException: /,
      );
      expect(await refusal(register(Array.from({ length: 11 }, () => good)))).toMatch(/^ClientException: /);
    },
  },
];

/** RunTask with its tokens and overrides, and how tasks are listed and described. */
export const runTask: readonly Row[] = [...tokens, ...requests, ...others];
