import type * as sdk from '@aws-sdk/client-ecs';
import { AwsError } from '../../support/service.ts';
import { clusterView } from '../clusters/view.ts';
import { clusterNotFound, invalid } from '../errors.ts';
import type { ClusterRecord } from '../model.ts';
import { page } from '../paging.ts';
import { taskOwners } from '../state.ts';
import { acceptSettings, checkConfiguration } from '../validation/cluster.ts';
import { checkStrategy, checkTags, isName } from '../validation/common.ts';
import type { Wire } from '../wire.ts';
import { type ActionContext, type Actions, action } from './action.ts';
import { checkProviders } from './capacity-providers.ts';
import { activeCluster, clusterNameOf, findCluster } from './lookup.ts';
import { effectiveSetting } from './settings.ts';

export function clusterActions(context: ActionContext): Actions {
  const { clusters } = context.state;
  const change = (name: string, part: Partial<ClusterRecord>) => {
    const cluster = clusters.get(name);
    if (!cluster) throw clusterNotFound();
    clusters.put(name, { ...cluster, ...part });
    return { cluster: clusterView(context, { ...cluster, ...part }, ['SETTINGS', 'CONFIGURATIONS', 'TAGS']) };
  };
  const insights = () => effectiveSetting(context, 'containerInsights');
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
      checkConfiguration(configuration);
      return change(name, {
        ...(settings ? { settings: acceptSettings(settings, insights()) } : {}),
        ...(configuration ? { configuration } : {}),
        ...(serviceConnectDefaults ? { serviceConnectDefaults: acceptDefaults(serviceConnectDefaults) } : {}),
      });
    }),
    UpdateClusterSettings: action<sdk.UpdateClusterSettingsRequest, sdk.UpdateClusterSettingsResponse>(
      'UpdateClusterSettings',
      ({ cluster, settings }) =>
        change(activeCluster(context, cluster).name, { settings: acceptSettings(settings, insights()) }),
    ),
    PutClusterCapacityProviders: action<
      sdk.PutClusterCapacityProvidersRequest,
      sdk.PutClusterCapacityProvidersResponse
    >('PutClusterCapacityProviders', (input) => {
      const cluster = activeCluster(context, input.cluster);
      const { name } = cluster;
      const capacityProviders = checkProviders(context, input.capacityProviders ?? []);
      refuseRemoval(context, cluster, capacityProviders);
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
  const capacityProviders = checkProviders(context, input.capacityProviders ?? []);
  checkConfiguration(input.configuration);
  const cluster: ClusterRecord = {
    name,
    arn: context.arns.cluster(name),
    status: 'ACTIVE',
    settings: acceptSettings(input.settings, effectiveSetting(context, 'containerInsights')),
    ...(input.configuration ? { configuration: input.configuration } : {}),
    ...(input.serviceConnectDefaults
      ? { serviceConnectDefaults: acceptDefaults(input.serviceConnectDefaults) }
      : {}),
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
  const instances = context.state.instances.of(cluster.name);
  if (instances.some(({ status }) => status !== 'INACTIVE')) {
    throw new AwsError(
      'ClusterContainsContainerInstancesException',
      'The Cluster cannot be deleted while Container Instances are active or draining.',
    );
  }
  const inactive: ClusterRecord = { ...cluster, status: 'INACTIVE' };
  context.state.clusters.put(cluster.name, inactive);
  return { cluster: clusterView(context, inactive, []) };
}

/** A capacity provider that services or tasks of the cluster use cannot be taken away from it. */
function refuseRemoval(context: ActionContext, cluster: ClusterRecord, kept: readonly string[]): void {
  const removed = cluster.capacityProviders.filter((name) => !kept.includes(name));
  if (removed.length === 0) return;
  const used = new Set<string | undefined>();
  for (const task of context.state.tasks.of(taskOwners.cluster(cluster.name))) {
    if (task.lastStatus !== 'STOPPED') used.add(task.capacityProvider);
  }
  for (const service of context.state.services.values()) {
    if (service.cluster !== cluster.name || service.status === 'INACTIVE') continue;
    for (const { revisionArn } of [...service.deployments, ...context.state.taskSets.of(service.key)]) {
      for (const item of context.state.revisions.get(revisionArn)?.strategy ?? [])
        used.add(item.capacityProvider);
    }
  }
  if (!removed.some((name) => used.has(name))) return;
  throw new AwsError(
    'ResourceInUseException',
    'The specified capacity provider is in use and cannot be removed.',
  );
}

/** An empty namespace takes the default away. */
function acceptDefaults({
  namespace,
}: Wire<sdk.ClusterServiceConnectDefaultsRequest>): NonNullable<ClusterRecord['serviceConnectDefaults']> {
  return namespace === undefined || namespace === '' ? {} : { namespace };
}
