import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  DiscoverPollEndpointCommand,
  ListClustersCommand,
  ListServicesByNamespaceCommand,
  ListServicesCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  paginateListClusters,
  paginateListServices,
  paginateListTaskDefinitions,
  SubmitAttachmentStateChangesCommand,
  SubmitContainerStateChangeCommand,
  SubmitTaskStateChangeCommand,
  UpdateContainerAgentCommand,
} from '@aws-sdk/client-ecs';
import { expect } from 'vitest';
import { network, webDefinition, webService } from '../../../local/ecs/testing.ts';
import { refusal } from '../refusal.ts';
import type { Row } from '../row.ts';
import type { World } from '../world.ts';

function createClusters({ call }: World, count: number): void {
  for (let index = 0; index < count; index += 1) call('CreateCluster', { clusterName: `c${index}` });
}

function registerFamilies({ call }: World, ...families: string[]): void {
  for (const family of families) call('RegisterTaskDefinition', webDefinition({ family }));
}

function runTask({ call }: World): string {
  call('CreateCluster');
  call('RegisterTaskDefinition', webDefinition());
  const { tasks } = call<{ tasks: [{ taskArn: string }] }>('RunTask', {
    taskDefinition: 'web',
    launchType: 'FARGATE',
    networkConfiguration: network,
  });
  return tasks[0].taskArn;
}

