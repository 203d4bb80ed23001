import type { TaskSet } from '@aws-sdk/client-ecs';
import type { EcsContext } from '../context.ts';
import { isStarting } from '../model.ts';
import { liveTasks } from '../scheduler/snapshot.ts';
import { toSeconds, type Wire } from '../wire.ts';
import { computedDesiredCount } from './decide.ts';
import type { TaskSetRecord } from './model.ts';

/** A task set as DescribeTaskSets and DescribeServices show it. Tags are left out unless asked for. */
export function taskSetView(context: EcsContext, set: TaskSetRecord, includeTags = false): Wire<TaskSet> {
  const service = context.state.services.get(set.serviceKey);
  const revision = context.state.revisions.get(set.revisionArn);
  const tasks = liveTasks(context, set.serviceKey).filter(({ service: of }) => of?.deploymentId === set.id);
  const desired = set.status === 'DRAINING' ? 0 : (service?.desiredCount ?? 0);
  return {
    id: set.id,
    taskSetArn: set.arn,
    serviceArn: set.serviceArn,
    clusterArn: set.clusterArn,
    ...(set.externalId === undefined ? {} : { externalId: set.externalId }),
    status: set.status,
    taskDefinition: set.definitionArn,
    computedDesiredCount: computedDesiredCount(desired, set.scalePercent),
    pendingCount: tasks.filter(({ lastStatus }) => isStarting(lastStatus)).length,
    runningCount: tasks.filter(({ lastStatus }) => lastStatus === 'RUNNING').length,
    createdAt: toSeconds(set.createdAt),
    updatedAt: toSeconds(set.updatedAt),
    ...(revision?.launchType === undefined ? {} : { launchType: revision.launchType }),
    ...(revision && revision.strategy.length > 0 ? { capacityProviderStrategy: revision.strategy } : {}),
    ...(revision?.platformVersion === undefined
      ? {}
      : { platformVersion: revision.platformVersion, platformFamily: 'Linux' }),
    ...(revision?.network ? { networkConfiguration: { awsvpcConfiguration: revision.network } } : {}),
    loadBalancers: revision?.loadBalancers ?? [],
    serviceRegistries: revision?.serviceRegistries ?? [],
    scale: { value: set.scalePercent, unit: 'PERCENT' },
    stabilityStatus: set.stability,
    stabilityStatusAt: toSeconds(set.stabilityAt),
    tags: includeTags ? set.tags : [],
  };
}
