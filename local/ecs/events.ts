import type { ServiceEvent } from '../events/model.ts';
import { isoSeconds } from '../support/timestamp.ts';
import type { EcsContext } from './context.ts';
import type { TaskRecord } from './model.ts';
import type { HookRecord } from './strategies/record.ts';
import { taskDetail } from './tasks/view.ts';
import { toIso } from './wire.ts';

type EventContext = Pick<EcsContext, 'account' | 'region' | 'clock' | 'ids' | 'publish'>;

/** Tells of a task's new version; to be called in the turn in which the version is stored. */
export function publishTask(context: EventContext, task: TaskRecord): void {
  publish(context, 'ECS Task State Change', task.arn, taskDetail(task, context.clock.now()));
}

/** Tells of a container instance's new version; to be called in the turn in which the version is stored. */
export function publishInstance(context: EventContext, arn: string, detail: ServiceEvent['detail']): void {
  publish(context, 'ECS Container Instance State Change', arn, detail);
}

export type ActionName =
  | 'SERVICE_STEADY_STATE'
  | 'TASKSET_STEADY_STATE'
  | 'SERVICE_DISCOVERY_INSTANCE_UNHEALTHY'
  | 'TASKS_STARTED'
  | 'TASKS_STOPPED'
  | 'SERVICE_TASK_START_IMPAIRED'
  | 'SERVICE_TASK_PLACEMENT_FAILURE'
  | 'SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED'
  | 'SERVICE_REBALANCING_STARTED'
  | 'SERVICE_REBALANCING_COMPLETED'
  | 'SERVICE_TASK_CONFIGURATION_FAILURE'
  | DeploymentName;

export type DeploymentName =
  | 'SERVICE_DEPLOYMENT_IN_PROGRESS'
  | 'SERVICE_DEPLOYMENT_COMPLETED'
  | 'SERVICE_DEPLOYMENT_FAILED';

const severity: Readonly<Record<ActionName, 'INFO' | 'WARN' | 'ERROR'>> = {
  SERVICE_STEADY_STATE: 'INFO',
  TASKSET_STEADY_STATE: 'INFO',
  SERVICE_DISCOVERY_INSTANCE_UNHEALTHY: 'WARN',
  TASKS_STARTED: 'INFO',
  TASKS_STOPPED: 'INFO',
  SERVICE_TASK_START_IMPAIRED: 'WARN',
  SERVICE_TASK_PLACEMENT_FAILURE: 'ERROR',
  SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED: 'ERROR',
  SERVICE_REBALANCING_STARTED: 'INFO',
  SERVICE_REBALANCING_COMPLETED: 'INFO',
  SERVICE_TASK_CONFIGURATION_FAILURE: 'ERROR',
  SERVICE_DEPLOYMENT_IN_PROGRESS: 'INFO',
  SERVICE_DEPLOYMENT_COMPLETED: 'INFO',
  SERVICE_DEPLOYMENT_FAILED: 'ERROR',
};

/** Where tasks found no place. */
export interface PlacementTrouble {
  readonly containerInstanceArns?: readonly string[];
  readonly capacityProviderArns?: readonly string[];
}

/** ECS Service Action: no version, the service is `resources[0]`. */
export function publishAction(
  context: EventContext,
  service: { arn: string; clusterArn: string },
  eventName: ActionName,
  reason?: string,
  about: PlacementTrouble = {},
): void {
  publish(context, 'ECS Service Action', service.arn, {
    eventType: severity[eventName],
    eventName,
    clusterArn: service.clusterArn,
    ...about,
    ...(reason === undefined ? {} : { reason }),
    createdAt: toIso(context.clock.now()),
  });
}

/** ECS Deployment State Change: neither a version nor the cluster's ARN. */
export function publishDeployment(
  context: EventContext,
  serviceArn: string,
  eventName: DeploymentName,
  deploymentId: string,
  reason: string,
): void {
  publish(context, 'ECS Deployment State Change', serviceArn, {
    eventType: severity[eventName],
    eventName,
    deploymentId,
    updatedAt: toIso(context.clock.now()),
    reason,
  });
}

const hookSeverity: Readonly<Record<HookRecord['status'], 'INFO' | 'WARN' | 'ERROR'>> = {
  AWAITING_ACTION: 'INFO',
  IN_PROGRESS: 'INFO',
  SUCCEEDED: 'INFO',
  FAILED: 'ERROR',
  TIMED_OUT: 'WARN',
};

/** ECS Hook State Change: what became of a run of a lifecycle hook. */
export function publishHook(
  context: EventContext,
  record: { arn: string; serviceArn: string; clusterArn: string },
  hook: HookRecord,
): void {
  publish(context, 'ECS Hook State Change', record.arn, {
    eventType: hookSeverity[hook.status],
    eventName: `HOOK_${hook.status}`,
    hookId: hook.id,
    hookType: hook.type,
    expiresAt: isoSeconds(hook.expiresAt),
    lifecycleStage: hook.stage,
    clusterArn: record.clusterArn,
    serviceArn: record.serviceArn,
    serviceDeploymentArn: record.arn,
    updatedAt: toIso(context.clock.now()),
  });
}

function publish(
  context: EventContext,
  detailType: string,
  resource: string,
  detail: ServiceEvent['detail'],
) {
  context.publish({
    version: '0',
    id: context.ids.uuid(),
    'detail-type': detailType,
    source: 'aws.ecs',
    account: context.account,
    time: isoSeconds(context.clock.now()),
    region: context.region,
    resources: [resource],
    detail,
  });
}