export const listing: readonly Row[] = [
  {
    page: 'API_ListClusters',
    says: 'pages hold up to 100 and follow one another by their token',
    async run(world) {
      createClusters(world, 105);
      const { clusterArns, nextToken } = await world.ecs.send(new ListClustersCommand({}));
      expect(clusterArns).toHaveLength(100);
      const rest = await world.ecs.send(new ListClustersCommand({ nextToken }));
      expect(rest.clusterArns).toHaveLength(5);
      expect(rest.nextToken).toBeUndefined();
    },
  },
  {
    page: 'API_ListClusters',
    says: 'the SDK’s paginator sees each of them once',
    async run(world) {
      createClusters(world, 23);
      const seen: string[] = [];
      for await (const { clusterArns = [] } of paginateListClusters({ client: world.ecs, pageSize: 5 }, {})) {
        seen.push(...clusterArns);
      }
      expect(new Set(seen).size).toBe(23);
      expect(seen).toHaveLength(23);
    },
  },
  {
    page: 'API_ListClusters',
    says: 'maxResults is 1 to 100',
    async run({ ecs }) {
      for (const maxResults of [0, 101]) {
        expect(await refusal(ecs.send(new ListClustersCommand({ maxResults })))).toMatch(/^InvalidParameter/);
      }
    },
  },
  {
    page: 'API_ListServices',
    says: 'a token of another query is refused',
    async run(world) {
      createClusters(world, 3);
      const { nextToken } = await world.ecs.send(new ListClustersCommand({ maxResults: 1 }));
      world.call('CreateCluster');
      for (const sent of [
        world.ecs.send(new ListServicesCommand({ nextToken })),
        world.ecs.send(new ListTasksCommand({ nextToken })),
        world.ecs.send(new ListClustersCommand({ nextToken: 'nonsense' })),
      ])
        expect(await refusal(sent)).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'API_ListServices',
    says: 'without maxResults ten are listed at once; the paginator has them all',
    async run(world) {
      runTask(world);
      for (let index = 0; index < 12; index += 1) {
        world.call('CreateService', webService({ serviceName: `web-${index}`, desiredCount: 0 }));
      }
      const { serviceArns } = await world.ecs.send(new ListServicesCommand({}));
      expect(serviceArns).toHaveLength(10);
      let count = 0;
      for await (const page of paginateListServices({ client: world.ecs }, {}))
        count += page.serviceArns?.length ?? 0;
      expect(count).toBe(12);
    },
  },
  {
    page: 'API_ListTaskDefinitions',
    says: 'by family and revision, ascending or descending; a family prefix is a whole family',
    async run(world) {
      registerFamilies(world, 'web', 'api', 'web', 'web-admin');
      const list = async (input: object) => {
        const { taskDefinitionArns } = await world.ecs.send(new ListTaskDefinitionsCommand(input));
        return taskDefinitionArns?.map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
      };
      expect(await list({})).toEqual(['api:1', 'web:1', 'web:2', 'web-admin:1']);
      expect(await list({ sort: 'DESC' })).toEqual(['web-admin:1', 'web:2', 'web:1', 'api:1']);
      expect(await list({ familyPrefix: 'web' })).toEqual(['web:1', 'web:2']);
      expect(await list({ familyPrefix: 'we' })).toEqual([]);
    },
  },
  {
    page: 'API_ListTaskDefinitions',
    says: 'INACTIVE revisions are listed by their status only',
    async run(world) {
      registerFamilies(world, 'web', 'web');
      world.call('DeregisterTaskDefinition', { taskDefinition: 'web:1' });
      const seen: string[] = [];
      const pages = paginateListTaskDefinitions({ client: world.ecs, pageSize: 1 }, { status: 'INACTIVE' });
      for await (const { taskDefinitionArns = [] } of pages) seen.push(...taskDefinitionArns);
      expect(seen).toEqual([expect.stringMatching(/web:1$/)]);
    },
  },
  {
    page: 'API_ListTaskDefinitionFamilies',
    says: 'families by prefix, and by whether they have an ACTIVE revision',
    async run(world) {
      registerFamilies(world, 'web', 'web-admin', 'api');
      world.call('DeregisterTaskDefinition', { taskDefinition: 'web:1' });
      const list = async (input: object) =>
        (await world.ecs.send(new ListTaskDefinitionFamiliesCommand(input))).families;
      expect(await list({ familyPrefix: 'web' })).toEqual(['web-admin']);
      expect(await list({ familyPrefix: 'web', status: 'INACTIVE' })).toEqual(['web']);
      expect(await list({ familyPrefix: 'web', status: 'ALL' })).toEqual(['web', 'web-admin']);
    },
  },
  {
    page: 'API_DescribeClusters',
    says: 'at most 100 clusters, 10 services and 100 tasks are described at once',
    async run(world) {
      world.call('CreateCluster');
      const many = (count: number) => Array.from({ length: count }, (_, index) => `x${index}`);
      for (const sent of [
        world.ecs.send(new DescribeClustersCommand({ clusters: many(101) })),
        world.ecs.send(new DescribeServicesCommand({ services: many(11) })),
        world.ecs.send(new DescribeTasksCommand({ tasks: many(101) })),
        world.ecs.send(new DescribeTasksCommand({ tasks: [] })),
      ])
        expect(await refusal(sent)).toMatch(/^InvalidParameterException/);
    },
  },
  {
    page: 'ecs-account-settings',
    says: 'ARNs of the old format, which name no cluster, are understood',
    async run(world) {
      const arn = runTask(world);
      world.call('CreateService', webService({ desiredCount: 0 }));
      const old = arn.replace('task/default/', 'task/');
      const { tasks } = await world.ecs.send(new DescribeTasksCommand({ tasks: [old, arn] }));
      expect(tasks?.map(({ taskArn }) => taskArn)).toEqual([arn, arn]);
      const service = `${arn.slice(0, arn.indexOf('task/'))}service/web`;
      const { services } = await world.ecs.send(new DescribeServicesCommand({ services: [service] }));
      expect(services).toMatchObject([{ serviceName: 'web' }]);
    },
  },
  {
    page: 'API_ListServicesByNamespace',
    says: 'services of any cluster that use the namespace for Service Connect are listed',
    async run(world) {
      const { call, ecs } = world;
      call('RegisterTaskDefinition', webDefinition());
      const expected: string[] = [];
      for (const cluster of ['one', 'two']) {
        call('CreateCluster', { clusterName: cluster, serviceConnectDefaults: { namespace: 'shop' } });
        call('CreateService', webService({ cluster, serviceName: 'plain', desiredCount: 0 }));
        const { service } = call<{ service: { serviceArn: string } }>(
          'CreateService',
          webService({ cluster, desiredCount: 0, serviceConnectConfiguration: { enabled: true } }),
        );
        expected.push(service.serviceArn);
      }
      const list = (namespace: string) => ecs.send(new ListServicesByNamespaceCommand({ namespace }));
      expect((await list('shop')).serviceArns).toEqual(expected);
      expect(await refusal(list('gone'))).toMatch(/^NamespaceNotFoundException/);
    },
  },
  {
    page: 'API_DiscoverPollEndpoint',
    says: 'an agent is told where to poll',
    async run({ ecs, url }) {
      const answer = await ecs.send(
        new DiscoverPollEndpointCommand({ cluster: 'a', containerInstance: 'b' }),
      );
      expect(answer).toMatchObject({ endpoint: url, telemetryEndpoint: url, serviceConnectEndpoint: url });
    },
  },
  {
    page: 'API_SubmitTaskStateChange',
    says: 'what an agent reports is acknowledged',
    async run(world) {
      const task = runTask(world);
      const { ecs } = world;
      for (const sent of [
        ecs.send(new SubmitTaskStateChangeCommand({ task, status: 'RUNNING' })),
        ecs.send(new SubmitContainerStateChangeCommand({ task, containerName: 'app', status: 'RUNNING' })),
        ecs.send(new SubmitAttachmentStateChangesCommand({ attachments: [] })),
      ])
        expect((await sent).acknowledgment).toMatch(/./);
      expect(await refusal(ecs.send(new SubmitTaskStateChangeCommand({ cluster: 'gone' })))).toMatch(
        /^ClusterNotFound/,
      );
    },
  },
  {
    page: 'API_UpdateContainerAgent',
    says: 'when the agent is the newest there is no update',
    async run(world) {
      world.call('CreateCluster');
      const { containerInstance } = world.call<{ containerInstance: { containerInstanceArn: string } }>(
        'RegisterContainerInstance',
        { totalResources: [{ name: 'CPU', type: 'INTEGER', integerValue: 1024 }] },
      );
      const update = (name: string) =>
        refusal(world.ecs.send(new UpdateContainerAgentCommand({ containerInstance: name })));
      expect(await update(containerInstance.containerInstanceArn)).toMatch(/^NoUpdateAvailableException/);
      expect(await update('gone')).toMatch(/^InvalidParameterException/);
    },
  },
];
