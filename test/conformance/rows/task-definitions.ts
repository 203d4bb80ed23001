import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { network } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import { onFargate, register } from '../registration.ts';
import type { Row } from '../row.ts';

export const taskDefinitions: readonly Row[] = [
  {
    page: 'API_RegisterTaskDefinition',
    says: 'each registration of a family is its next revision, by its full ARN',
    async run(world) {
      expect(await register(world)).toMatchObject({ revision: 1, status: 'ACTIVE' });
      expect(await register(world)).toMatchObject({
        revision: 2,
        taskDefinitionArn: 'arn:aws:ecs:us-east-1:000000000000:task-definition/web:2',
      });
    },
  },
  {
    page: 'API_ContainerDefinition',
    says: 'what is left out is filled in: essential, cpu 0, tcp, and empty lists',
    async run(world) {
      const definition = await register(world, {}, { portMappings: [{ containerPort: 80 }] });
      expect(definition).toMatchObject({ networkMode: 'bridge', volumes: [], placementConstraints: [] });
      expect(definition?.containerDefinitions?.[0]).toMatchObject({
        essential: true,
        cpu: 0,
        environment: [],
        mountPoints: [],
        volumesFrom: [],
        portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
      });
    },
  },
  {
    page: 'API_TaskDefinition',
    says: 'sizes with units become CPU units and MiB',
    async run(world) {
      const definition = await register(world, { ...onFargate, cpu: '1 vCPU', memory: '2 GB' });
      expect(definition).toMatchObject({ cpu: '1024', memory: '2048' });
    },
  },
  {
    page: 'API_TaskDefinition',
    says: 'compatibilities says where it could run, asked for or not',
    async run(world) {
      expect((await register(world))?.compatibilities).toEqual(['EXTERNAL', 'EC2']);
      expect((await register(world, onFargate))?.compatibilities).toEqual(['EC2', 'FARGATE']);
    },
  },
  {
    page: 'API_TaskDefinition',
    says: 'requiresAttributes names what an agent must be capable of',
    async run(world) {
      const definition = await register(
        world,
        {
          ...onFargate,
          executionRoleArn: 'arn:aws:iam::000000000000:role/e',
          taskRoleArn: 'arn:aws:iam::000000000000:role/t',
        },
        {
          image: '000000000000.dkr.ecr.us-east-1.amazonaws.com/shop:1',
          secrets: [{ name: 'KEY', valueFrom: 'parameter' }],
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': '/shop', 'awslogs-region': 'us-east-1' },
          },
        },
      );
      const names = definition?.requiresAttributes?.map(({ name }) => name);
      for (const name of [
        'com.amazonaws.ecs.capability.logging-driver.awslogs',
        'ecs.capability.execution-role-awslogs',
        'com.amazonaws.ecs.capability.ecr-auth',
        'ecs.capability.execution-role-ecr-pull',
        'com.amazonaws.ecs.capability.docker-remote-api.1.19',
        'com.amazonaws.ecs.capability.task-iam-role',
        'ecs.capability.secrets.ssm.environment-variables',
        'ecs.capability.task-eni',
      ])
        expect(names).toContain(name);
    },
  },
  {
    page: 'API_HealthCheck',
    says: 'the interval is 30 seconds, the timeout 5 and the retries 3 unless told otherwise',
    async run(world) {
      const definition = await register(world, {}, { healthCheck: { command: ['CMD-SHELL', 'true'] } });
      expect(definition?.containerDefinitions?.[0]?.healthCheck).toMatchObject({
        interval: 30,
        timeout: 5,
        retries: 3,
      });
    },
  },
  {
    page: 'API_PortMapping',
    says: 'a range of ports is taken as first-last, without a port besides',
    async run(world) {
      const definition = await register(world, {}, { portMappings: [{ containerPortRange: '8000-8010' }] });
      expect(definition?.containerDefinitions?.[0]?.portMappings).toEqual([
        { containerPortRange: '8000-8010', protocol: 'tcp' },
      ]);
      const both = register(
        world,
        {},
        { portMappings: [{ containerPortRange: '8000-8010', containerPort: 80 }] },
      );
      expect(await refusal(both)).toMatch(/^ClientException/);
    },
  },
  {
    page: 'API_DescribeTaskDefinition',
    says: 'a family is its latest ACTIVE revision, and tags come only when asked for',
    async run(world) {
      const { ecs } = world;
      await register(world);
      await register(world, { tags: [{ key: 'team', value: 'shop' }] });
      const byFamily = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web' }));
      expect(byFamily.taskDefinition?.revision).toBe(2);
      expect(byFamily.tags).toBeUndefined();
      const input = { taskDefinition: 'web:2', include: ['TAGS' as const] };
      expect((await ecs.send(new DescribeTaskDefinitionCommand(input))).tags).toEqual([
        { key: 'team', value: 'shop' },
      ]);
      await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:2' }));
      const after = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web' }));
      expect(after.taskDefinition?.revision).toBe(1);
    },
  },
  {
    page: 'API_DescribeTaskDefinition',
    says: 'one that is not there is a ClientException',
    async run({ ecs }) {
      expect(await refusal(ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'gone:1' })))).toBe(
        'ClientException: Unable to describe task definition.',
      );
    },
  },
  {
    page: 'API_DeregisterTaskDefinition',
    says: 'it names a revision, and makes it INACTIVE with the time',
    async run(world) {
      await register(world);
      const deregister = (taskDefinition: string) =>
        world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
      expect(await refusal(deregister('web'))).toBe('ClientException: Revision is missing.');
      expect(await refusal(deregister('web:one'))).toBe(
        'ClientException: Invalid revision number. Number: one',
      );
      expect((await deregister('web:1')).taskDefinition).toMatchObject({
        status: 'INACTIVE',
        deregisteredAt: expect.any(Date),
      });
    },
  },
  {
    page: 'API_DeregisterTaskDefinition',
    says: 'an INACTIVE revision runs no new tasks',
    async run(world) {
      world.call('CreateCluster');
      await register(world, onFargate);
      await world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }));
      const run = new RunTaskCommand({
        taskDefinition: 'web:1',
        launchType: 'FARGATE',
        networkConfiguration: network,
      });
      expect(await refusal(world.ecs.send(run))).toMatch(/inactive/i);
    },
  },
  {
    page: 'API_DeleteTaskDefinitions',
    says: 'only INACTIVE revisions are deleted; the others are failures',
    async run(world) {
      await register(world);
      const remove = (...taskDefinitions: string[]) =>
        world.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions }));
      const refused = await remove('web:1', 'gone:1', 'web');
      expect(refused.taskDefinitions).toEqual([]);
      expect(refused.failures?.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/still in ACTIVE status/),
        expect.stringMatching(/does not exist/),
        expect.stringMatching(/identifier is invalid/),
      ]);
      await world.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }));
      expect((await remove('web:1')).taskDefinitions).toMatchObject([{ status: 'DELETE_IN_PROGRESS' }]);
    },
  },
  {
    page: 'delete-task-definition-v2',
    says: 'a deleted revision stays DELETE_IN_PROGRESS until no task uses it, then it is gone, and its number stays taken',
    async run(world) {
      const { ecs } = world;
      world.call('CreateCluster');
      await register(world, onFargate);
      const { tasks } = world.call<{ tasks: [{ taskArn: string }] }>('RunTask', {
        taskDefinition: 'web',
        launchType: 'FARGATE',
        networkConfiguration: network,
      });
      await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: 'web:1' }));
      await ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: ['web:1'] }));
      await world.clock.advance(600_000);
      const described = () => ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: 'web:1' }));
      expect((await described()).taskDefinition?.status).toBe('DELETE_IN_PROGRESS');
      world.call('StopTask', { task: tasks[0].taskArn });
      await world.clock.advance(600_000);
      expect(await refusal(described())).toMatch(/^ClientException/);
      expect((await register(world))?.revision).toBe(2);
    },
  },
];
