import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { clusterNotFound, invalid } from '../errors.ts';
import { type ClusterRecord, isStarting } from '../model.ts';
import { page } from '../paging.ts';
import { taskOwners } from '../state.ts';
import { checkStrategy, checkTags, isName } from '../validation/common.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { checkProviders } from './capacity-providers.ts';
import { activeCluster, clusterNameOf, findCluster } from './lookup.ts';

export function clusterActions(context: ActionContext): Actions {
  const { clusters } = context.state;
  const change = (name: string, part: Partial<ClusterRecord>) => {
    const cluster = clusters.get(name);
    if (!cluster) throw clusterNotFound();
    clusters.put(name, { ...cluster, ...part });
    return { cluster: clusterView(context, { ...cluster, ...part }, ['SETTINGS', 'CONFIGURATIONS', 'TAGS']) };
  };
  return {
    CreateCluster: action<sdk.CreateClusterRequest, sdk.CreateClusterResponse>('CreateCluster', (input) =>
      createCluster(context, input),
    ),
    DescribeClusters: action<sdk.DescribeClustersRequest, sdk.DescribeClustersResponse>(
      'DescribeClusters',
      (input) => describeClusters(context, input),
    ),
    ListClusters: action<sdk.ListClustersRequest, sdk.ListClustersResponse>('ListClusters', (input) => {
      const active = [...clusters.values()].filter(({ status }) => status === 'ACTIVE');
      const { items, nextToken } = page(active, ({ name }) => name, {
        query: 'ListClusters',
        nextToken: input.nextToken,
        maxResults: input.maxResults,
      });
      return { clusterArns: items.map(({ arn }) => arn), nextToken };
    }),
    DeleteCluster: action<sdk.DeleteClusterRequest, sdk.DeleteClusterResponse>('DeleteCluster', (input) =>
      deleteCluster(context, activeCluster(context, input.cluster)),
    ),
    UpdateCluster: action<sdk.UpdateClusterRequest, sdk.UpdateClusterResponse>('UpdateCluster', (input) => {
      const { name } = activeCluster(context, input.cluster);
      const { settings, configuration, serviceConnectDefaults } = input;
      return change(name, {
        ...(settings ? { settings } : {}),
        ...(configuration ? { configuration } : {}),
        ...(serviceConnectDefaults ? { serviceConnectDefaults } : {}),
      });
    }),
    UpdateClusterSettings: action<sdk.UpdateClusterSettingsRequest, sdk.UpdateClusterSettingsResponse>(
      'UpdateClusterSettings',
      ({ cluster, settings }) => change(activeCluster(context, cluster).name, { settings: settings ?? [] }),
    ),
    PutClusterCapacityProviders: action<
      sdk.PutClusterCapacityProvidersRequest,
      sdk.PutClusterCapacityProvidersResponse
    >('PutClusterCapacityProviders', (input) => {
      const { name } = activeCluster(context, input.cluster);
      const capacityProviders = checkProviders(input.capacityProviders ?? []);
      const strategy = checkStrategy(input.defaultCapacityProviderStrategy, undefined, capacityProviders);
      return change(name, { capacityProviders, defaultStrategy: strategy });
    }),
  };
}

function describeClusters(
  context: ActionContext,
  { clusters: references = ['default'], include = [] }: Wire<sdk.DescribeClustersRequest>,
): Wire<sdk.DescribeClustersResponse> {
  if (references.length > 100) throw invalid('At most 100 clusters can be described at once.');
  const clusters: Wire<sdk.Cluster>[] = [];
  const failures: Wire<sdk.Failure>[] = [];
  for (const reference of references) {
    const cluster = findCluster(context, reference);
    if (cluster) clusters.push(clusterView(context, cluster, include));
    else {
      const name = clusterNameOf(context, reference);
      failures.push({ arn: name === undefined ? reference : context.arns.cluster(name), reason: 'MISSING' });
    }
  }
  return { clusters, failures };
}

function createCluster(
  context: ActionContext,
  input: Wire<sdk.CreateClusterRequest>,
): Wire<sdk.CreateClusterResponse> {
  const name = input.clusterName ?? 'default';
  if (!isName(name)) {
    throw invalid(
      'Invalid identifier: a cluster name has 1 to 255 letters, digits, hyphens and underscores.',
    );
  }
  const existing = context.state.clusters.get(name);
  if (existing?.status === 'ACTIVE') return { cluster: clusterView(context, existing, ['SETTINGS', 'TAGS']) };
  const capacityProviders = checkProviders(input.capacityProviders ?? []);
  const cluster: ClusterRecord = {
    name,
    arn: context.arns.cluster(name),
    status: 'ACTIVE',
    settings: input.settings ?? [{ name: 'containerInsights', value: 'disabled' }],
    ...(input.configuration ? { configuration: input.configuration } : {}),
    ...(input.serviceConnectDefaults ? { serviceConnectDefaults: input.serviceConnectDefaults } : {}),
    capacityProviders,
    defaultStrategy: checkStrategy(input.defaultCapacityProviderStrategy, undefined, capacityProviders),
    tags: checkTags(input.tags),
  };
  context.state.clusters.put(name, cluster);
  return { cluster: clusterView(context, cluster, ['SETTINGS', 'CONFIGURATIONS', 'TAGS']) };
}

function deleteCluster(context: ActionContext, cluster: ClusterRecord): Wire<sdk.DeleteClusterResponse> {
  const services = [...context.state.services.values()].some(
    (service) => service.cluster === cluster.name && service.status !== 'INACTIVE',
  );
  if (services) {
    throw new AwsError(
      'ClusterContainsServicesException',
      'The Cluster cannot be deleted while Services are active.',
    );
  }
  const tasks = context.state.tasks.of(taskOwners.cluster(cluster.name));
  if (tasks.some(({ lastStatus }) => lastStatus !== 'STOPPED')) {
    throw new AwsError(
      'ClusterContainsTasksException',
      'The Cluster cannot be deleted while Tasks are active.',
    );
  }
  const inactive: ClusterRecord = { ...cluster, status: 'INACTIVE' };
  context.state.clusters.put(cluster.name, inactive);
  return { cluster: clusterView(context, inactive, []) };
}

function clusterView(
  context: ActionContext,
  cluster: ClusterRecord,
  include: readonly string[],
): Wire<sdk.Cluster> {
  const tasks = context.state.tasks.of(taskOwners.cluster(cluster.name));
  const services = [...context.state.services.values()].filter(
    (service) => service.cluster === cluster.name && service.status === 'ACTIVE',
  );
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: 0,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => isStarting(lastStatus)).length,
    activeServicesCount: services.length,
    statistics: [],
    tags: include.includes('TAGS') ? cluster.tags : [],
    settings: include.includes('SETTINGS') ? cluster.settings : [],
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultStrategy,
    ...(cluster.serviceConnectDefaults ? { serviceConnectDefaults: cluster.serviceConnectDefaults } : {}),
    ...(include.includes('CONFIGURATIONS') && cluster.configuration
      ? { configuration: cluster.configuration }
      : {}),
  };
}
