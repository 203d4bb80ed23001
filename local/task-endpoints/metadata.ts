import type { EcsContext } from '../ecs/context.ts';
import type { ContainerDefinition, ContainerRecord, TaskRecord } from '../ecs/model.ts';
import { toIso } from '../ecs/wire.ts';

type Context = Pick<EcsContext, 'state' | 'region'>;

/** A container as the task metadata endpoint version 4 tells it. */
export function containerMetadata(context: Context, task: TaskRecord, container: ContainerRecord): object {
  const definition = definitionOf(context, task, container);
  const limits = { CPU: container.cpu, ...(container.memory && { Memory: container.memory }) };
  const log = definition?.logConfiguration;
  return defined({
    DockerId: container.runtimeId,
    Name: container.name,
    DockerName: `ecs-${task.definitionKey.replace(':', '-')}-${container.name}-${task.id.slice(0, 20)}`,
    Image: container.image,
    ImageID: container.imageDigest,
    Ports: portsOf(task, container, definition),
    Labels: {
      ...definition?.dockerLabels,
      'com.amazonaws.ecs.cluster': task.cluster,
      'com.amazonaws.ecs.container-name': container.name,
      'com.amazonaws.ecs.task-arn': task.arn,
      'com.amazonaws.ecs.task-definition-family': task.family,
      'com.amazonaws.ecs.task-definition-version': revisionOf(task),
    },
    DesiredStatus: task.desiredStatus,
    KnownStatus: container.status,
    ExitCode: container.exitCode,
    Limits: limits,
    CreatedAt: toIso(container.startedAt ?? task.createdAt),
    StartedAt: toIso(container.startedAt),
    Type: 'NORMAL',
    Health: container.checked ? { status: container.health } : undefined,
    RestartCount: definition?.restartPolicy?.enabled ? (container.restartCount ?? 0) : undefined,
    LogDriver: log?.logDriver,
    LogOptions: log?.options,
    ContainerARN: container.arn,
    Networks: networksOf(context, task),
  });
}

/** A task as the endpoint tells it, with its containers; with its tags where they were asked for. */
export function taskMetadata(context: Context, task: TaskRecord, withTags: boolean): object {
  const { cpu, memory } = task;
  return defined({
    Cluster: task.clusterArn,
    TaskARN: task.arn,
    Family: task.family,
    ServiceName: task.service?.key.slice(task.cluster.length + 1),
    Revision: revisionOf(task),
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    Limits: { CPU: Number(cpu) / 1024, Memory: Number(memory) },
    PullStartedAt: toIso(task.pullStartedAt),
    PullStoppedAt: toIso(task.pullStoppedAt),
    AvailabilityZone: task.zone,
    LaunchType: task.launchType ?? 'FARGATE',
    Containers: task.containers
      .filter(({ runtimeId }) => runtimeId !== undefined)
      .map((container) => containerMetadata(context, task, container)),
    EphemeralStorageMetrics:
      task.ephemeralGiB === undefined ? undefined : { Utilized: 0, Reserved: task.ephemeralGiB * 1024 },
    TaskTags: withTags ? Object.fromEntries(task.tags.map(({ key, value }) => [key, value])) : undefined,
  });
}

const revisionOf = ({ definitionKey }: TaskRecord) => definitionKey.slice(definitionKey.lastIndexOf(':') + 1);

function definitionOf({ state }: Context, task: TaskRecord, { name }: ContainerRecord) {
  const definitions = state.definitions.get(task.definitionKey)?.definition.containerDefinitions ?? [];
  return definitions.find((definition) => definition.name === name);
}

function portsOf(task: TaskRecord, container: ContainerRecord, definition: ContainerDefinition | undefined) {
  const ports = (definition?.portMappings ?? []).flatMap(({ containerPort, protocol = 'tcp' }) => {
    if (containerPort === undefined) return [];
    const hostPort = container.publishedPorts?.[containerPort];
    const outside = hostPort === undefined ? {} : { HostPort: hostPort, HostIp: task.address };
    return [{ ContainerPort: containerPort, Protocol: protocol, ...outside }];
  });
  return ports.length > 0 ? ports : undefined;
}

function networksOf({ region }: Context, { address, networkInterface }: TaskRecord) {
  if (address === undefined) return undefined;
  if (!networkInterface) return [{ NetworkMode: 'bridge', IPv4Addresses: [address] }];
  const network = address.replace(/\.\d+$/, '');
  return [
    {
      NetworkMode: 'awsvpc',
      IPv4Addresses: [address],
      AttachmentIndex: 0,
      MACAddress: networkInterface.macAddress,
      IPv4SubnetCIDRBlock: `${network}.0/24`,
      PrivateDNSName: `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`,
      SubnetGatewayIpv4Address: `${network}.1/24`,
    },
  ];
}

function defined(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}
