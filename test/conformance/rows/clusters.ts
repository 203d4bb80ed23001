import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  ListClustersCommand,
  RegisterContainerInstanceCommand,
  RunTaskCommand,
  UpdateClusterCommand,
  UpdateClusterSettingsCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { network, webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

async function withDefinition({ ecs, call }: World) {
  await ecs.send(new CreateClusterCommand({}));
  call('RegisterTaskDefinition', webDefinition());
}

async function describe(
  { ecs }: World,
  include: ('STATISTICS' | 'SETTINGS' | 'ATTACHMENTS' | 'TAGS')[] = [],
) {
  const { clusters } = await ecs.send(new DescribeClustersCommand({ include }));
  return clusters?.[0];
}

export const clusters: readonly Row[] = [
  {
    page: 'API_CreateCluster',
    says: 'without a name the cluster is called default, and it is ACTIVE at once',
    async run({ ecs }) {
      const { cluster } = await ecs.send(new CreateClusterCommand({}));
      expect(cluster).toMatchObject({ clusterName: 'default', status: 'ACTIVE' });
    },
  },
  {
    page: 'API_CreateCluster',
    says: 'a name has up to 255 letters, digits, underscores and hyphens',
    async run({ ecs }) {
      await ecs.send(new CreateClusterCommand({ clusterName: 'a'.repeat(255) }));
      for (const clusterName of ['a'.repeat(256), 'a b', 'a/b']) {
        expect(await refusal(ecs.send(new CreateClusterCommand({ clusterName })))).toMatch(
          /^InvalidParameter/,
        );
      }
    },
  },
  {
    page: 'API_CreateCluster',
    says: 'to create a cluster that is there changes nothing',
    async run({ ecs }) {
      await ecs.send(new CreateClusterCommand({ tags: [{ key: 'team', value: 'shop' }] }));
      const { cluster } = await ecs.send(
        new CreateClusterCommand({ tags: [{ key: 'team', value: 'other' }] }),
      );
      expect(cluster?.tags).toEqual([{ key: 'team', value: 'shop' }]);
    },
  },
  {
    page: 'API_ClusterSetting',
    says: 'containerInsights is disabled unless the account has another default',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      const cluster = await describe(world, ['SETTINGS']);
      expect(cluster?.settings).toEqual([{ name: 'containerInsights', value: 'disabled' }]);
    },
  },
  {
    page: 'API_UpdateClusterSettings',
    says: 'containerInsights can be enhanced, and nothing that it does not know',
    async run({ ecs }) {
      await ecs.send(new CreateClusterCommand({}));
      const to = (value: string) =>
        ecs.send(
          new UpdateClusterSettingsCommand({
            cluster: 'default',
            settings: [{ name: 'containerInsights', value }],
          }),
        );
      expect((await to('enhanced')).cluster?.settings).toEqual([
        { name: 'containerInsights', value: 'enhanced' },
      ]);
      expect(await refusal(to('loud'))).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_ExecuteCommandConfiguration',
    says: 'logging OVERRIDE needs a log configuration',
    async run({ ecs }) {
      await ecs.send(new CreateClusterCommand({}));
      const configuration = { executeCommandConfiguration: { logging: 'OVERRIDE' as const } };
      expect(
        await refusal(ecs.send(new UpdateClusterCommand({ cluster: 'default', configuration }))),
      ).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_UpdateCluster',
    says: 'settings, configuration and the default namespace change; what is left out stays',
    async run({ ecs }) {
      await ecs.send(new CreateClusterCommand({ tags: [{ key: 'team', value: 'shop' }] }));
      const configuration = { executeCommandConfiguration: { logging: 'DEFAULT' as const } };
      await ecs.send(new UpdateClusterCommand({ cluster: 'default', configuration }));
      const { cluster } = await ecs.send(
        new UpdateClusterCommand({
          cluster: 'default',
          settings: [{ name: 'containerInsights', value: 'enabled' }],
          serviceConnectDefaults: { namespace: 'shop' },
        }),
      );
      expect(cluster).toMatchObject({
        configuration,
        settings: [{ name: 'containerInsights', value: 'enabled' }],
        serviceConnectDefaults: { namespace: 'shop' },
        tags: [{ key: 'team', value: 'shop' }],
      });
      const input = { cluster: 'default', serviceConnectDefaults: { namespace: '' } };
      const after = await ecs.send(new UpdateClusterCommand(input));
      expect(after.cluster?.serviceConnectDefaults?.namespace).toBeUndefined();
    },
  },
  {
    page: 'API_DescribeClusters',
    says: 'a cluster that is not there is a failure with the reason MISSING',
    async run({ ecs }) {
      const { clusters, failures } = await ecs.send(new DescribeClustersCommand({ clusters: ['gone'] }));
      expect(clusters).toEqual([]);
      expect(failures).toMatchObject([{ arn: expect.stringMatching(/:cluster\/gone$/), reason: 'MISSING' }]);
    },
  },
  {
    page: 'API_DescribeClusters',
    says: 'tags, settings and statistics come only when they are asked for',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({ tags: [{ key: 'team', value: 'shop' }] }));
      expect(await describe(world)).toMatchObject({ tags: [], settings: [], statistics: [] });
      expect(await describe(world, ['TAGS'])).toMatchObject({ tags: [{ key: 'team' }] });
    },
  },
  {
    page: 'API_Cluster',
    says: 'statistics count tasks and services by launch type',
    async run(world) {
      await withDefinition(world);
      world.call('RunTask', { taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network });
      await world.clock.advance(60_000);
      const { statistics = [] } = (await describe(world, ['STATISTICS'])) ?? {};
      expect(Object.fromEntries(statistics.map(({ name, value }) => [name, value]))).toMatchObject({
        runningFargateTasksCount: '1',
        runningEC2TasksCount: '0',
        pendingFargateTasksCount: '0',
        activeFargateServiceCount: '0',
        drainingEC2ServiceCount: '0',
      });
    },
  },
  {
    page: 'API_DeleteCluster',
    says: 'a deleted cluster is INACTIVE, still described, and no longer listed',
    async run({ ecs }) {
      await ecs.send(new CreateClusterCommand({}));
      const { cluster } = await ecs.send(new DeleteClusterCommand({ cluster: 'default' }));
      expect(cluster?.status).toBe('INACTIVE');
      const { clusters } = await ecs.send(new DescribeClustersCommand({}));
      expect(clusters).toMatchObject([{ status: 'INACTIVE' }]);
      expect((await ecs.send(new ListClustersCommand({}))).clusterArns).toEqual([]);
      expect(await refusal(ecs.send(new DeleteClusterCommand({ cluster: 'default' })))).toMatch(
        /^ClusterNotFound/,
      );
    },
  },
  {
    page: 'API_DeleteCluster',
    says: 'a cluster with services cannot be deleted',
    async run(world) {
      await withDefinition(world);
      world.call('CreateService', webService());
      expect(await refusal(world.ecs.send(new DeleteClusterCommand({ cluster: 'default' })))).toBe(
        'ClusterContainsServicesException: The Cluster cannot be deleted while Services are active.',
      );
    },
  },
  {
    page: 'API_DeleteCluster',
    says: 'a cluster with tasks cannot be deleted',
    async run(world) {
      await withDefinition(world);
      await world.ecs.send(
        new RunTaskCommand({ taskDefinition: 'web', launchType: 'FARGATE', networkConfiguration: network }),
      );
      expect(await refusal(world.ecs.send(new DeleteClusterCommand({ cluster: 'default' })))).toBe(
        'ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active.',
      );
    },
  },
  {
    page: 'API_DeleteCluster',
    says: 'a cluster with container instances cannot be deleted, and counts them',
    async run(world) {
      await world.ecs.send(new CreateClusterCommand({}));
      await world.ecs.send(
        new RegisterContainerInstanceCommand({
          instanceIdentityDocument: JSON.stringify({
            instanceId: 'i-0123456789abcdef0',
            instanceType: 'm5.large',
          }),
          totalResources: [{ name: 'CPU', type: 'INTEGER', integerValue: 2048 }],
        }),
      );
      expect((await describe(world))?.registeredContainerInstancesCount).toBe(1);
      expect(await refusal(world.ecs.send(new DeleteClusterCommand({ cluster: 'default' })))).toMatch(
        /^ClusterContainsContainerInstancesException/,
      );
    },
  },
];
