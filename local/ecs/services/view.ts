import type * as sdk from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import {
  type DeploymentRecord,
  isStarting,
  type RevisionRecord,
  type ServiceDeploymentRecord,
  type ServiceRecord,
  type TaskRecord,
} from '../model.ts';
import { platformOf } from '../platform.ts';
import { liveTasks } from '../scheduler/snapshot.ts';
import { alarmsView } from '../strategies/alarms.ts';
import { currentHooks } from '../strategies/hooks.ts';
import type { HookRecord } from '../strategies/record.ts';
import { sharesOf } from '../strategies/rollout.ts';
import { reportedStage } from '../strategies/stages.ts';
import type { Shares } from '../strategies/traffic.ts';
import { taskSetView } from '../task-sets/view.ts';
import { toSeconds, type Wire } from '../wire.ts';
import { hasEnded } from './book.ts';

/** A service as DescribeServices shows it. Tags are left out unless asked for. */
export function serviceView(
  context: EcsContext,
  service: ServiceRecord,
  includeTags = false,
): Wire<sdk.Service> {
  const tasks = liveTasks(context, service.key);
  const primary = service.deployments[0];
  const taskSets = context.state.taskSets.of(service.key);
  const current = primary ?? taskSets.find(({ status }) => status === 'PRIMARY');
  const revision = current && context.state.revisions.get(current.revisionArn);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.clusterArn,
    status: service.status,
    desiredCount: service.desiredCount,
    ...counts(tasks),
    ...(revision ? settings(revision) : {}),
    loadBalancers: revision?.loadBalancers ?? [],
    serviceRegistries: revision?.serviceRegistries ?? [],
    deploymentConfiguration: service.configuration,
    taskSets: taskSets.map((set) => taskSetView(context, set)),
    deployments: service.deployments.map((deployment) => deploymentView(context, service, deployment, tasks)),
    ...(service.roleArn === undefined ? {} : { roleArn: service.roleArn }),
    events: service.messages,
    createdAt: toSeconds(service.createdAt),
    ...(primary ? { currentServiceDeployment: primary.serviceDeploymentArn } : {}),
    currentServiceRevisions: service.deployments.map(({ revisionArn }) => summary(revisionArn, tasks)),
    placementConstraints: service.placementConstraints,
    placementStrategy: service.placementStrategy,
    ...(service.graceSeconds === undefined ? {} : { healthCheckGracePeriodSeconds: service.graceSeconds }),
    schedulingStrategy: service.scheduling ?? 'REPLICA',
    deploymentController: { type: service.external ? 'EXTERNAL' : 'ECS' },
    tags: includeTags ? service.tags : [],
    createdBy: context.arns.root,
    enableECSManagedTags: service.enableManagedTags,
    propagateTags: revision?.propagateTags ?? service.external?.propagateTags ?? 'NONE',
    enableExecuteCommand: revision?.enableExecuteCommand ?? service.external?.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: service.zoneRebalancing,
  };
}

function deploymentView(
  context: EcsContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  tasks: readonly TaskRecord[],
): Wire<sdk.Deployment> {
  const own = tasks.filter((task) => task.service?.revisionArn === deployment.revisionArn);
  const wanted = own.filter(({ desiredStatus }) => desiredStatus === 'RUNNING').length;
  const revision = context.state.revisions.get(deployment.revisionArn);
  return {
    id: deployment.id,
    status: deployment.status,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : wanted,
    ...counts(own),
    failedTasks: deployment.failures,
    createdAt: toSeconds(deployment.createdAt),
    updatedAt: toSeconds(deployment.updatedAt),
    ...(revision ? resolved(revision) : {}),
    taskDefinition: deployment.definitionArn,
    ...(revision ? connectView(revision) : {}),
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutReason,
  };
}

function connectView({ connect }: RevisionRecord) {
  if (!connect) return {};
  return {
    serviceConnectConfiguration: connect.configuration,
    serviceConnectResources: connect.offers.map(({ discoveryName, discoveryArn }) => ({
      discoveryName,
      discoveryArn,
    })),
  };
}

function settings(revision: RevisionRecord) {
  return {
    taskDefinition: revision.definitionArn,
    ...(revision.launchType === undefined ? {} : { launchType: revision.launchType }),
    ...(revision.strategy.length > 0 ? { capacityProviderStrategy: revision.strategy } : {}),
    ...(revision.platformVersion === undefined
      ? {}
      : { platformVersion: revision.platformVersion, platformFamily: 'Linux' }),
    ...(revision.network ? { networkConfiguration: { awsvpcConfiguration: revision.network } } : {}),
  };
}

/** The same with what Fargate made of the platform version. */
function resolved(revision: RevisionRecord) {
  const { platformVersion, ...others } = settings(revision);
  return {
    ...others,
    ...(platformVersion === undefined ? {} : { platformVersion: platformOf(platformVersion) }),
  };
}

function counts(tasks: readonly TaskRecord[]) {
  return {
    runningCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    pendingCount: tasks.filter(({ lastStatus }) => isStarting(lastStatus)).length,
  };
}

