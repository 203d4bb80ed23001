import type { ContainerLaunch, Mount, Ulimit } from '../../runtimes/runtime.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, Definition, TaskRecord } from '../model.ts';
import { environmentOf, overrideOf } from './environment.ts';

/** The id by which the runtime knows a container of a task. */
export function containerId(taskId: string, containerName: string): string {
  return `${taskId}-${containerName}`;
}

/** The inverse of `containerId`; undefined for an id that is not of this form. */
export function parseContainerId(id: string): { taskId: string; containerName: string } | undefined {
  const dash = id.indexOf('-');
  return dash < 0 ? undefined : { taskId: id.slice(0, dash), containerName: id.slice(dash + 1) };
}

/**
 * What the runtime has to start: the definition with the task's overrides, files and secrets. `endpoint` is where
 * containers reach Local AWS. Throws `LaunchRefused` for what cannot be had.
 */
export function containerLaunch(
  context: EcsContext,
  task: TaskRecord,
  container: ContainerDefinition,
  endpoint?: string,
): ContainerLaunch {
  const name = container.name ?? '';
  const override = overrideOf(task, name);
  const command = override?.command ?? container.command;
  const memory = override?.memory ?? container.memory ?? container.memoryReservation;
  const cpu = override?.cpu ?? container.cpu;
  const log = logTarget(container, task.id);
  return {
    id: containerId(task.id, name),
    taskArn: task.arn,
    taskId: task.id,
    containerName: name,
    image: container.image ?? '',
    ...(container.entryPoint?.length ? { entryPoint: container.entryPoint } : {}),
    ...(command?.length ? { command } : {}),
    ...(override?.command?.length ? { isCommandOverridden: true } : {}),
    ...(container.workingDirectory === undefined ? {} : { workingDirectory: container.workingDirectory }),
    environment: environmentOf(context, task, container, endpoint),
    ...(container.user === undefined ? {} : { user: container.user }),
    labels: container.dockerLabels ?? {},
    ...(cpu ? { cpuUnits: cpu } : {}),
    ...(memory === undefined ? {} : { memoryMiB: memory }),
    ports: (container.portMappings ?? []).flatMap(({ containerPort }) =>
      containerPort === undefined ? [] : [containerPort],
    ),
    ...(log ? { log } : {}),
    ...surroundings(context, task, container),
  };
}

/** What a container gets of the machine besides its program. */
function surroundings(
  { state }: EcsContext,
  { definitionKey }: TaskRecord,
  container: ContainerDefinition,
): Partial<ContainerLaunch> {
  const { linuxParameters: linux } = container;
  const mounts = mountsOf(state.definitions.get(definitionKey)?.definition.volumes ?? [], container);
  const { add = [], drop = [] } = linux?.capabilities ?? {};
  return {
    ...(mounts.length > 0 && { mounts }),
    ...(container.ulimits?.length && { ulimits: container.ulimits.map(ulimit) }),
    ...(container.readonlyRootFilesystem === true && { isRootReadOnly: true }),
    ...(linux?.initProcessEnabled === true && { hasInit: true }),
    ...(container.privileged === true && { isPrivileged: true }),
    ...(add.length + drop.length > 0 && { capabilities: { add, drop } }),
    ...(linux?.sharedMemorySize !== undefined && { sharedMemoryMiB: linux.sharedMemorySize }),
    ...(linux?.tmpfs?.length && {
      temporary: linux.tmpfs.map(({ containerPath = '', size = 0, mountOptions: options = [] }) => ({
        containerPath,
        sizeMiB: size,
        options,
      })),
    }),
  };
}

function ulimit({ name = '', softLimit = 0, hardLimit = 0 }: UlimitDefinition): Ulimit {
  return { name, soft: softLimit, hard: hardLimit };
}

type UlimitDefinition = NonNullable<ContainerDefinition['ulimits']>[number];

/** The definition's volumes where the container wants them. */
function mountsOf(volumes: Volumes, container: ContainerDefinition): Mount[] {
  return (container.mountPoints ?? []).flatMap(({ sourceVolume, containerPath, readOnly = false }) => {
    const volume = volumes.find(({ name }) => name === sourceVolume);
    if (volume?.name === undefined || containerPath === undefined) return [];
    const hostPath = volume.host?.sourcePath;
    return [
      {
        volume: volume.name,
        ...(hostPath === undefined ? {} : { hostPath }),
        containerPath,
        isReadOnly: readOnly,
      },
    ];
  });
}

type Volumes = NonNullable<Definition['volumes']>;

function logTarget(container: ContainerDefinition, taskId: string) {
  const configuration = container.logConfiguration;
  if (configuration?.logDriver !== 'awslogs') return undefined;
  const group = configuration.options?.['awslogs-group'];
  const prefix = configuration.options?.['awslogs-stream-prefix'];
  if (!group) return undefined;
  return { group, stream: prefix ? `${prefix}/${container.name}/${taskId}` : taskId };
}
