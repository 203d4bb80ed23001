import type { ContainerLaunch } from '../../runtimes/runtime.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, TaskRecord } from '../model.ts';

/** The id by which the runtime knows a container of a task. */
export function containerId(taskId: string, containerName: string): string {
  return `${taskId}-${containerName}`;
}

/** The inverse of `containerId`; undefined for an id that is not of this form. */
export function parseContainerId(id: string): { taskId: string; containerName: string } | undefined {
  const dash = id.indexOf('-');
  return dash < 0 ? undefined : { taskId: id.slice(0, dash), containerName: id.slice(dash + 1) };
}

/** A container that cannot be launched; the message is the task's stopped reason. */
export class LaunchRefused extends Error {
  override readonly name = 'LaunchRefused';
}

/** What the runtime has to start: the definition with the task's overrides and secrets. */
export function containerLaunch(
  context: EcsContext,
  task: TaskRecord,
  container: ContainerDefinition,
): ContainerLaunch {
  const name = container.name ?? '';
  const override = task.overrides.containerOverrides?.find((entry) => entry.name === name);
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
    ...(container.workingDirectory === undefined ? {} : { workingDirectory: container.workingDirectory }),
    environment: {
      ...platformEnvironment(context, task),
      ...pairs(container.environment),
      ...secrets(context, container),
      ...pairs(override?.environment),
    },
    ...(container.user === undefined ? {} : { user: container.user }),
    labels: container.dockerLabels ?? {},
    ...(cpu ? { cpuUnits: cpu } : {}),
    ...(memory === undefined ? {} : { memoryMiB: memory }),
    ports: (container.portMappings ?? []).flatMap(({ containerPort }) =>
      containerPort === undefined ? [] : [containerPort],
    ),
    ...(log ? { log } : {}),
  };
}

function platformEnvironment(context: EcsContext, task: TaskRecord): Record<string, string> {
  return {
    AWS_REGION: context.region,
    AWS_DEFAULT_REGION: context.region,
    AWS_EXECUTION_ENV: task.platformVersion === undefined ? 'AWS_ECS_EC2' : 'AWS_ECS_FARGATE',
  };
}

function pairs(list: readonly { name?: string | undefined; value?: string | undefined }[] | undefined) {
  return Object.fromEntries((list ?? []).map(({ name, value }) => [name ?? '', value ?? '']));
}

function secrets(context: EcsContext, container: ContainerDefinition): Record<string, string> {
  const found = (container.secrets ?? []).map(({ name, valueFrom }) => [
    name ?? '',
    secretValue(context, valueFrom ?? ''),
  ]);
  return Object.fromEntries(found);
}

/** `valueFrom` is a name, an ARN, or a Secrets Manager ARN with `:json-key:version-stage:version-id`. */
function secretValue(context: EcsContext, valueFrom: string): string {
  const whole = context.readSecret(valueFrom);
  if (whole !== undefined) return whole;
  const parts = valueFrom.split(':');
  const isKeyed = parts[2] === 'secretsmanager' && parts.length > 7;
  const base = isKeyed ? context.readSecret(parts.slice(0, 7).join(':')) : undefined;
  if (base === undefined) throw secretRefused(`unable to retrieve secret ${valueFrom}: it does not exist`);
  const key = parts[7];
  if (!key) return base;
  const member = jsonMember(base, key);
  if (member === undefined) throw secretRefused(`secret ${valueFrom} has no JSON key ${key}`);
  return member;
}

function jsonMember(text: string, key: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    const member = (value as Record<string, unknown>)[key];
    return typeof member === 'string' ? member : JSON.stringify(member);
  } catch {
    return undefined;
  }
}

function secretRefused(cause: string): LaunchRefused {
  return new LaunchRefused(
    `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ${cause}`,
  );
}

function logTarget(container: ContainerDefinition, taskId: string) {
  const configuration = container.logConfiguration;
  if (configuration?.logDriver !== 'awslogs') return undefined;
  const group = configuration.options?.['awslogs-group'];
  const prefix = configuration.options?.['awslogs-stream-prefix'];
  if (!group) return undefined;
  return { group, stream: prefix ? `${prefix}/${container.name}/${taskId}` : taskId };
}
