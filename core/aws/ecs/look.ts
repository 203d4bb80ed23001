import type {
  Deployment,
  DeploymentLifecycleHookDetail,
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
import type { DeploymentQuery, SiblingQuery } from '../../deployments/seeing.ts';
import type { ServiceArn, ServiceDeploymentArn, TaskDefinitionArn } from '../../ecs/arn.ts';
import type {
  ObservedDeployment,
  ObservedHook,
  ObservedServiceDeployment,
  SeenService,
} from '../../ecs/service.ts';
import type { Instant } from '../../kernel/plan.ts';
import { type SiblingRole, siblingRoles } from '../../services/model.ts';
import { primaryOf } from './configuration.ts';

/** Service deployments from before the moment asked for, by this much, are seen too: clocks differ. */
const skewMs = 5 * 60_000;
const maxServiceDeployments = 10;

/**
 * Looks at one service. A look that fails is `unknown`, never an absence. The history is read only where the
 * deployment asked about is not the primary one: it may have been rolled back while nobody looked. Where it is, the
 * one service deployment that is under way is read, if its traffic is asked for.
 */
export async function lookAtService(
  ecs: ECSClient,
  { cluster, ecsName, sinceMs, ecsDeploymentId, withTraffic }: NonNullable<DeploymentQuery['service']>,
): Promise<SeenService> {
  try {
    const service = await describeService(ecs, cluster, ecsName);
    if (!service) return { seen: 'absent' };
    const isPrimary = primaryOf(service)?.id === ecsDeploymentId;
    const serviceDeployments = isPrimary
      ? await underWay(ecs, withTraffic ? service : {})
      : await recentDeployments(ecs, cluster, ecsName, sinceMs);
    return { seen: 'service', ...observed(service), serviceDeployments };
  } catch (error) {
    const { name, message } = error as Error;
    return { seen: 'unknown', because: `${name}: ${message}` };
  }
}

type SiblingQueries = NonNullable<DeploymentQuery['siblings']>;

/** Looks at all siblings of a service in one call. */
export async function lookAtSiblings(
  ecs: ECSClient,
  queries: SiblingQueries,
): Promise<Partial<Record<SiblingRole, SeenService>>> {
  const asked = siblingRoles.flatMap((role) => {
    const query = queries[role];
    return query ? [{ role, ...query }] : [];
  });
  const [first] = asked;
  if (!first) return {};
  const names = asked.map(({ ecsName }) => ecsName);
  const see = await seeing(() => describeServices(ecs, first.cluster, names));
  return Object.fromEntries(asked.map((one): [SiblingRole, SeenService] => [one.role, see(one)]));
}

async function seeing(describe: () => Promise<ReadonlyMap<string, Service>>) {
  try {
    const found = await describe();
    return ({ ecsName }: SiblingQuery): SeenService => {
      const service = found.get(ecsName);
      return service ? { seen: 'service', ...observed(service), serviceDeployments: [] } : { seen: 'absent' };
    };
  } catch (error) {
    const { name, message } = error as Error;
    return (): SeenService => ({ seen: 'unknown', because: `${name}: ${message}` });
  }
}

/** The service, or undefined where ECS says that it has none of that name (any more). Silence says nothing. */
export async function describeService(
  ecs: ECSClient,
  cluster: string,
  ecsName: string,
): Promise<Service | undefined> {
  return (await describeServices(ecs, cluster, [ecsName])).get(ecsName);
}

/** Those of the services that there are, by name; at most ten. Throws where ECS is silent about one of them. */
async function describeServices(
  ecs: ECSClient,
  cluster: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Service>> {
  const { services = [], failures = [] } = await ecs.send(
    new DescribeServicesCommand({ cluster, services: [...names] }),
  );
  const failure = failures.find(({ reason }) => reason !== 'MISSING');
  if (failure) throw new Error(`DescribeServices: ${failure.reason} ${failure.detail ?? ''}`);
  if (services.length + failures.length < names.length)
    throw new Error('DescribeServices answered less than it was asked');
  const there = services.filter(({ status }) => status !== 'INACTIVE');
  return new Map(there.map((service) => [service.serviceName ?? '', service]));
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

/** The present service deployment; its task definition is the primary deployment's, unless ECS goes back. */
async function underWay(
  ecs: ECSClient,
  service: Partial<Service>,
): Promise<readonly ObservedServiceDeployment[]> {
  const { currentServiceDeployment: arn, deployments } = service;
  if (!arn) return [];
  const described = await ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [arn] }));
  const goesBack = described.serviceDeployments?.some(({ status }) => status?.startsWith('ROLLBACK'));
  const target = described.serviceDeployments?.[0]?.targetServiceRevision?.arn ?? '';
  const taskDefinitions = goesBack
    ? await taskDefinitionsOf(ecs, described)
    : new Map([[target, primaryOf({ deployments })?.taskDefinition ?? '']]);
  return (described.serviceDeployments ?? []).map((one) => observedServiceDeployment(one, taskDefinitions));
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
  const { arn: revision = '', requestedProductionTrafficWeight: trafficPercent } =
    deployment.targetServiceRevision ?? {};
  const { lifecycleStage, lifecycleHookDetails: hooks } = deployment;
  return {
    arn: deployment.serviceDeploymentArn as ServiceDeploymentArn,
    status: deployment.status ?? '',
    statusReason: deployment.statusReason,
    taskDefinitionArn: taskDefinitions.get(revision) as TaskDefinitionArn | undefined,
    createdAtMs: deployment.createdAt?.getTime() ?? 0,
    ...(trafficPercent !== undefined && { trafficPercent }),
    ...(lifecycleStage && { lifecycleStage }),
    ...(hooks && { hooks: hooks.map((hook) => observedHook(hook, lifecycleStage)) }),
  };
}

/** ECS tells of the hooks of the present stage alone, and not of which that is. */
const observedHook = (
  { hookId, targetType, status }: DeploymentLifecycleHookDetail,
  stage: string | undefined,
): ObservedHook => ({
  id: hookId ?? '',
  type: targetType ?? 'AWS_LAMBDA',
  stage: stage ?? '',
  status: status ?? '',
});
