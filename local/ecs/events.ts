import type { EcsContext } from './context.ts';
import type { TaskRecord } from './model.ts';
import { taskDetail } from './tasks/view.ts';
import { toIso } from './wire.ts';

/** An event as EventBridge carries it. */
export interface ServiceEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

type EventContext = Pick<EcsContext, 'account' | 'region' | 'clock' | 'ids' | 'publish'>;

/** Tells of a task's new version; to be called in the turn in which the version is stored. */
export function publishTask(context: EventContext, task: TaskRecord): void {
  publish(context, 'ECS Task State Change', task.arn, taskDetail(task, context.clock.now()));
}

export type ActionName =
  | 'SERVICE_STEADY_STATE'
  | 'TASKS_STARTED'
  | 'TASKS_STOPPED'
  | 'SERVICE_TASK_START_IMPAIRED'
  | 'SERVICE_TASK_PLACEMENT_FAILURE'
  | 'SERVICE_TASK_CONFIGURATION_FAILURE'
  | DeploymentName;

export type DeploymentName =
  | 'SERVICE_DEPLOYMENT_IN_PROGRESS'
  | 'SERVICE_DEPLOYMENT_COMPLETED'
  | 'SERVICE_DEPLOYMENT_FAILED';

const severity: Readonly<Record<ActionName, 'INFO' | 'WARN' | 'ERROR'>> = {
  SERVICE_STEADY_STATE: 'INFO',
  TASKS_STARTED: 'INFO',
  TASKS_STOPPED: 'INFO',
  SERVICE_TASK_START_IMPAIRED: 'WARN',
  SERVICE_TASK_PLACEMENT_FAILURE: 'ERROR',
  SERVICE_TASK_CONFIGURATION_FAILURE: 'ERROR',
  SERVICE_DEPLOYMENT_IN_PROGRESS: 'INFO',
  SERVICE_DEPLOYMENT_COMPLETED: 'INFO',
  SERVICE_DEPLOYMENT_FAILED: 'ERROR',
};

/** ECS Service Action: no version, the service is `resources[0]`. */
export function publishAction(
  context: EventContext,
  service: { arn: string; clusterArn: string },
  eventName: ActionName,
  reason?: string,
): void {
  publish(context, 'ECS Service Action', service.arn, {
    eventType: severity[eventName],
    eventName,
    clusterArn: service.clusterArn,
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
    time: `${toIso(context.clock.now()).slice(0, 19)}Z`,
    region: context.region,
    resources: [resource],
    detail,
  });
}
