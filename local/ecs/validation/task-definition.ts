import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { clientError, invalid, unsupported } from '../errors.ts';
import type { ContainerDefinition, Definition } from '../model.ts';
import type { Wire } from '../wire.ts';
import { isName } from './common.ts';
import { checkContainers } from './containers.ts';
import { isFargateSize, parseCpu, parseMemory } from './fargate.ts';

type Request = Wire<RegisterTaskDefinitionRequest>;

const bytesCeiling = 65_536;

/** Checks a registration as ECS does and fills in what ECS fills in; ids, revision and status are the caller's. */
export function acceptDefinition(request: Request): Definition {
  if (!isName(request.family)) {
    throw clientError('Family should have 1 to 255 letters, digits, hyphens and underscores.');
  }
  if (Buffer.byteLength(JSON.stringify(request)) > bytesCeiling) {
    throw clientError(`The task definition is larger than ${bytesCeiling} bytes.`);
  }
  const isFargate = request.requiresCompatibilities?.includes('FARGATE') ?? false;
  const networkMode = request.networkMode ?? 'bridge';
  const containers = request.containerDefinitions ?? [];
  checkContainers(containers, { isFargate, networkMode });
  const cpu = request.cpu === undefined ? undefined : parseCpu(request.cpu);
  const memory = request.memory === undefined ? undefined : parseMemory(request.memory);
  if (isFargate) checkFargate(request, cpu, memory);
  else checkInstance(containers, cpu, memory);
  checkTotals(containers, cpu, memory);
  checkRest(request);
  return completed(request, networkMode, cpu, memory);
}

function checkFargate(request: Request, cpu: number | undefined, memory: number | undefined): void {
  if (request.networkMode !== 'awsvpc') {
    throw clientError('Fargate only supports network mode ‘awsvpc’.');
  }
  if (cpu === undefined || memory === undefined) {
    throw clientError("Fargate requires that 'cpu' and 'memory' be defined at the task level.");
  }
  if (!isFargateSize(cpu, memory)) {
    throw clientError('No Fargate configuration exists for given values.');
  }
  if (request.pidMode !== undefined && request.pidMode !== 'task') {
    throw clientError("Tasks using the Fargate launch type only support the pidMode 'task'.");
  }
  if (request.ipcMode !== undefined)
    throw clientError('Tasks using the Fargate launch type do not support ipcMode.');
  if ((request.placementConstraints?.length ?? 0) > 0) {
    throw clientError('Tasks using the Fargate launch type do not support placement constraints.');
  }
}

function checkInstance(
  containers: readonly ContainerDefinition[],
  cpu: number | undefined,
  memory: number | undefined,
): void {
  if (cpu !== undefined && (cpu < 128 || cpu > 196_608)) {
    throw clientError("Invalid 'cpu' setting for task: it must be between 128 and 196608.");
  }
  const without = containers.find((container) => !container.memory && !container.memoryReservation);
  if (memory === undefined && without) {
    throw clientError(
      `Invalid setting for container '${without.name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    );
  }
}

function checkTotals(
  containers: readonly ContainerDefinition[],
  cpu: number | undefined,
  memory: number | undefined,
): void {
  const total = (member: 'cpu' | 'memory') =>
    containers.reduce((sum, container) => sum + (container[member] ?? 0), 0);
  if (cpu !== undefined && total('cpu') > cpu) {
    throw clientError('The sum of the containers’ cpu is greater than the cpu of the task.');
  }
  const largest = Math.max(0, ...containers.map((container) => container.memory ?? 0));
  const reserved = containers.reduce((sum, { memoryReservation }) => sum + (memoryReservation ?? 0), 0);
  if (memory !== undefined && (largest > memory || reserved > memory)) {
    throw clientError('The memory of a container is greater than the memory of the task.');
  }
}

function checkRest(request: Request): void {
  if ((request.volumes?.length ?? 0) > 0) throw unsupported('Local AWS does not have volumes.');
  if (request.proxyConfiguration) throw unsupported('Local AWS does not have proxyConfiguration.');
  if ((request.inferenceAccelerators?.length ?? 0) > 0) {
    throw unsupported('Local AWS does not have inferenceAccelerators.');
  }
  if ((request.placementConstraints?.length ?? 0) > 10) {
    throw invalid('A task definition can have at most 10 placement constraints.');
  }
  const size = request.ephemeralStorage?.sizeInGiB;
  if (size !== undefined && (size < 21 || size > 200)) {
    throw clientError('The ephemeral storage size must be between 21 and 200 GiB.');
  }
}

function completed(
  request: Request,
  networkMode: string,
  cpu: number | undefined,
  memory: number | undefined,
): Definition {
  const { tags: _, ...kept } = request;
  const fitsFargate =
    networkMode === 'awsvpc' && cpu !== undefined && memory !== undefined && isFargateSize(cpu, memory);
  return {
    ...kept,
    containerDefinitions: (request.containerDefinitions ?? []).map((container) =>
      completedContainer(container, networkMode),
    ),
    networkMode,
    volumes: request.volumes ?? [],
    placementConstraints: request.placementConstraints ?? [],
    compatibilities: fitsFargate ? ['EC2', 'FARGATE'] : ['EC2'],
    requiresAttributes: requiredAttributes(request, networkMode),
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory: String(memory) }),
  };
}

function completedContainer(container: ContainerDefinition, networkMode: string): ContainerDefinition {
  const isShared = networkMode === 'awsvpc' || networkMode === 'host';
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    volumesFrom: container.volumesFrom ?? [],
    systemControls: container.systemControls ?? [],
    portMappings: (container.portMappings ?? []).map((mapping) => ({
      protocol: 'tcp',
      hostPort: isShared ? mapping.containerPort : 0,
      ...mapping,
    })),
    ...(container.healthCheck
      ? { healthCheck: { interval: 30, timeout: 5, retries: 3, ...container.healthCheck } }
      : {}),
  };
}

function requiredAttributes(request: Request, networkMode: string): { name: string }[] {
  const containers = request.containerDefinitions ?? [];
  const names = [
    ['com.amazonaws.ecs.capability.docker-remote-api.1.18', true],
    ['com.amazonaws.ecs.capability.task-iam-role', request.taskRoleArn !== undefined],
    ['ecs.capability.task-eni', networkMode === 'awsvpc'],
    ['ecs.capability.container-health-check', containers.some(({ healthCheck }) => healthCheck)],
    ['ecs.capability.container-ordering', containers.some(({ dependsOn }) => dependsOn?.length)],
    [
      'com.amazonaws.ecs.capability.logging-driver.awslogs',
      containers.some(({ logConfiguration }) => logConfiguration?.logDriver === 'awslogs'),
    ],
  ] as const;
  return names.filter(([, isNeeded]) => isNeeded).map(([name]) => ({ name }));
}