function summary(revisionArn: string, tasks: readonly TaskRecord[]): Wire<sdk.ServiceRevisionSummary> {
  const own = tasks.filter((task) => task.service?.revisionArn === revisionArn);
  const { runningCount, pendingCount } = counts(own);
  return {
    arn: revisionArn,
    requestedTaskCount: own.filter(({ desiredStatus }) => desiredStatus === 'RUNNING').length,
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
  };
}

export function serviceDeploymentBrief(record: ServiceDeploymentRecord): Wire<sdk.ServiceDeploymentBrief> {
  return {
    serviceDeploymentArn: record.arn,
    serviceArn: record.serviceArn,
    clusterArn: record.clusterArn,
    createdAt: toSeconds(record.createdAt),
    ...(record.startedAt === undefined ? {} : { startedAt: toSeconds(record.startedAt) }),
    ...(record.finishedAt === undefined ? {} : { finishedAt: toSeconds(record.finishedAt) }),
    targetServiceRevisionArn: record.targetRevision,
    status: record.status,
    ...(record.statusReason === undefined ? {} : { statusReason: record.statusReason }),
  };
}

export function serviceDeploymentView(
  context: EcsContext,
  record: ServiceDeploymentRecord,
): Wire<sdk.ServiceDeployment> {
  const { targetServiceRevisionArn: _, ...brief } = serviceDeploymentBrief(record);
  const tasks = liveTasks(context, record.serviceKey);
  const { breaker, rollback, rollout } = record;
  const shares = sharesOf(record);
  return {
    ...brief,
    ...(rollout && !hasEnded(record) ? { lifecycleStage: reportedStage(rollout.stage) } : {}),
    ...(rollout ? { lifecycleHookDetails: currentHooks(record).map(hookView) } : {}),
    updatedAt: toSeconds(record.updatedAt),
    ...(record.stoppedAt === undefined ? {} : { stoppedAt: toSeconds(record.stoppedAt) }),
    sourceServiceRevisions: record.sourceRevisions.map((arn) => ({
      ...summary(arn, tasks),
      ...trafficOf(shares, arn === rollout?.blueRevision, false),
    })),
    targetServiceRevision: { ...summary(record.targetRevision, tasks), ...trafficOf(shares, true, true) },
    deploymentConfiguration: record.configuration,
    ...(rollback
      ? {
          rollback: {
            reason: rollback.reason,
            startedAt: toSeconds(rollback.startedAt),
            serviceRevisionArn: rollback.revisionArn,
          },
        }
      : {}),
    deploymentCircuitBreaker: {
      status: breakerStatus(record),
      failureCount: breaker.failures,
      threshold: breaker.threshold,
    },
    alarms: alarmsView(record, hasEnded(record)),
  };
}

/** A revision's percentages of production and test traffic; the target has its own share, blue the rest. */
function trafficOf(shares: Shares | undefined, takesPart: boolean, isTarget: boolean) {
  if (!shares) return {};
  const percent = (share: number) =>
    takesPart ? (isTarget ? share : Math.round((100 - share) * 10) / 10) : 0;
  return {
    requestedTestTrafficWeight: percent(shares.test),
    requestedProductionTrafficWeight: percent(shares.production),
  };
}

function hookView(hook: HookRecord): Wire<sdk.DeploymentLifecycleHookDetail> {
  return {
    hookId: hook.id,
    targetType: hook.type,
    ...(hook.targetArn === undefined ? {} : { targetArn: hook.targetArn }),
    status: hook.status,
    expiresAt: toSeconds(hook.expiresAt),
    timeoutAction: hook.timeoutAction,
  };
}

function breakerStatus(record: ServiceDeploymentRecord): string {
  if (record.breaker.threshold === 0) return 'DISABLED';
  if (record.breaker.triggered) return 'TRIGGERED';
  return hasEnded(record) ? 'MONITORING_COMPLETE' : 'MONITORING';
}

export function serviceRevisionView(context: EcsContext, record: RevisionRecord): Wire<sdk.ServiceRevision> {
  const definition = context.state.definitions.get(record.definitionKey)?.definition;
  return {
    serviceRevisionArn: record.arn,
    serviceArn: record.serviceArn,
    clusterArn: record.clusterArn,
    ...resolved(record),
    loadBalancers: record.loadBalancers,
    ...resolvedView(record),
    serviceRegistries: record.serviceRegistries,
    serviceConnectConfiguration: record.connect?.configuration ?? { enabled: false },
    ...(record.monitoring ? { monitoring: record.monitoring } : {}),
    containerImages: (definition?.containerDefinitions ?? []).map(({ name, image }) => ({
      containerName: name,
      image,
    })),
    guardDutyEnabled: false,
    createdAt: toSeconds(record.createdAt),
  };
}

/** Which target group each load balancer came to use, and the rule that leads there. */
function resolvedView(record: RevisionRecord): Pick<Wire<sdk.ServiceRevision>, 'resolvedConfiguration'> {
  const { loadBalancers, servingGroups } = record;
  if (!servingGroups || loadBalancers.length === 0) return {};
  return {
    resolvedConfiguration: {
      loadBalancers: loadBalancers.map(({ advancedConfiguration }, index) => ({
        targetGroupArn: servingGroups[index],
        ...(advancedConfiguration?.productionListenerRule === undefined
          ? {}
          : { productionListenerRule: advancedConfiguration.productionListenerRule }),
      })),
    },
  };
}
