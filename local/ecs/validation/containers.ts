import { clientError } from '../errors.ts';
import type { ContainerDefinition } from '../model.ts';
import { isName } from './common.ts';
import { checkFeatures } from './container-features.ts';
import { checkNetwork } from './container-network.ts';

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
  if (!name) throw clientError('Container.name should not be null or empty.');
  if (!isName(name)) {
    throw clientError(
      'Container.name contains invalid characters: it has 1 to 255 letters, digits, hyphens and underscores.',
    );
  }
  if (!image) throw clientError('Container.image should not be null or empty.');
  if (image.length > 255 || !/^[\w.:/@-]+$/.test(image)) {
    throw clientError('Container.image contains invalid characters.');
  }
  if (image.includes('@') && !/@sha256:[0-9a-f]{64}$/.test(image)) {
    throw clientError(`Invalid image ${image}: a digest has the form @sha256: and 64 hexadecimal digits.`);
  }
  checkResources(container);
  checkHealth(container);
  checkNetwork(container, shape.networkMode);
  checkLists(container);
  checkPlace(container, shape.isFargate);
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

/** What Fargate forbids, and what each feature asks for. */
function checkPlace(container: ContainerDefinition, isFargate: boolean): void {
  const { name } = container;
  if (isFargate && container.privileged === true) {
    throw clientError(`Container '${name}': Tasks that use Fargate do not support privileged mode.`);
  }
  if (isFargate) checkFargateContainer(container);
  checkFeatures(container, isFargate);
}

function checkFargateContainer({
  name,
  linuxParameters,
  dockerSecurityOptions,
  resourceRequirements,
  logConfiguration,
}: ContainerDefinition): void {
  const refuse = (what: string) => clientError(`Container '${name}': Fargate does not support ${what}.`);
  const { devices, sharedMemorySize, tmpfs, capabilities } = linuxParameters ?? {};
  if (devices?.length) throw refuse('linuxParameters.devices');
  if (sharedMemorySize !== undefined) throw refuse('linuxParameters.sharedMemorySize');
  if (tmpfs?.length) throw refuse('linuxParameters.tmpfs');
  if (capabilities?.add?.some((capability) => capability !== 'SYS_PTRACE')) {
    throw refuse('capabilities other than SYS_PTRACE');
  }
  if (dockerSecurityOptions?.length) throw refuse('dockerSecurityOptions');
  if (resourceRequirements?.some(({ type }) => type === 'GPU')) throw refuse('GPU');
  const driver = logConfiguration?.logDriver;
  if (driver !== undefined && !['awslogs', 'splunk', 'awsfirelens'].includes(driver)) {
    throw clientError(`Log driver ${driver} is not supported by Fargate.`);
  }
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
