import type { ContainerInstance, Resource } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { isStarting, type TaskRecord } from '../model.ts';
import { remainingOf } from '../placement/resources.ts';
import { taskOwners } from '../state.ts';
import { toIso, toSeconds, type Wire } from '../wire.ts';
import type { InstanceRecord, Resources } from './model.ts';

type Viewed = Pick<EcsContext, 'state' | 'clock'>;

/** The tasks on an instance that have not stopped, oldest first: what takes its resources. */
export function tasksOn({ state }: Pick<EcsContext, 'state'>, instanceId: string): readonly TaskRecord[] {
  return state.tasks.of(taskOwners.instance(instanceId)).filter(({ lastStatus }) => lastStatus !== 'STOPPED');
}

/** A container instance as DescribeContainerInstances shows it; tags and health only when asked for. */
export function instanceView(
  context: Viewed,
  instance: InstanceRecord,
  include: readonly string[] = [],
): Wire<ContainerInstance> {
  const tasks = tasksOn(context, instance.id);
  return {
    ...common(instance, tasks),
    runningTasksCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ lastStatus }) => isStarting(lastStatus)).length,
    registeredAt: toSeconds(instance.registeredAt),
    attachments: [],
    tags: include.includes('TAGS') ? instance.tags : [],
    ...(include.includes('CONTAINER_INSTANCE_HEALTH') ? { healthStatus: health(context, instance) } : {}),
  };
}

/** The `detail` of an ECS Container Instance State Change event. */
export function instanceDetail(context: Viewed, instance: InstanceRecord): Record<string, unknown> {
  const now = toIso(context.clock.now());
  return {
    ...common(instance, tasksOn(context, instance.id)),
    clusterArn: instance.clusterArn,
    updatedAt: now,
  };
}

function common(instance: InstanceRecord, tasks: readonly TaskRecord[]) {
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.hostId,
    ...(instance.capacityProvider === undefined ? {} : { capacityProviderName: instance.capacityProvider }),
    version: instance.version,
    versionInfo: instance.versionInfo,
    status: instance.status,
    agentConnected: instance.agentConnected,
    attributes: instance.attributes.map((attribute) => ({ ...attribute })),
    registeredResources: resourceList(instance.registered),
    remainingResources: resourceList(remainingOf(instance.registered, tasks)),
  };
}

function resourceList({ cpu, memory, ports, portsUdp }: Resources): Wire<Resource>[] {
  const none = { doubleValue: 0, longValue: 0 };
  return [
    { name: 'CPU', type: 'INTEGER', ...none, integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', ...none, integerValue: memory },
    { name: 'PORTS', type: 'STRINGSET', ...none, integerValue: 0, stringSetValue: ports.map(String) },
    { name: 'PORTS_UDP', type: 'STRINGSET', ...none, integerValue: 0, stringSetValue: portsUdp.map(String) },
  ];
}

/** The container runtime answers as long as the agent does. */
function health(
  context: Viewed,
  { agentConnected, registeredAt }: InstanceRecord,
): Wire<ContainerInstance>['healthStatus'] {
  const status = agentConnected ? 'OK' : 'INSUFFICIENT_DATA';
  return {
    overallStatus: status,
    details: [
      {
        type: 'CONTAINER_RUNTIME',
        status,
        lastUpdated: toSeconds(context.clock.now()),
        lastStatusChange: toSeconds(registeredAt),
      },
    ],
  };
}
