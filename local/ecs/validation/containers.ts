import { clientError, unsupported } from '../errors.ts';
import type { ContainerDefinition } from '../model.ts';
import { isName } from './common.ts';

/** Checks the containers of a task definition together; throws ClientException with ECS's words. */
export function checkContainers(
  containers: readonly ContainerDefinition[],
  shape: { readonly isFargate: boolean; readonly networkMode: string },
): void {
  if (containers.length === 0) throw clientError('Container list cannot be empty.');
  if (containers.length > 10) throw clientError('A task definition can have at most 10 containers.');
  for (const container of containers) checkContainer(container, shape);
  const names = containers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw clientError(`Container.name must be unique; ${twice} appears twice.`);
  if (!containers.some(({ essential }) => essential !== false)) {
    throw clientError('Task definition must have at least one essential container.');
  }
  checkDependencies(containers);
}

function checkContainer(
  container: ContainerDefinition,
  shape: { readonly isFargate: boolean; readonly networkMode: string },
): void {
  const { name, image } = container;
  if (!isName(name)) {
    throw clientError('Container.name must have 1 to 255 letters, digits, hyphens and underscores.');
  }
  if (!image || image.length > 255 || !/^\S+$/.test(image)) {
    throw clientError(
      `Container.image of ${name} should not be null or empty, and have at most 255 characters.`,
    );
  }
  if (image.includes('@') && !/@sha256:[0-9a-f]{64}$/.test(image)) {
    throw clientError(`Invalid image ${image}: a digest has the form @sha256: and 64 hexadecimal digits.`);
  }
  checkResources(container);
  checkHealth(container);
  checkPorts(container, shape.networkMode);
  checkLists(container);
  checkPlace(container, shape);
}

function checkResources({ name, cpu, memory, memoryReservation, stopTimeout }: ContainerDefinition): void {
  if (cpu !== undefined && cpu < 0)
    throw clientError(`Invalid setting for container '${name}'. cpu must not be negative.`);
  for (const amount of [memory, memoryReservation]) {
    if (amount !== undefined && amount < 6) {
      throw clientError(`Invalid setting for container '${name}'. Memory must be at least 6 MiB.`);
    }
  }
  if (memory !== undefined && memoryReservation !== undefined && memory <= memoryReservation) {
    throw clientError(
      `Invalid setting for container '${name}'. Memory must be greater than memoryReservation.`,
    );
  }
  if (stopTimeout !== undefined && (stopTimeout < 0 || stopTimeout > 120)) {
    throw clientError(
      `Invalid setting for container '${name}'. stopTimeout must be between 0 and 120 seconds.`,
    );
  }
}

function checkHealth({ name, healthCheck }: ContainerDefinition): void {
  if (!healthCheck) return;
  const [kind, ...rest] = healthCheck.command ?? [];
  if ((kind !== 'CMD' && kind !== 'CMD-SHELL') || rest.length === 0) {
    throw clientError(
      `Invalid health check of container '${name}': command must begin with CMD or CMD-SHELL.`,
    );
  }
  const bounds = [
    ['interval', healthCheck.interval, 5, 300],
    ['timeout', healthCheck.timeout, 2, 60],
    ['retries', healthCheck.retries, 1, 10],
    ['startPeriod', healthCheck.startPeriod, 0, 300],
  ] as const;
  for (const [member, value, least, greatest] of bounds) {
    if (value !== undefined && (value < least || value > greatest)) {
      throw clientError(
        `Invalid health check of container '${name}': ${member} must be between ${least} and ${greatest}.`,
      );
    }
  }
}

function checkPorts({ name, portMappings }: ContainerDefinition, networkMode: string): void {
  for (const { containerPort, hostPort } of portMappings ?? []) {
    if (containerPort === undefined || containerPort < 1 || containerPort > 65_535) {
      throw clientError(`Invalid port of container '${name}': containerPort must be between 1 and 65535.`);
    }
    if (hostPort !== undefined && (hostPort < 0 || hostPort > 65_535)) {
      throw clientError(`Invalid port of container '${name}': hostPort must be between 0 and 65535.`);
    }
    const isShared = networkMode === 'awsvpc' || networkMode === 'host';
    if (isShared && hostPort !== undefined && hostPort !== containerPort) {
      throw clientError(
        `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`,
      );
    }
  }
}

