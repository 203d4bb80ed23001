import type {
  Deployment,
  DescribeServiceDeploymentsCommandOutput,
  ECSClient,
  Service,
  ServiceDeployment,
} from '@aws-sdk/client-ecs';
import {
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
} from '@aws-sdk/client-ecs';
import type { DeploymentQuery } from '../../deployments/model.ts';
import type { ServiceArn, ServiceDeploymentArn, TaskDefinitionArn } from '../../ecs/arn.ts';
import type { ObservedDeployment, ObservedServiceDeployment, SeenService } from '../../ecs/service.ts';
import type { Instant } from '../../kernel/plan.ts';

/** Service deployments from before the moment asked for, by this much, are seen too: clocks differ. */
const skewMs = 5 * 60_000;
const maxServiceDeployments = 10;

/**
 * Looks at one service. A look that fails is `unknown`, never an absence. The history is read only where the
 * deployment asked about is not the primary one: it may have been rolled back while nobody looked.
 */
export async function lookAtService(
  ecs: ECSClient,
  { cluster, ecsName, sinceMs, ecsDeploymentId }: NonNullable<DeploymentQuery['service']>,
): Promise<SeenService> {
  try {
    const service = await describeService(ecs, cluster, ecsName);
    if (!service) return { seen: 'absent' };
    const isPrimary = service.deployments?.some(
      ({ id, status }) => id === ecsDeploymentId && status === 'PRIMARY',
    );
    const serviceDeployments = isPrimary ? [] : await recentDeployments(ecs, cluster, ecsName, sinceMs);
    return { seen: 'service', ...observed(service), serviceDeployments };
  } catch (error) {
    const { name, message } = error as Error;
    return { seen: 'unknown', because: `${name}: ${message}` };
  }
}

/** The service, or undefined where ECS says that it has none of that name (any more). Silence says nothing. */
export async function describeService(
  ecs: ECSClient,
  cluster: string,
  ecsName: string,
): Promise<Service | undefined> {
  const answer = await ecs.send(new DescribeServicesCommand({ cluster, services: [ecsName] }));
  const failure = answer.failures?.find(({ reason }) => reason !== 'MISSING');
  if (failure) throw new Error(`DescribeServices: ${failure.reason} ${failure.detail ?? ''}`);
  const service = answer.services?.[0];
  if (!service && !answer.failures?.length) throw new Error('DescribeServices answered nothing at all');
  return service && service.status !== 'INACTIVE' ? service : undefined;
}

export function observed(service: Service) {
  return {
    serviceArn: service.serviceArn as ServiceArn,
    status: service.status ?? '',
    taskDefinitionArn: service.taskDefinition ?? '',
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    deployments: (service.deployments ?? []).map(observedDeployment),
  };
}

function observedDeployment(deployment: Deployment): ObservedDeployment {
  return {
    id: deployment.id ?? '',
    status: deployment.status ?? '',
    taskDefinitionArn: deployment.taskDefinition ?? '',
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
    desiredCount: deployment.desiredCount ?? 0,
    runningCount: deployment.runningCount ?? 0,
    pendingCount: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
    createdAtMs: deployment.createdAt?.getTime() ?? 0,
  };
}

/** The service deployments since a moment, oldest first, each with the task definition that it moves to. */
async function recentDeployments(
  ecs: ECSClient,
  cluster: string,
  service: string,
  sinceMs: Instant,
): Promise<readonly ObservedServiceDeployment[]> {
  const list = await ecs.send(
    new ListServiceDeploymentsCommand({
      cluster,
      service,
      createdAt: { after: new Date(sinceMs - skewMs) },
      maxResults: maxServiceDeployments,
    }),
  );
  const arns = (list.serviceDeployments ?? []).flatMap(
    ({ serviceDeploymentArn }) => serviceDeploymentArn ?? [],
  );
  if (arns.length === 0) return [];
  const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: arns }));
  const taskDefinitions = await taskDefinitionsOf(ecs, described);
  return (described.serviceDeployments ?? [])
    .map((deployment) => observedServiceDeployment(deployment, taskDefinitions))
    .sort((one, other) => one.createdAtMs - other.createdAtMs);
}

async function taskDefinitionsOf(
  ecs: ECSClient,
  { serviceDeployments }: DescribeServiceDeploymentsCommandOutput,
) {
  const revisions = new Set(
    (serviceDeployments ?? []).flatMap(({ targetServiceRevision }) => targetServiceRevision?.arn ?? []),
  );
  if (revisions.size === 0) return new Map<string, string>();
  const answer = await ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns: [...revisions] }));
  return new Map(
    (answer.serviceRevisions ?? []).map(({ serviceRevisionArn, taskDefinition }) => [
      serviceRevisionArn ?? '',
      taskDefinition ?? '',
    ]),
  );
}

function observedServiceDeployment(
  deployment: ServiceDeployment,
  taskDefinitions: ReadonlyMap<string, string>,
): ObservedServiceDeployment {
  const revision = deployment.targetServiceRevision?.arn ?? '';
  return {
    arn: deployment.serviceDeploymentArn as ServiceDeploymentArn,
    status: deployment.status ?? '',
    statusReason: deployment.statusReason,
    taskDefinitionArn: taskDefinitions.get(revision) as TaskDefinitionArn | undefined,
    createdAtMs: deployment.createdAt?.getTime() ?? 0,
  };
}
