import type { TaskOverride } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
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
  /** Which of the network's subnets: tasks go round. */
  readonly ordinal: number;
  readonly enableExecuteCommand?: boolean;
  readonly tags: Tags;
  readonly tokenKey?: string;
}

/** A task in PROVISIONING, version 1, not yet stored. */
export function newTask(context: EcsContext, wanted: NewTask): TaskRecord {
  const id = context.ids.task();
  const { definition } = wanted.definition;
  const overrides = completeOverrides(definition.containerDefinitions ?? [], wanted.overrides);
  const subnets = wanted.network?.subnets ?? [];
  const subnetId = subnets[wanted.ordinal % Math.max(1, subnets.length)];
  const isFargate = wanted.launchType === 'FARGATE' || (wanted.capacityProvider ?? '').startsWith('FARGATE');
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
      newContainer(context, wanted, id, container, overrides),
    ),
    overrides,
    ...(wanted.launchType === undefined ? {} : { launchType: wanted.launchType }),
    ...(wanted.capacityProvider === undefined ? {} : { capacityProvider: wanted.capacityProvider }),
    ...(isFargate ? { platformVersion: platform(wanted.platformVersion) } : {}),
    cpu: overrides.cpu ?? definition.cpu ?? sum(definition.containerDefinitions, 'cpu'),
    memory: overrides.memory ?? definition.memory ?? sum(definition.containerDefinitions, 'memory'),
    ...(isFargate ? { ephemeralGiB: definition.ephemeralStorage?.sizeInGiB ?? 20 } : {}),
    ...(subnetId === undefined ? {} : { networkInterface: newInterface(context, subnetId) }),
    zone: zoneOf(context.region, subnetId),
    health: 'UNKNOWN',
    targets: [],
    reachedHealthy: false,
    enableExecuteCommand: wanted.enableExecuteCommand ?? false,
    tags: wanted.tags,
    createdAt: context.clock.now(),
    ...(wanted.tokenKey === undefined ? {} : { tokenKey: wanted.tokenKey }),
  };
}

function newContainer(
  context: EcsContext,
  wanted: NewTask,
  taskId: string,
  container: ContainerDefinition,
  overrides: Wire<TaskOverride>,
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

function platform(version: string | undefined): string {
  return version === undefined || version === 'LATEST' ? '1.4.0' : version;
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

/** A subnet lies in one zone, always the same. */
export function zoneOf(region: string, subnetId: string | undefined): string {
  let sum = 0;
  for (const character of subnetId ?? '') sum = (sum * 31 + character.charCodeAt(0)) % 3;
  return `${region}${'abc'[sum]}`;
}
