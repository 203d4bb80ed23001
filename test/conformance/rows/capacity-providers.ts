import {
  CreateCapacityProviderCommand,
  CreateClusterCommand,
  DeleteCapacityProviderCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  PutClusterCapacityProvidersCommand,
  UpdateCapacityProviderCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

const group = 'arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/hosts';

async function createProvider({ ecs }: World, name = 'hosts') {
  const { capacityProvider } = await ecs.send(
    new CreateCapacityProviderCommand({
      name,
      autoScalingGroupProvider: { autoScalingGroupArn: group, managedScaling: { targetCapacity: 90 } },
    }),
  );
  return capacityProvider;
}

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

export const capacityProviders: readonly Row[] = [
  {
    page: 'API_DescribeCapacityProviders',
    says: 'FARGATE and FARGATE_SPOT are always there',
    async run({ ecs }) {
      const { capacityProviders } = await ecs.send(new DescribeCapacityProvidersCommand({}));
      expect(capacityProviders).toMatchObject([
        { name: 'FARGATE', status: 'ACTIVE' },
        { name: 'FARGATE_SPOT', status: 'ACTIVE' },
      ]);
    },
  },
  {
    page: 'API_ManagedScaling',
    says: 'steps are 1 to 10000 and the warm-up is 300 seconds unless told otherwise',
    async run(world) {
      expect(await createProvider(world)).toMatchObject({
        status: 'ACTIVE',
        autoScalingGroupProvider: {
          managedScaling: {
            status: 'ENABLED',
            targetCapacity: 90,
            minimumScalingStepSize: 1,
            maximumScalingStepSize: 10_000,
            instanceWarmupPeriod: 300,
          },
          managedTerminationProtection: 'DISABLED',
        },
      });
    },
  },
  {
    page: 'API_CreateCapacityProvider',
    says: 'a name does not begin with aws, ecs or fargate, and is there once',
    async run(world) {
      for (const name of ['aws-hosts', 'ecs-hosts', 'FARGATE_MORE']) {
        expect(await refusal(createProvider(world, name))).toMatch(/^ClientException/);
      }
      await createProvider(world);
      expect(await refusal(createProvider(world))).toMatch(/^ClientException: .*already exists/);
    },
  },
  {
    page: 'API_CreateCapacityProvider',
    says: 'managed termination protection needs managed scaling',
    async run({ ecs }) {
      const autoScalingGroupProvider = {
        autoScalingGroupArn: group,
        managedScaling: { status: 'DISABLED' as const },
        managedTerminationProtection: 'ENABLED' as const,
      };
      const created = ecs.send(
        new CreateCapacityProviderCommand({ name: 'hosts', autoScalingGroupProvider }),
      );
      expect(await refusal(created)).toMatch(/^ClientException/);
    },
  },
  {
    page: 'API_UpdateCapacityProvider',
    says: 'what the update leaves out stays as it is',
    async run(world) {
      await createProvider(world);
      const autoScalingGroupProvider = { managedScaling: { instanceWarmupPeriod: 10 } };
      const { capacityProvider } = await world.ecs.send(
        new UpdateCapacityProviderCommand({ name: 'hosts', autoScalingGroupProvider }),
      );
      expect(capacityProvider?.autoScalingGroupProvider).toMatchObject({
        autoScalingGroupArn: group,
        managedScaling: { targetCapacity: 90, instanceWarmupPeriod: 10 },
      });
    },
  },
  {
    page: 'API_DeleteCapacityProvider',
    says: 'one that a cluster has cannot be deleted; afterwards it is INACTIVE',
    async run(world) {
      const { ecs } = world;
      await createProvider(world);
      await ecs.send(new CreateClusterCommand({ capacityProviders: ['hosts'] }));
      const remove = () => ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: 'hosts' }));
      expect(await refusal(remove())).toMatch(/^ResourceInUseException/);
      const none = { capacityProviders: [], defaultCapacityProviderStrategy: [] };
      await ecs.send(new PutClusterCapacityProvidersCommand({ cluster: 'default', ...none }));
      await remove();
      const { capacityProviders } = await ecs.send(
        new DescribeCapacityProvidersCommand({ capacityProviders: ['hosts'] }),
      );
      expect(capacityProviders).toMatchObject([{ status: 'INACTIVE', updateStatus: 'DELETE_COMPLETE' }]);
      expect(
        await refusal(ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: 'FARGATE' }))),
      ).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_PutClusterCapacityProviders',
    says: 'one that a service uses cannot be taken away',
    async run(world) {
      const { ecs } = world;
      await withDefinition(world);
      const put = (...capacityProviders: string[]) =>
        ecs.send(
          new PutClusterCapacityProvidersCommand({
            cluster: 'default',
            capacityProviders,
            defaultCapacityProviderStrategy: [],
          }),
        );
      await put('FARGATE', 'FARGATE_SPOT');
      const { launchType: _, ...service } = webService({
        capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
      });
      world.call('CreateService', service);
      expect(await refusal(put('FARGATE'))).toMatch(/^ResourceInUseException/);
      expect((await put('FARGATE_SPOT')).cluster?.capacityProviders).toEqual(['FARGATE_SPOT']);
    },
  },
  {
    page: 'API_PutClusterCapacityProviders',
    says: 'a strategy names providers of the cluster, and does not mix Fargate with Auto Scaling groups',
    async run(world) {
      const { ecs } = world;
      await createProvider(world);
      await ecs.send(new CreateClusterCommand({}));
      const put = (capacityProviders: string[], ...strategy: string[]) =>
        ecs.send(
          new PutClusterCapacityProvidersCommand({
            cluster: 'default',
            capacityProviders,
            defaultCapacityProviderStrategy: strategy.map((capacityProvider) => ({
              capacityProvider,
              weight: 1,
            })),
          }),
        );
      expect(await refusal(put(['FARGATE'], 'hosts'))).toMatch(/not associated with the cluster/);
      expect(await refusal(put(['FARGATE', 'hosts'], 'FARGATE', 'hosts'))).toMatch(/cannot contain a mix/);
      expect(await refusal(put(['nobody']))).toMatch(/capacity provider was not found/);
      await put(['FARGATE', 'hosts'], 'hosts');
    },
  },
  {
    page: 'API_DescribeClusters',
    says: 'ATTACHMENTS shows what managed scaling attached for each capacity provider',
    async run(world) {
      await createProvider(world);
      await world.ecs.send(new CreateClusterCommand({ capacityProviders: ['hosts'] }));
      expect((await describe(world))?.attachments).toBeUndefined();
      const cluster = await describe(world, ['ATTACHMENTS']);
      expect(cluster?.attachmentsStatus).toBe('UPDATE_COMPLETE');
      expect(cluster?.attachments?.[0]).toMatchObject({
        type: 'as_policy',
        status: 'CREATED',
        details: expect.arrayContaining([{ name: 'capacityProviderName', value: 'hosts' }]),
      });
    },
  },
];
