import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import { clientError, invalid, unsupported } from '../errors.ts';
import type { ContainerDefinition, Definition } from '../model.ts';
import { requiredAttributes } from '../task-definitions/requirements.ts';
import type { Wire } from '../wire.ts';
import { isName } from './common.ts';
import { checkVolumes } from './container-features.ts';
import { checkContainers } from './containers.ts';
import { isFargateSize, parseCpu, parseMemory } from './fargate.ts';

type Request = Wire<RegisterTaskDefinitionRequest>;

const bytesCeiling = 65_536;

/** Checks a registration as ECS does and fills in what ECS fills in; ids, revision and status are the caller's. */
export function acceptDefinition(request: Request): Definition {
  if (!isName(request.family)) {
    throw clientError(
      request.family
        ? 'Family contains invalid characters: it has 1 to 255 letters, digits, hyphens and underscores.'
        : 'Family should not be null or empty.',
    );
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
  if (cpu === undefined) throw clientError("Fargate requires that 'cpu' be defined at the task level.");
  if (memory === undefined) throw clientError("Fargate requires that 'memory' be defined at the task level.");
  if (!isFargateSize(cpu, memory)) {
    throw clientError('No Fargate configuration exists for given values.');
  }
  if (request.pidMode !== undefined && request.pidMode !== 'task') {
    throw clientError(
      `Tasks using the Fargate launch type do not support pidMode '${request.pidMode}'. The supported value for pidMode is 'task'.`,
    );
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
    throw clientError("The sum of all container 'cpu' values cannot be greater than the cpu of the task.");
  }
  const largest = Math.max(0, ...containers.map((container) => container.memory ?? 0));
  const reserved = containers.reduce((sum, { memoryReservation }) => sum + (memoryReservation ?? 0), 0);
  if (memory !== undefined && (largest > memory || reserved > memory)) {
    throw clientError("The 'memory' setting for container is greater than for the task.");
  }
}

function checkRest(request: Request): void {
  checkVolumes(request);
  checkProxy(request);
  checkPlatform(request);
  if ((request.inferenceAccelerators?.length ?? 0) > 0) {
    throw unsupported('Local AWS does not have inferenceAccelerators.');
  }
  if ((request.placementConstraints?.length ?? 0) > 10) {
    throw invalid('A task definition can have at most 10 placement constraints.');
  }
  for (const { type, expression } of request.placementConstraints ?? []) {
    if (type !== 'memberOf' || !expression) {
      throw clientError(
        'A placement constraint of a task definition has the type memberOf and an expression.',
      );
    }
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
    compatibilities: compatibilitiesOf(request, fitsFargate),
    requiresAttributes: requiredAttributes(request, networkMode),
    ...(cpu === undefined ? {} : { cpu: String(cpu) }),
    ...(memory === undefined ? {} : { memory: String(memory) }),
  };
}

/** Where the tasks could run, asked for or not. EXTERNAL goes with neither awsvpc nor a proxy. */
function compatibilitiesOf(request: Request, fitsFargate: boolean): string[] {
  const isExternal = request.networkMode !== 'awsvpc' && !request.proxyConfiguration;
  return [...(isExternal ? ['EXTERNAL'] : []), 'EC2', ...(fitsFargate ? ['FARGATE'] : [])];
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
      ...(mapping.containerPortRange === undefined ? { hostPort: isShared ? mapping.containerPort : 0 } : {}),
      ...mapping,
    })),
    ...(container.healthCheck
      ? { healthCheck: { interval: 30, timeout: 5, retries: 3, ...container.healthCheck } }
      : {}),
  };
}

function checkProxy({ proxyConfiguration, networkMode, containerDefinitions }: Request): void {
  if (!proxyConfiguration) return;
  const { type, containerName } = proxyConfiguration;
  if (type !== undefined && type !== 'APPMESH') {
    throw clientError(`The type of a proxyConfiguration must be APPMESH, not ${type}.`);
  }
  if (networkMode !== 'awsvpc') {
    throw clientError('proxyConfiguration is only supported when networkMode=awsvpc.');
  }
  if (!containerDefinitions?.some(({ name }) => name === containerName)) {
    throw clientError(`The proxyConfiguration names the container '${containerName}', which does not exist.`);
  }
}

function checkPlatform({ runtimePlatform, requiresCompatibilities }: Request): void {
  const { operatingSystemFamily = 'LINUX', cpuArchitecture } = runtimePlatform ?? {};
  if (operatingSystemFamily !== 'LINUX' && cpuArchitecture === 'ARM64') {
    throw clientError('The CPU architecture ARM64 is only supported with the operating system family LINUX.');
  }
  const isServerOnFargate = /^WINDOWS_SERVER_20(19|22|25)_(CORE|FULL)$/.test(operatingSystemFamily);
  if (
    requiresCompatibilities?.includes('FARGATE') &&
    operatingSystemFamily !== 'LINUX' &&
    !isServerOnFargate
  ) {
    throw clientError(`Fargate does not support the operating system family ${operatingSystemFamily}.`);
  }
}
