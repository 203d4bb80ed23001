import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import type { ContainerDefinition } from '../model.ts';
import type { Wire } from '../wire.ts';

type Request = Wire<RegisterTaskDefinitionRequest>;

const own = 'com.amazonaws.ecs.capability';
const remoteApi = (version: string) => `${own}.docker-remote-api.1.${version}`;

/** The capabilities of an agent that one container calls for, with the version of Docker's API that they came with. */
const ofContainer: readonly (readonly [
  isNeeded: (container: ContainerDefinition, hasExecutionRole: boolean) => unknown,
  ...names: readonly string[],
])[] = [
  [({ logConfiguration }) => logConfiguration?.logDriver === 'awslogs', remoteApi('19')],
  [
    ({ logConfiguration }, hasRole) => logConfiguration?.logDriver === 'awslogs' && hasRole,
    'ecs.capability.execution-role-awslogs',
  ],
  [({ image }) => isPrivateEcr(image), `${own}.ecr-auth`, remoteApi('19')],
  [({ image }, hasRole) => isPrivateEcr(image) && hasRole, 'ecs.capability.execution-role-ecr-pull'],
  [({ privileged }) => privileged, `${own}.privileged-container`],
  [({ memoryReservation }) => memoryReservation, remoteApi('21')],
  [({ healthCheck }) => healthCheck, 'ecs.capability.container-health-check', remoteApi('24')],
  [({ dependsOn }) => dependsOn?.length, 'ecs.capability.container-ordering'],
  [({ restartPolicy }) => restartPolicy?.enabled, 'ecs.capability.container-restart-policy'],
  [({ environmentFiles }) => environmentFiles?.length, 'ecs.capability.env-files.s3'],
  [({ firelensConfiguration: fire }) => fire?.type === 'fluentd', 'ecs.capability.firelens.fluentd'],
  [({ firelensConfiguration: fire }) => fire?.type === 'fluentbit', 'ecs.capability.firelens.fluentbit'],
  [
    ({ secrets }) => secrets?.some(({ valueFrom }) => isSecretsManager(valueFrom)),
    'ecs.capability.secrets.asm.environment-variables',
  ],
  [
    ({ secrets }) => secrets?.some(({ valueFrom }) => !isSecretsManager(valueFrom)),
    'ecs.capability.secrets.ssm.environment-variables',
  ],
  [
    ({ logConfiguration }) => logConfiguration?.secretOptions?.some((one) => isSecretsManager(one.valueFrom)),
    'ecs.capability.secrets.asm.bootstrap.log-driver',
  ],
  [
    ({ logConfiguration }) =>
      logConfiguration?.secretOptions?.some((one) => !isSecretsManager(one.valueFrom)),
    'ecs.capability.secrets.ssm.bootstrap.log-driver',
  ],
];

/** What a container instance must be capable of to run the tasks, as ECS lists it in `requiresAttributes`. */
export function requiredAttributes(request: Request, networkMode: string): { name: string }[] {
  const names = new Set<string>();
  const hasExecutionRole = request.executionRoleArn !== undefined;
  for (const container of request.containerDefinitions ?? []) {
    const { logDriver } = container.logConfiguration ?? {};
    if (logDriver !== undefined) names.add(`${own}.logging-driver.${logDriver}`);
    for (const [isNeeded, ...needed] of ofContainer) {
      if (isNeeded(container, hasExecutionRole)) for (const name of needed) names.add(name);
    }
  }
  if (request.taskRoleArn !== undefined) {
    names.add(`${own}.task-iam-role${networkMode === 'host' ? '-network-host' : ''}`);
    names.add(remoteApi('17'));
  }
  if (networkMode === 'awsvpc') names.add('ecs.capability.task-eni');
  if (request.pidMode !== undefined || request.ipcMode !== undefined) {
    names.add('ecs.capability.pid-ipc-namespace-sharing');
  }
  if (request.proxyConfiguration) names.add('ecs.capability.aws-appmesh');
  const isSized = request.cpu !== undefined || request.memory !== undefined;
  if (isSized && !request.requiresCompatibilities?.includes('FARGATE')) {
    names.add('ecs.capability.task-cpu-mem-limit');
  }
  names.add(remoteApi('18'));
  return [...names].map((name) => ({ name }));
}

function isPrivateEcr(image = ''): boolean {
  return /^\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com/.test(image);
}

function isSecretsManager(valueFrom = ''): boolean {
  return /^arn:[\w-]+:secretsmanager:/.test(valueFrom);
}