function checkLists(container: ContainerDefinition): void {
  const { name, environment, secrets, logConfiguration } = container;
  if ((environment ?? []).some((pair) => !pair.name)) {
    throw clientError(`Container '${name}': an environment variable must have a name.`);
  }
  for (const secret of secrets ?? []) {
    if (!secret.name || !isSecretReference(secret.valueFrom)) {
      throw clientError(
        `Container '${name}': the valueFrom of secret ${secret.name} must be a Secrets Manager or SSM ARN, or a parameter's name.`,
      );
    }
  }
  const taken = new Set((environment ?? []).map((pair) => pair.name));
  const both = (secrets ?? []).find((secret) => taken.has(secret.name));
  if (both) {
    throw clientError(
      `Container '${name}': the secret name must be unique and not shared with environment: ${both.name}.`,
    );
  }
  if (logConfiguration?.logDriver === 'awslogs' && !logConfiguration.options?.['awslogs-group']) {
    throw clientError('Log driver awslogs requires options: awslogs-group, awslogs-region.');
  }
}

function isSecretReference(valueFrom: string | undefined): boolean {
  if (!valueFrom) return false;
  if (!valueFrom.startsWith('arn:')) return /^[\w./-]{1,2048}$/.test(valueFrom);
  return /^arn:[\w-]+:(secretsmanager:[\w-]+:\d{12}:secret:|ssm:[\w-]+:\d{12}:parameter\/).+/.test(valueFrom);
}

/** What Fargate forbids, and what would be ignored here in silence. */
function checkPlace(
  container: ContainerDefinition,
  { isFargate, networkMode }: { readonly isFargate: boolean; readonly networkMode: string },
): void {
  const { name } = container;
  if (isFargate && container.privileged === true) {
    throw clientError(`Container '${name}': Tasks that use Fargate do not support privileged mode.`);
  }
  if ((container.links?.length ?? 0) > 0 && networkMode !== 'bridge') {
    throw clientError(`Links are not supported when networkMode=${networkMode}.`);
  }
  const missing = [
    ['mountPoints', (container.mountPoints?.length ?? 0) > 0],
    ['volumesFrom', (container.volumesFrom?.length ?? 0) > 0],
    ['environmentFiles', (container.environmentFiles?.length ?? 0) > 0],
    ['restartPolicy', container.restartPolicy?.enabled === true],
  ] as const;
  const found = missing.find(([, isUsed]) => isUsed);
  if (found) throw unsupported(`Local AWS does not have ${found[0]} (container '${name}').`);
}

function checkDependencies(containers: readonly ContainerDefinition[]): void {
  for (const container of containers) {
    for (const { containerName, condition } of container.dependsOn ?? []) {
      const other = containers.find(({ name }) => name === containerName);
      if (containerName === container.name) {
        throw clientError(`Container '${container.name}' cannot depend on itself.`);
      }
      if (!other) {
        throw clientError(
          `Container '${container.name}' depends on '${containerName}', which does not exist.`,
        );
      }
      if ((condition === 'COMPLETE' || condition === 'SUCCESS') && other.essential !== false) {
        throw clientError(
          `A dependency with condition ${condition} cannot be set on an essential container ('${containerName}').`,
        );
      }
      if (condition === 'HEALTHY' && !other.healthCheck) {
        throw clientError(
          `A dependency with condition HEALTHY needs a health check on container '${containerName}'.`,
        );
      }
    }
  }
  const cycle = cyclic(containers);
  if (cycle) throw clientError(`The container dependencies form a cycle: ${cycle.join(' → ')}.`);
}

/** The names along a cycle of dependsOn, undefined when there is none. */
function cyclic(containers: readonly ContainerDefinition[]): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    const container = containers.find((other) => other.name === name);
    for (const { containerName } of container?.dependsOn ?? []) {
      const found = visit(containerName ?? '', [...path, name]);
      if (found) return found;
    }
    done.add(name);
    return undefined;
  };
  for (const { name } of containers) {
    const found = visit(name ?? '', []);
    if (found) return found;
  }
  return undefined;
}
