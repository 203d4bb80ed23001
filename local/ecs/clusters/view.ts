import { createHash } from 'node:crypto';
import type { Attachment, Cluster, KeyValuePair } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { type ClusterRecord, isStarting, type ServiceRecord, type TaskRecord } from '../model.ts';
import { taskOwners } from '../state.ts';
import type { Wire } from '../wire.ts';

/** A cluster as DescribeClusters shows it; `include` names what is left out otherwise. */
export function clusterView(
  context: EcsContext,
  cluster: ClusterRecord,
  include: readonly string[],
): Wire<Cluster> {
  const tasks = context.state.tasks.of(taskOwners.cluster(cluster.name));
  const services = [...context.state.services.values()].filter(({ cluster: of }) => of === cluster.name);
  const instances = context.state.instances.of(cluster.name);
  const attachments = include.includes('ATTACHMENTS') ? attachmentsOf(context, cluster) : [];
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: instances.filter(({ status }) => status !== 'INACTIVE').length,
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => isStarting(lastStatus)).length,
    activeServicesCount: services.filter(({ status }) => status === 'ACTIVE').length,
    statistics: include.includes('STATISTICS') ? statistics(context, tasks, services) : [],
    tags: include.includes('TAGS') ? cluster.tags : [],
    settings: include.includes('SETTINGS') ? cluster.settings : [],
    capacityProviders: cluster.capacityProviders,
    defaultCapacityProviderStrategy: cluster.defaultStrategy,
    ...(attachments.length > 0 ? { attachments, attachmentsStatus: 'UPDATE_COMPLETE' } : {}),
    ...(cluster.serviceConnectDefaults ? { serviceConnectDefaults: cluster.serviceConnectDefaults } : {}),
    ...(include.includes('CONFIGURATIONS') && cluster.configuration
      ? { configuration: cluster.configuration }
      : {}),
  };
}

const launchTypes = { EC2: 'EC2', FARGATE: 'Fargate', EXTERNAL: 'External' } as const;

/** Counts by launch type; a task of a capacity provider counts as what that runs on. */
function statistics(
  context: EcsContext,
  tasks: readonly TaskRecord[],
  services: readonly ServiceRecord[],
): Wire<KeyValuePair>[] {
  const all: Wire<KeyValuePair>[] = [];
  const count = <Item>(name: string, items: readonly Item[], typeOf: (item: Item) => string | undefined) => {
    for (const [launchType, label] of Object.entries(launchTypes)) {
      const value = String(items.filter((item) => typeOf(item) === launchType).length);
      all.push({ name: name.replace('*', label), value });
    }
  };
  const taskType = (task: TaskRecord) => launchTypeOf(task.launchType, task.capacityProvider);
  const serviceType = ({ key, deployments }: ServiceRecord) => {
    const current =
      deployments[0] ?? context.state.taskSets.of(key).find(({ status }) => status === 'PRIMARY');
    const revision = current && context.state.revisions.get(current.revisionArn);
    return launchTypeOf(revision?.launchType, revision?.strategy[0]?.capacityProvider);
  };
  count(
    'running*TasksCount',
    tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING'),
    taskType,
  );
  count(
    'pending*TasksCount',
    tasks.filter(({ lastStatus }) => isStarting(lastStatus)),
    taskType,
  );
  count(
    'active*ServiceCount',
    services.filter(({ status }) => status === 'ACTIVE'),
    serviceType,
  );
  count(
    'draining*ServiceCount',
    services.filter(({ status }) => status === 'DRAINING'),
    serviceType,
  );
  return all;
}

function launchTypeOf(launchType: string | undefined, provider: string | undefined): string {
  return launchType ?? (provider?.startsWith('FARGATE') ? 'FARGATE' : 'EC2');
}

/** What managed scaling and managed draining attach to a cluster, once for each of its capacity providers. */
function attachmentsOf(context: EcsContext, cluster: ClusterRecord): Wire<Attachment>[] {
  return cluster.capacityProviders.flatMap((name) => {
    const group = context.state.capacityProviders.get(name)?.autoScalingGroup;
    if (!group) return [];
    const id = stableId(`${cluster.arn}|${name}`);
    const attachment = (type: string, detail: string, value: string): Wire<Attachment> => ({
      id: stableId(`${type}|${id}`),
      type,
      status: 'CREATED',
      details: [
        { name: 'capacityProviderName', value: name },
        { name: detail, value },
      ],
    });
    return [
      ...(group.managedScaling?.status === 'ENABLED'
        ? [attachment('as_policy', 'scalingPolicyName', `ECSManagedAutoScalingPolicy-${id}`)]
        : []),
      ...(group.managedDraining === 'ENABLED'
        ? [
            attachment(
              'managed_draining',
              'autoScalingLifecycleHookName',
              'ecs-managed-draining-termination-hook',
            ),
          ]
        : []),
    ];
  });
}

/** A UUID that is the same whenever it is asked for. */
function stableId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
