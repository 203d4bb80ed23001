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
import { liveTasks } from '../scheduler/snapshot.ts';
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
  const revision = primary && context.state.revisions.get(primary.revisionArn);
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
    taskSets: [],
    deployments: service.deployments.map((deployment) => deploymentView(context, service, deployment, tasks)),
    ...(service.roleArn === undefined ? {} : { roleArn: service.roleArn }),
    events: service.messages,
    createdAt: toSeconds(service.createdAt),
    ...(primary ? { currentServiceDeployment: primary.serviceDeploymentArn } : {}),
    currentServiceRevisions: service.deployments.map(({ revisionArn }) => summary(revisionArn, tasks)),
    placementConstraints: service.placementConstraints,
    placementStrategy: service.placementStrategy,
    ...(service.graceSeconds === undefined ? {} : { healthCheckGracePeriodSeconds: service.graceSeconds }),
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    tags: includeTags ? service.tags : [],
    createdBy: context.arns.root,
    enableECSManagedTags: service.enableManagedTags,
    propagateTags: revision?.propagateTags ?? 'NONE',
    enableExecuteCommand: revision?.enableExecuteCommand ?? false,
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
    ...(revision ? settings(revision) : {}),
    taskDefinition: deployment.definitionArn,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutReason,
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
  const { breaker, rollback } = record;
  return {
    ...brief,
    updatedAt: toSeconds(record.updatedAt),
    ...(record.stoppedAt === undefined ? {} : { stoppedAt: toSeconds(record.stoppedAt) }),
    sourceServiceRevisions: record.sourceRevisions.map((arn) => summary(arn, tasks)),
    targetServiceRevision: summary(record.targetRevision, tasks),
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
    ...settings(record),
    loadBalancers: record.loadBalancers,
    serviceRegistries: record.serviceRegistries,
    containerImages: (definition?.containerDefinitions ?? []).map(({ name, image }) => ({
      containerName: name,
      image,
    })),
    guardDutyEnabled: false,
    createdAt: toSeconds(record.createdAt),
  };
}
