import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, TaskRecord } from '../model.ts';
import { LaunchRefused, secretsOf } from './secrets.ts';

/** What a task changes of one of its containers. */
export function overrideOf(task: TaskRecord, containerName: string) {
  return task.overrides.containerOverrides?.find(({ name }) => name === containerName);
}

/**
 * A container's environment: what ECS gives, then environment files, the definition's variables, its secrets and
 * the task's overrides, each winning over those before it. Throws `LaunchRefused` for what is not there.
 */
export function environmentOf(
  context: EcsContext,
  task: TaskRecord,
  container: ContainerDefinition,
  endpoint: string | undefined,
): Record<string, string> {
  const override = overrideOf(task, container.name ?? '');
  return {
    ...platformEnvironment(context, task),
    ...(endpoint === undefined ? {} : endpointEnvironment(context, task, container, endpoint)),
    ...fileEnvironment(context, override?.environmentFiles ?? container.environmentFiles),
    ...pairs(container.environment),
    ...secretsOf(context, container),
    ...pairs(override?.environment),
  };
}

/** The role whose credentials the task gets. */
export function taskRoleOf({ state }: EcsContext, task: TaskRecord): string | undefined {
  return task.overrides.taskRoleArn ?? state.definitions.get(task.definitionKey)?.definition.taskRoleArn;
}

function platformEnvironment(context: EcsContext, task: TaskRecord): Record<string, string> {
  return {
    AWS_REGION: context.region,
    AWS_DEFAULT_REGION: context.region,
    AWS_EXECUTION_ENV: task.platformVersion === undefined ? 'AWS_ECS_EC2' : 'AWS_ECS_FARGATE',
  };
}

/**
 * Where the container finds Local AWS, its metadata and its credentials. ECS gives credentials by a relative URI of
 * 169.254.170.2, port 80, which nobody may listen on here: the full URI is what every SDK takes instead.
 */
function endpointEnvironment(
  context: EcsContext,
  task: TaskRecord,
  definition: ContainerDefinition,
  endpoint: string,
): Record<string, string> {
  const container = task.containers.find(({ name }) => name === definition.name);
  if (!container) return {};
  const key = context.taskKeys.keyOf(task, container, 'metadata');
  const role = taskRoleOf(context, task);
  return {
    AWS_ENDPOINT_URL: endpoint,
    ECS_CONTAINER_METADATA_URI_V4: `${endpoint}/v4/${key}`,
    ECS_AGENT_URI: `${endpoint}/api/${key}`,
    ...(role && {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/v2/credentials/${context.taskKeys.keyOf(task, container, 'credentials')}`,
    }),
  };
}

function pairs(list: readonly { name?: string | undefined; value?: string | undefined }[] | undefined) {
  return Object.fromEntries((list ?? []).map(({ name, value }) => [name ?? '', value ?? '']));
}

/** Of a variable that several files have, the first counts. */
function fileEnvironment(
  context: EcsContext,
  files: ContainerDefinition['environmentFiles'],
): Record<string, string> {
  const texts = (files ?? []).map(({ value = '' }) => {
    const text = context.readObject(value);
    if (text !== undefined) return text;
    throw new LaunchRefused(
      'ResourceInitializationError: failed to download env files: file download command: non empty error stream: ' +
        `NoSuchKey: The specified key does not exist: ${value}`,
    );
  });
  return Object.assign({}, ...texts.map(parseEnvironmentFile).reverse());
}

/** `NAME=value` lines, values as they stand; comments, empty lines and lines without a name are skipped. */
export function parseEnvironmentFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const sign = line.indexOf('=');
    if (line.startsWith('#') || sign <= 0) continue;
    variables[line.slice(0, sign).trim()] = line.slice(sign + 1);
  }
  return variables;
}
