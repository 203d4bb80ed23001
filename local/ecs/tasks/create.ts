import type { TaskOverride } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { tasksOn } from '../instances/view.ts';
import type {
  ContainerDefinition,
  ContainerRecord,
  DefinitionRecord,
  NetworkInterfaceRecord,
  ServiceMembership,
  Tags,
  TaskRecord,
  VpcConfiguration,
} from '../model.ts';
import type { HostPort, Reservation } from '../placement/records.ts';
import { bindPorts, needsOf, portKey, remainingOf } from '../placement/resources.ts';
import { subnetInZone, zoneOfSubnet } from '../placement/subnets.ts';
import { platformOf } from '../platform.ts';
import { isFargateProvider } from '../validation/common.ts';
import type { Wire } from '../wire.ts';

export interface NewTask {
  readonly cluster: { readonly name: string; readonly arn: string };
  readonly definition: DefinitionRecord;
  readonly group: string;
  readonly startedBy?: string;
  readonly service?: ServiceMembership;
  readonly overrides?: Wire<TaskOverride>;
  readonly launchType?: string;
  readonly capacityProvider?: string;
  readonly platformVersion?: string;
  readonly network?: VpcConfiguration;
  /** Where it was found a place: a container instance, or a subnet of Fargate. */
  readonly place: NewPlace;
  readonly enableExecuteCommand?: boolean;
  readonly tags: Tags;
  readonly tokenKey?: string;
}

export interface NewPlace {
  readonly instanceId?: string;
  readonly subnetId?: string;
}

/** A task in PROVISIONING, version 1, not yet stored. */
export function newTask(context: EcsContext, wanted: NewTask): TaskRecord {
  const id = context.ids.task();
  const { definition } = wanted.definition;
  const overrides = completeOverrides(definition.containerDefinitions ?? [], wanted.overrides);
  const { subnetId, zone, reserved, hostPorts } = settle(context, wanted, overrides);
  const isFargate = wanted.launchType === 'FARGATE' || isFargateProvider(wanted.capacityProvider);
  return {
    id,
    arn: context.arns.task(wanted.cluster.name, id),
    cluster: wanted.cluster.name,
    clusterArn: wanted.cluster.arn,
    definitionKey: wanted.definition.key,
    definitionArn: definition.taskDefinitionArn ?? '',
    family: wanted.definition.family,
    group: wanted.group,
    ...(wanted.startedBy === undefined ? {} : { startedBy: wanted.startedBy }),
    ...(wanted.service ? { service: wanted.service } : {}),
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    version: 1,
    containers: (definition.containerDefinitions ?? []).map((container) =>
      newContainer(context, wanted, id, container, overrides, hostPorts.get(container.name)),
    ),
    overrides,
    ...(wanted.launchType === undefined ? {} : { launchType: wanted.launchType }),
    ...(wanted.capacityProvider === undefined ? {} : { capacityProvider: wanted.capacityProvider }),
    ...(isFargate ? { platformVersion: platformOf(wanted.platformVersion) } : {}),
    cpu: overrides.cpu ?? definition.cpu ?? sum(definition.containerDefinitions, 'cpu'),
    memory: overrides.memory ?? definition.memory ?? sum(definition.containerDefinitions, 'memory'),
    ...(isFargate
      ? { ephemeralGiB: (overrides.ephemeralStorage ?? definition.ephemeralStorage)?.sizeInGiB ?? 20 }
      : {}),
    ...(subnetId === undefined ? {} : { networkInterface: newInterface(context, subnetId) }),
    zone,
    ...(reserved ? { reserved } : {}),
    health: 'UNKNOWN',
    targets: [],
    reachedHealthy: false,
    enableExecuteCommand: wanted.enableExecuteCommand ?? false,
    tags: wanted.tags,
    createdAt: context.clock.now(),
    ...(wanted.tokenKey === undefined ? {} : { tokenKey: wanted.tokenKey }),
  };
}

