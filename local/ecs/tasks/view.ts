import type { Attachment, Container, Task } from '@aws-sdk/client-ecs';
import { lasting } from '../../support/json.ts';
import type { ContainerRecord, TaskRecord } from '../model.ts';
import { toIso, toSeconds, type Wire } from '../wire.ts';

/** Records are replaced, never changed, so what one looks like is found out once. */
const views = new WeakMap<TaskRecord, Wire<Task>>();

/** A task as DescribeTasks shows it; not to be changed. Tags are left out unless asked for. */
export function taskView(task: TaskRecord, includeTags = false): Wire<Task> {
  if (includeTags && task.tags.length > 0) return { ...taskView(task), tags: task.tags };
  const known = views.get(task);
  if (known) return known;
  const view = lasting(viewOf(task));
  views.set(task, view);
  return view;
}

function viewOf(task: TaskRecord): Wire<Task> {
  return {
    ...common(task),
    ...(task.platformVersion === undefined ? {} : { platformFamily: 'Linux' }),
    attachments: attachments(task, 'ElasticNetworkInterface'),
    containers: task.containers.map((container) => containerView(task, container)),
    healthStatus: task.health,
    tags: [],
    ...(isConnected(task) ? { connectivity: 'CONNECTED', connectivityAt: toSeconds(task.createdAt) } : {}),
    ...mapTimes(task, toSeconds),
  };
}

/**
 * The same as the `detail` of a task event: ISO times, `updatedAt`, neither tags, health nor platform family;
 * network bindings and accelerators only where there are any.
 */
export function taskDetail(task: TaskRecord, updatedAt: number): Record<string, unknown> {
  const { inferenceAcceleratorOverrides: accelerators, ...overrides } = task.overrides;
  return withoutUndefined({
    ...common(task),
    overrides: accelerators?.length ? task.overrides : overrides,
    attachments: attachments(task, 'eni'),
    containers: task.containers.map((container) => containerDetail(task, container)),
    ...(isConnected(task) ? { connectivity: 'CONNECTED', connectivityAt: toIso(task.createdAt) } : {}),
    ...mapTimes(task, toIso),
    updatedAt: toIso(updatedAt),
  });
}

function common(task: TaskRecord) {
  return withoutUndefined({
    attributes: [{ name: 'ecs.cpu-architecture', value: process.arch === 'arm64' ? 'arm64' : 'x86_64' }],
    availabilityZone: task.zone,
    capacityProviderName: task.capacityProvider,
    clusterArn: task.clusterArn,
    containerInstanceArn: task.reserved?.instanceArn,
    cpu: task.cpu,
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.enableExecuteCommand,
    ...(task.ephemeralGiB === undefined ? {} : { ephemeralStorage: { sizeInGiB: task.ephemeralGiB } }),
    group: task.group,
    lastStatus: task.lastStatus,
    launchType: task.launchType,
    memory: task.memory,
    overrides: task.overrides,
    platformVersion: task.platformVersion,
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    taskArn: task.arn,
    taskDefinitionArn: task.definitionArn,
    version: task.version,
  });
}

function mapTimes<T>(task: TaskRecord, map: (epochMs: number) => T) {
  const times = {
    createdAt: task.createdAt,
    pullStartedAt: task.pullStartedAt,
    pullStoppedAt: task.pullStoppedAt,
    startedAt: task.startedAt,
    stoppingAt: task.stoppingAt,
    executionStoppedAt: task.executionStoppedAt,
    stoppedAt: task.stoppedAt,
  };
  const mapped: Partial<Record<keyof typeof times, T>> = {};
  for (const [name, at] of Object.entries(times)) {
    if (at !== undefined) mapped[name as keyof typeof times] = map(at);
  }
  return mapped;
}

function containerView(task: TaskRecord, container: ContainerRecord): Wire<Container> {
  const address = task.address;
  return withoutUndefined({
    containerArn: container.arn,
    taskArn: task.arn,
    name: container.name,
    image: container.image,
    imageDigest: container.imageDigest,
    runtimeId: container.runtimeId,
    lastStatus: container.status,
    exitCode: container.exitCode,
    reason: container.reason,
    networkBindings: bindings(task, container),
    networkInterfaces:
      task.networkInterface && address
        ? [{ attachmentId: task.networkInterface.attachmentId, privateIpv4Address: address }]
        : [],
    healthStatus: container.health,
    managedAgents: task.enableExecuteCommand ? [execAgent(container)] : undefined,
    cpu: String(container.cpu),
    memory: container.memory === undefined ? undefined : String(container.memory),
    memoryReservation:
      container.memoryReservation === undefined ? undefined : String(container.memoryReservation),
  });
}

function containerDetail(task: TaskRecord, container: ContainerRecord): Record<string, unknown> {
  const { healthStatus: _, networkBindings, ...seen } = containerView(task, container);
  return { ...seen, ...(networkBindings?.length ? { networkBindings } : {}) };
}

/** A container instance is connected before it is given a task; on Fargate the task's interface must be attached. */
function isConnected({ reserved, networkInterface, address }: TaskRecord): boolean {
  return reserved !== undefined || (networkInterface !== undefined && address !== undefined);
}

/** Ports of the container instance, from the moment the container runs; awsvpc has none. */
function bindings(task: TaskRecord, container: ContainerRecord) {
  if (container.status === 'PENDING' || task.networkInterface) return [];
  if (container.hostPorts) {
    return container.hostPorts.map((port) => ({ bindIP: '0.0.0.0', ...port }));
  }
  return Object.entries(container.publishedPorts ?? {}).map(([inside, outside]) => ({
    bindIP: task.address,
    containerPort: Number(inside),
    hostPort: outside,
    protocol: 'tcp' as const,
  }));
}

/** What ECS starts beside a container so that commands can be executed in it. */
function execAgent({ status, startedAt }: ContainerRecord) {
  return withoutUndefined({
    name: 'ExecuteCommandAgent' as const,
    lastStatus: status,
    lastStartedAt: toSeconds(startedAt),
  });
}

function attachments(task: TaskRecord, type: string): Wire<Attachment>[] {
  const eni = task.networkInterface;
  if (!eni) return [];
  const details = [{ name: 'subnetId', value: eni.subnetId }];
  if (task.address) {
    details.push(
      { name: 'networkInterfaceId', value: eni.interfaceId },
      { name: 'macAddress', value: eni.macAddress },
      { name: 'privateDnsName', value: `ip-${task.address.replaceAll('.', '-')}.ec2.internal` },
      { name: 'privateIPv4Address', value: task.address },
    );
  }
  const status = task.lastStatus === 'STOPPED' ? 'DELETED' : task.address ? 'ATTACHED' : 'PRECREATED';
  return [{ id: eni.attachmentId, type, status, details }];
}

function withoutUndefined<T extends object>(value: T): T {
  for (const key of Object.keys(value) as (keyof T)[]) {
    if (value[key] === undefined) delete value[key];
  }
  return value;
}
