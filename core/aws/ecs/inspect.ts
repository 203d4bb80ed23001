import type { ContainerDefinition, ECSClient, Service, TaskDefinition } from '@aws-sdk/client-ecs';
import { DescribeServicesCommand, DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import type {
  Inspected,
  InspectedContainer,
  InspectedDefinition,
  InspectedService,
} from '../../ecs/inspected.ts';
import type { Inspector } from '../../operations/ports.ts';

/** Two reads of ECS: a service with its tags, and the task definition that it has. */
export const inspectorOf = (ecs: ECSClient): Inspector => ({
  async inspect(cluster, ecsName) {
    try {
      return await inspect(ecs, cluster, ecsName);
    } catch (error) {
      const { name, message } = error as Error;
      return { seen: 'unknown', because: `${name}: ${message}` };
    }
  },
});

async function inspect(ecs: ECSClient, cluster: string, ecsName: string): Promise<Inspected> {
  const answer = await ecs.send(
    new DescribeServicesCommand({ cluster, services: [ecsName], include: ['TAGS'] }),
  );
  const failure = answer.failures?.find(({ reason }) => reason !== 'MISSING');
  if (failure) throw new Error(`DescribeServices: ${failure.reason} ${failure.detail ?? ''}`);
  const service = answer.services?.find(({ status }) => status !== 'INACTIVE');
  if (!service) return { seen: 'absent' };
  const taskDefinition = primaryOf(service)?.taskDefinition ?? service.taskDefinition;
  const described = taskDefinition && (await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition })));
  const definition = described ? described.taskDefinition : undefined;
  return {
    seen: 'service',
    service: serviceOf(service),
    ...(definition && { definition: definitionOf(definition) }),
  };
}

const primaryOf = ({ deployments }: Service) => deployments?.find(({ status }) => status === 'PRIMARY');

function serviceOf(service: Service): InspectedService {
  const { deploymentConfiguration: configuration, launchType, networkConfiguration } = service;
  const vpc = networkConfiguration?.awsvpcConfiguration;
  const minimum = configuration?.minimumHealthyPercent;
  const maximum = configuration?.maximumPercent;
  const grace = service.healthCheckGracePeriodSeconds;
  return {
    serviceArn: service.serviceArn ?? '',
    status: service.status ?? '',
    taskDefinitionArn: service.taskDefinition ?? '',
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    ...(launchType && { launchType }),
    capacityProviders: (service.capacityProviderStrategy ?? []).map((one) => one.capacityProvider ?? ''),
    controller: service.deploymentController?.type ?? 'ECS',
    scheduling: service.schedulingStrategy ?? 'REPLICA',
    ...(minimum !== undefined && { minimumHealthyPercent: minimum }),
    ...(maximum !== undefined && { maximumPercent: maximum }),
    circuitBreaker: configuration?.deploymentCircuitBreaker?.enable ?? false,
    strategy: configuration?.strategy ?? 'ROLLING',
    ...(vpc && {
      network: {
        subnets: vpc.subnets ?? [],
        securityGroups: vpc.securityGroups ?? [],
        publicIp: vpc.assignPublicIp === 'ENABLED',
      },
    }),
    loadBalancers: (service.loadBalancers ?? []).map((one) => ({
      targetGroupArn: one.targetGroupArn ?? one.loadBalancerName ?? '',
      containerName: one.containerName ?? '',
      containerPort: one.containerPort ?? 0,
    })),
    ...(grace !== undefined && { healthCheckGraceSeconds: grace }),
    deployments: (service.deployments ?? []).map(({ id, status, rolloutState, createdAt }) => ({
      id: id ?? '',
      status: status ?? '',
      ...(rolloutState && { rolloutState }),
      ...(createdAt && { createdAtMs: createdAt.getTime() }),
    })),
    tags: Object.fromEntries((service.tags ?? []).map(({ key, value }) => [key ?? '', value ?? ''])),
  };
}

function definitionOf(definition: TaskDefinition): InspectedDefinition {
  const { cpu, memory, networkMode, executionRoleArn, taskRoleArn } = definition;
  return {
    arn: definition.taskDefinitionArn ?? '',
    status: definition.status ?? '',
    ...(cpu && { cpuUnits: Number(cpu) }),
    ...(memory && { memoryMiB: Number(memory) }),
    ...(networkMode && { networkMode }),
    ...(executionRoleArn && { executionRoleArn }),
    ...(taskRoleArn && { taskRoleArn }),
    volumes: definition.volumes?.length ?? 0,
    architecture: definition.runtimePlatform?.cpuArchitecture ?? 'X86_64',
    containers: (definition.containerDefinitions ?? []).map(containerOf),
  };
}

/** Written by Berth, or of no consequence for what runs. */
const known = new Set([
  ...['name', 'image', 'essential', 'entryPoint', 'command', 'environment', 'secrets', 'portMappings'],
  ...['healthCheck', 'dockerLabels', 'logConfiguration', 'cpu', 'memory', 'versionConsistency'],
]);

function containerOf(container: ContainerDefinition): InspectedContainer {
  const { entryPoint, command, healthCheck, environment = [], secrets = [] } = container;
  const isSet = (value: unknown) =>
    value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
  return {
    name: container.name ?? '',
    image: container.image ?? '',
    essential: container.essential ?? true,
    ...(entryPoint?.length && { entryPoint }),
    ...(command?.length && { command }),
    environment: Object.fromEntries(environment.map(({ name, value }) => [name ?? '', value ?? ''])),
    secrets: Object.fromEntries(secrets.map(({ name, valueFrom }) => [name ?? '', valueFrom ?? ''])),
    ports: (container.portMappings ?? []).flatMap(({ containerPort }) => containerPort ?? []),
    ...(healthCheck && {
      health: {
        command: healthCheck.command ?? [],
        intervalSeconds: healthCheck.interval ?? 30,
        timeoutSeconds: healthCheck.timeout ?? 5,
        retries: healthCheck.retries ?? 3,
        startSeconds: healthCheck.startPeriod ?? 0,
      },
    }),
    labels: container.dockerLabels ?? {},
    besides: Object.entries(container)
      .filter(([name, value]) => !known.has(name) && isSet(value))
      .map(([name]) => name),
  };
}