interface Settled {
  readonly subnetId: string | undefined;
  readonly zone: string;
  readonly reserved?: Reservation;
  /** By container. */
  readonly hostPorts: ReadonlyMap<string | undefined, readonly HostPort[]>;
}

/** What the task takes of the place that it was found. */
function settle(context: EcsContext, wanted: NewTask, overrides: Wire<TaskOverride>): Settled {
  const { instanceId, subnetId } = wanted.place;
  const subnets = wanted.network?.subnets ?? [];
  const instance = instanceId === undefined ? undefined : context.state.instances.get(instanceId);
  if (!instance) return { subnetId, zone: zoneOfSubnet(context.region, subnetId), hostPorts: new Map() };
  const { definition } = wanted.definition;
  const remaining = remainingOf(instance.registered, tasksOn(context, instance.id));
  const taken = new Set([
    ...remaining.ports.map((hostPort) => portKey({ protocol: 'tcp', hostPort })),
    ...remaining.portsUdp.map((hostPort) => portKey({ protocol: 'udp', hostPort })),
  ]);
  const hostPorts = new Map(
    (definition.containerDefinitions ?? []).map((container) => [
      container.name,
      bindPorts(definition, container, taken),
    ]),
  );
  const { cpu, memory } = needsOf(definition, overrides);
  return {
    subnetId: subnetInZone(context.region, subnets, instance.zone),
    zone: instance.zone,
    hostPorts,
    reserved: {
      instanceId: instance.id,
      instanceArn: instance.arn,
      cpu,
      memory,
      hostPorts: [...hostPorts.values()].flat(),
    },
  };
}

function newContainer(
  context: EcsContext,
  wanted: NewTask,
  taskId: string,
  container: ContainerDefinition,
  overrides: Wire<TaskOverride>,
  hostPorts: readonly HostPort[] | undefined,
): ContainerRecord {
  const override = overrides.containerOverrides?.find((entry) => entry.name === container.name);
  const memory = override?.memory ?? container.memory;
  const reservation = override?.memoryReservation ?? container.memoryReservation;
  return {
    name: container.name ?? '',
    arn: context.arns.container(wanted.cluster.name, taskId, context.ids.uuid()),
    image: container.image ?? '',
    essential: container.essential !== false,
    status: 'PENDING',
    health: 'UNKNOWN',
    checked: container.healthCheck !== undefined,
    ...(hostPorts?.length ? { hostPorts } : {}),
    cpu: override?.cpu ?? container.cpu ?? 0,
    ...(memory === undefined ? {} : { memory }),
    ...(reservation === undefined ? {} : { memoryReservation: reservation }),
  };
}

/** ECS lists every container among the overrides, those without any by name alone. */
function completeOverrides(
  containers: readonly ContainerDefinition[],
  given: Wire<TaskOverride> | undefined,
): Wire<TaskOverride> {
  const overridden = given?.containerOverrides ?? [];
  return {
    ...given,
    containerOverrides: containers.map(
      ({ name }) => overridden.find((entry) => entry.name === name) ?? { name },
    ),
    inferenceAcceleratorOverrides: given?.inferenceAcceleratorOverrides ?? [],
  };
}

function sum(containers: readonly ContainerDefinition[] | undefined, member: 'cpu' | 'memory'): string {
  const values = (containers ?? []).map((container) => {
    const own = container[member];
    return own ?? (member === 'memory' ? container.memoryReservation : undefined) ?? 0;
  });
  return String(values.reduce((total, value) => total + value, 0));
}

function newInterface(context: EcsContext, subnetId: string): NetworkInterfaceRecord {
  const mac = context.ids.hex(10);
  return {
    attachmentId: context.ids.uuid(),
    interfaceId: `eni-${context.ids.hex(17)}`,
    macAddress: `0a:${mac.match(/../g)?.join(':') ?? mac}`,
    subnetId,
  };
}
