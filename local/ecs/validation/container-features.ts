import { clientError } from '../errors.ts';
import type { ContainerDefinition, Definition } from '../model.ts';

/** Restart policy, time limits and environment files of one container; throws ClientException. */
export function checkFeatures(container: ContainerDefinition, isFargate: boolean): void {
  checkRestartPolicy(container);
  checkEnvironmentFiles(container.environmentFiles);
  const { name, startTimeout } = container;
  if (isFargate && startTimeout !== undefined && (startTimeout < 2 || startTimeout > 120)) {
    throw clientError(
      `Invalid setting for container '${name}'. startTimeout must be between 2 and 120 seconds on Fargate.`,
    );
  }
  for (const { name: limit, softLimit = 0, hardLimit = 0 } of container.ulimits ?? []) {
    if (hardLimit >= 0 && softLimit > hardLimit) {
      throw clientError(`Container '${name}': the soft limit of ${limit} is greater than its hard limit.`);
    }
  }
}

function checkRestartPolicy({ name, restartPolicy }: ContainerDefinition): void {
  if (!restartPolicy) return;
  const { ignoredExitCodes = [], restartAttemptPeriod = 300 } = restartPolicy;
  if (restartAttemptPeriod < 60 || restartAttemptPeriod > 1800) {
    throw clientError(
      `Container '${name}': the restartAttemptPeriod of a restartPolicy must be between 60 and 1800 seconds.`,
    );
  }
  if (ignoredExitCodes.length > 50) {
    throw clientError(`Container '${name}': a restartPolicy can have at most 50 ignoredExitCodes.`);
  }
}

/** At most ten objects of S3 whose names end with `.env`. */
export function checkEnvironmentFiles(files: ContainerDefinition['environmentFiles']): void {
  if ((files?.length ?? 0) > 10) throw clientError('A container can have at most 10 environment files.');
  for (const { type, value = '' } of files ?? []) {
    if (type !== 's3') throw clientError(`The type of an environment file must be s3, not ${String(type)}.`);
    if (!/^arn:[\w-]+:s3:::[^/]+\/.+\.env$/.test(value)) {
      throw clientError(
        `Invalid environment file ${value.slice(0, 200)}: it must be the ARN of an S3 object whose name ends with .env.`,
      );
    }
  }
}

const volumeKinds = [
  'host',
  'dockerVolumeConfiguration',
  'efsVolumeConfiguration',
  'fsxWindowsFileServerVolumeConfiguration',
  's3filesVolumeConfiguration',
] as const;

/** The volumes, and that every mount point has one. What can be registered but not run here is refused when it is run. */
export function checkVolumes({
  volumes = [],
  containerDefinitions = [],
}: Pick<Definition, 'volumes' | 'containerDefinitions'>): void {
  const names = volumes.map(({ name }) => name);
  for (const volume of volumes) {
    const { name } = volume;
    if (!name || !/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
      throw clientError('Volume.name must have 1 to 255 letters, digits, hyphens and underscores.');
    }
    if (names.indexOf(name) !== names.lastIndexOf(name)) {
      throw clientError(`Volume.name must be unique; ${name} appears twice.`);
    }
    const kinds = volumeKinds.filter((member) => volume[member]);
    if (kinds.length > 1) {
      throw clientError(`Volume '${name}' can have only one of ${kinds.join(' and ')}.`);
    }
  }
  for (const container of containerDefinitions) {
    for (const { sourceContainer } of container.volumesFrom ?? []) {
      if (!containerDefinitions.some((other) => other.name === sourceContainer)) {
        throw clientError(
          `Container '${container.name}': volumesFrom names '${sourceContainer}', which does not exist.`,
        );
      }
    }
    for (const { sourceVolume, containerPath } of container.mountPoints ?? []) {
      if (!names.includes(sourceVolume)) throw clientError(`Unknown volume '${String(sourceVolume)}'.`);
      if (!containerPath)
        throw clientError(`Container '${container.name}': a mount point must have a containerPath.`);
    }
  }
}
