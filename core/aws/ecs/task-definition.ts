import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';
import type { Environment } from '../../contract/environment.ts';
import { containerName, logGroupOf } from '../../contract/logging.ts';
import type { DeploymentRequest } from '../../deployments/model.ts';
import type { HealthSpec, ReleaseRef, ReleaseSpec } from '../../services/model.ts';

/** The tag by which a task definition is known to hold a content already. */
export const contentTag = 'berth:content';

/** One family a service, so its revisions are its releases' and nobody else's. */
export const familyOf = ({ environment, ecsName }: { environment: string; ecsName: string }) =>
  `berth-${environment}-${ecsName}`;

/** A release as ECS takes it. */
export function taskDefinition(
  request: DeploymentRequest,
  spec: ReleaseSpec,
  release: ReleaseRef,
  environment: Environment,
): RegisterTaskDefinitionCommandInput {
  return {
    family: familyOf(request),
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu: String(spec.cpuUnits),
    memory: String(spec.memoryMiB),
    ...(environment.executionRoleArn && { executionRoleArn: environment.executionRoleArn }),
    ...(environment.taskRoleArn && { taskRoleArn: environment.taskRoleArn }),
    containerDefinitions: [container(spec, environment, request.ecsName)],
    tags: [
      { key: contentTag, value: release.hash },
      { key: 'berth:release', value: String(release.number) },
      { key: 'berth:service', value: request.service },
    ],
  };
}

function container(spec: ReleaseSpec, environment: Environment, ecsName: string): ContainerDefinition {
  return {
    name: containerName,
    image: spec.image,
    essential: true,
    ...(spec.command && { command: [...spec.command] }),
    environment: Object.entries(spec.environment).map(([name, value]) => ({ name, value })),
    secrets: Object.entries(spec.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    ...(spec.port !== undefined && {
      portMappings: [{ containerPort: spec.port, protocol: 'tcp' as const }],
    }),
    ...(spec.health &&
      'command' in spec.health && { healthCheck: healthCheck(spec.health, spec.health.command) }),
    ...(environment.local && { dockerLabels: localLabels(spec) }),
    logConfiguration: {
      logDriver: 'awslogs',
      options: {
        'awslogs-group': logGroupOf(environment, ecsName),
        'awslogs-region': environment.region,
        'awslogs-stream-prefix': 'berth',
        'awslogs-create-group': 'true',
      },
    },
  };
}

function healthCheck(health: HealthSpec, command: readonly string[]) {
  return {
    command: ['CMD', ...command],
    interval: health.intervalSeconds,
    timeout: health.timeoutSeconds,
    retries: health.unhealthyCount,
    startPeriod: Math.min(300, health.graceSeconds),
  };
}

/** How the container runs on one machine without containers. */
function localLabels({ run, directory }: ReleaseSpec): Record<string, string> {
  return {
    ...(run && { 'berth.run': JSON.stringify(run) }),
    ...(directory && { 'berth.directory': directory }),
  };
}
