import {
  CreateCapacityProviderCommand,
  CreateClusterCommand,
  DeleteAccountSettingCommand,
  DescribeClustersCommand,
  ListAccountSettingsCommand,
  ListTagsForResourceCommand,
  PutAccountSettingCommand,
  PutAccountSettingDefaultCommand,
  type SettingName,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { network, webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

async function clusterArn({ ecs }: World) {
  const { cluster } = await ecs.send(new CreateClusterCommand({}));
  return cluster?.clusterArn ?? '';
}

const tag = ({ ecs }: World, resourceArn: string, ...tags: Tag[]) =>
  ecs.send(new TagResourceCommand({ resourceArn, tags }));

async function tagsOf({ ecs }: World, resourceArn: string) {
  return (await ecs.send(new ListTagsForResourceCommand({ resourceArn }))).tags;
}

/** One resource of each kind that carries tags: its ARN. */
async function everyKind(world: World): Promise<string[]> {
  const cluster = await clusterArn(world);
  world.call('RegisterTaskDefinition', webDefinition());
  const { service } = world.call<{ service: { serviceArn: string } }>('CreateService', webService());
  const { tasks } = world.call<{ tasks: [{ taskArn: string }] }>('RunTask', {
    taskDefinition: 'web',
    launchType: 'FARGATE',
    networkConfiguration: network,
  });
  const { capacityProvider } = await world.ecs.send(
    new CreateCapacityProviderCommand({
      name: 'hosts',
      autoScalingGroupProvider: { autoScalingGroupArn: 'hosts' },
    }),
  );
  world.call('CreateService', {
    serviceName: 'outside',
    desiredCount: 0,
    deploymentController: { type: 'EXTERNAL' },
  });
  const { taskSet } = world.call<{ taskSet: { taskSetArn: string } }>('CreateTaskSet', {
    cluster: 'default',
    service: 'outside',
    taskDefinition: 'web',
    launchType: 'FARGATE',
    networkConfiguration: network,
  });
  const definition = cluster.replace('cluster/default', 'task-definition/web:1');
  const provider = capacityProvider?.capacityProviderArn ?? '';
  return [cluster, definition, service.serviceArn, tasks[0].taskArn, provider, taskSet.taskSetArn];
}

export const tagsAndSettings: readonly Row[] = [
  {
    page: 'API_TagResource',
    says: 'clusters, task definitions, services, tasks, capacity providers and task sets carry tags',
    async run(world) {
      for (const arn of await everyKind(world)) {
        await tag(world, arn, { key: 'team', value: 'shop' }, { key: 'tier', value: 'web' });
        await world.ecs.send(new UntagResourceCommand({ resourceArn: arn, tagKeys: ['tier'] }));
        expect(await tagsOf(world, arn)).toEqual([{ key: 'team', value: 'shop' }]);
      }
    },
  },
  {
    page: 'API_TagResource',
    says: 'a key that is there gets the new value; the others stay',
    async run(world) {
      const arn = await clusterArn(world);
      await tag(world, arn, { key: 'a', value: '1' }, { key: 'b', value: '1' });
      await tag(world, arn, { key: 'b', value: '2' });
      expect(await tagsOf(world, arn)).toEqual([
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ]);
    },
  },
  {
    page: 'API_Tag',
    says: 'a resource has at most 50 tags',
    async run(world) {
      const arn = await clusterArn(world);
      const many = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }));
      await tag(world, arn, ...many);
      await tag(world, arn, { key: 'k0', value: 'again' });
      expect(await refusal(tag(world, arn, { key: 'one more', value: '' }))).toMatch(
        /^InvalidParameterException/,
      );
    },
  },
  {
    page: 'API_Tag',
    says: 'a key has 128 characters, a value 256, and neither begins with aws:',
    async run(world) {
      const arn = await clusterArn(world);
      await tag(world, arn, { key: 'k'.repeat(128), value: 'v'.repeat(256) });
      for (const wrong of [
        { key: 'k'.repeat(129), value: '' },
        { key: 'k', value: 'v'.repeat(257) },
        { key: 'aws:k', value: '' },
        { key: 'AWS:k', value: '' },
        { key: 'k', value: 'aws:v' },
        { key: 'k;', value: '' },
      ])
        expect(await refusal(tag(world, arn, wrong))).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_ListTagsForResource',
    says: 'a resource that is not there is refused',
    async run(world) {
      const arn = await clusterArn(world);
      const of = (rest: string) => refusal(tagsOf(world, arn.replace('cluster/default', rest)));
      expect(await of('cluster/gone')).toBe('ClusterNotFoundException: Cluster not found.');
      expect(await of('task-definition/gone:1')).toBe('ClientException: Unable to describe task definition.');
      const gone = 'The specified resource was not found.';
      expect(await of('service/default/gone')).toBe(`InvalidParameterException: ${gone}`);
      const service = arn.replace('cluster/default', 'service/default/gone');
      expect(await refusal(tag(world, service, { key: 'k', value: 'v' }))).toBe(
        `ResourceNotFoundException: ${gone}`,
      );
      expect(await of('service/web')).toBe(
        'InvalidParameterException: Long arn format must be used for tagging operations',
      );
      expect(await refusal(tagsOf(world, 'nonsense'))).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_ListAccountSettings',
    says: 'without effectiveSettings only what was set is listed',
    async run({ ecs }) {
      expect((await ecs.send(new ListAccountSettingsCommand({}))).settings).toEqual([]);
      await ecs.send(new PutAccountSettingCommand({ name: 'awsvpcTrunking', value: 'enabled' }));
      expect((await ecs.send(new ListAccountSettingsCommand({}))).settings).toMatchObject([
        { name: 'awsvpcTrunking', value: 'enabled', principalArn: 'arn:aws:iam::000000000000:root' },
      ]);
    },
  },
  {
    page: 'API_ListAccountSettings',
    says: 'effective settings are the principal’s, then the account’s default, then ECS’s; ten at a time',
    async run({ ecs }) {
      const list = async (name?: SettingName, principalArn?: string) => {
        const input = {
          effectiveSettings: true,
          ...(name ? { name } : {}),
          ...(principalArn ? { principalArn } : {}),
        };
        return ecs.send(new ListAccountSettingsCommand(input));
      };
      const all = await list();
      expect(all.settings).toHaveLength(10);
      expect(all.nextToken).toBeDefined();
      const value = async (principalArn?: string) =>
        (await list('containerInsights', principalArn)).settings?.[0]?.value;
      const ann = 'arn:aws:iam::000000000000:user/ann';
      expect(await value()).toBe('disabled');
      await ecs.send(new PutAccountSettingDefaultCommand({ name: 'containerInsights', value: 'enabled' }));
      expect(await value(ann)).toBe('enabled');
      const own = { name: 'containerInsights', value: 'enhanced', principalArn: ann } as const;
      await ecs.send(new PutAccountSettingCommand(own));
      expect(await value(ann)).toBe('enhanced');
      expect(await value()).toBe('enabled');
      await ecs.send(new DeleteAccountSettingCommand({ name: 'containerInsights', principalArn: ann }));
      expect(await value(ann)).toBe('enabled');
    },
  },
  {
    page: 'API_PutAccountSetting',
    says: 'a name or value that ECS does not know is refused',
    async run({ ecs }) {
      const put = (name: string, value: string) =>
        refusal(ecs.send(new PutAccountSettingCommand({ name: name as SettingName, value })));
      expect(await put('unknown', 'enabled')).toMatch(
        /^InvalidParameterException: unknown should be one of \[/,
      );
      expect(await put('taskLongArnFormat', 'perhaps')).toMatch(/^InvalidParameterException/);
      expect(await put('fargateTaskRetirementWaitPeriod', '8')).toMatch(/^InvalidParameterException/);
      expect(await put('guardDutyActivate', 'on')).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'ecs-account-settings',
    says: 'new clusters begin with the account’s containerInsights',
    async run(world) {
      const { ecs } = world;
      await ecs.send(new PutAccountSettingDefaultCommand({ name: 'containerInsights', value: 'enhanced' }));
      await clusterArn(world);
      const { clusters } = await ecs.send(new DescribeClustersCommand({ include: ['SETTINGS'] }));
      expect(clusters?.[0]?.settings).toEqual([{ name: 'containerInsights', value: 'enhanced' }]);
    },
  },
];
