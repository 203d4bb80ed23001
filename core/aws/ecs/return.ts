import type { ECSClient, Service } from '@aws-sdk/client-ecs';
import { StopServiceDeploymentCommand, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import type { Apply } from './apply.ts';
import { isGivenUp, primaryOf } from './configuration.ts';
import { isPassing } from './errors.ts';
import { describeService } from './look.ts';
import {
  type CurrentDeployment,
  currentDeploymentOf,
  isMoving,
  isRollingBack,
} from './service-deployments.ts';

/**
 * Has ECS itself take the service back, where it is still on its way from the release that it is to return to: that
 * keeps the healthy old tasks, and traffic is theirs at once. Answers the service once its primary deployment is of
 * that release; `undefined` where there is nothing to stop, so that it has to be told anew. Throws what may be tried
 * again while ECS has not begun.
 *
 * The service's configuration still names the hooks of the deployment that was stopped. They do no harm: every write
 * of Berth's brings its own, and to who asks by them on another's account the hook's function answers for a
 * deployment that has ended.
 */
export async function comesBack(
  service: Service,
  { target, cluster, ecsName }: Apply,
  ecs: ECSClient,
  { isOvertaken, lastMs = 0 }: Known,
): Promise<Service | 'overtaken' | undefined> {
  const { taskDefinitionArn } = target.release;
  const current = await currentDeploymentOf(ecs, service);
  const isToStop = current !== undefined && leadsAway(current, taskDefinitionArn);
  if (!current || !(isToStop || leadsBack(current, taskDefinitionArn))) return undefined;
  if (!isToStop && current.createdAtMs < lastMs - promptMs)
    throw new Error(`ECS shows ${ecsName} as it was before the last write`);
  if (await isOvertaken()) return 'overtaken';
  if (isToStop && !(await stopped(ecs, current.arn))) return undefined;
  const now = isToStop ? await describeService(ecs, cluster, ecsName) : service;
  if (!now || !isOf(now, current) || primaryOf(now)?.taskDefinition !== taskDefinitionArn)
    throw new Error(`ECS has not begun to take ${ecsName} back`);
  if (isGivenUp(now)) return undefined;
  return now.desiredCount === target.count ? now : counted(now, target.count, cluster, ecs);
}

interface Known {
  isOvertaken(): Promise<boolean>;
  /** By ECS's own clock, when the deployment began that Berth's last write to the service was answered with. */
  readonly lastMs?: number | undefined;
}

/** A service deployment and the deployment that it is of begin at the same moment, as near as ECS tells. */
const promptMs = 1_000;

/** A read that lags shows the same release from before the deployment that was stopped. */
const isOf = ({ currentServiceDeployment }: Service, { arn }: CurrentDeployment) =>
  currentServiceDeployment === arn;

/** On its way from the release to another one. */
const leadsAway = (current: CurrentDeployment, taskDefinitionArn: string) =>
  isMoving(current) &&
  current.target?.taskDefinitionArn !== taskDefinitionArn &&
  current.sources.some((source) => source.taskDefinitionArn === taskDefinitionArn);

/** On its way back to the release already, or there. */
const leadsBack = (current: CurrentDeployment, taskDefinitionArn: string) =>
  (isRollingBack(current) || current.status === 'ROLLBACK_SUCCESSFUL') &&
  (current.rollback === undefined || current.rollback.taskDefinitionArn === taskDefinitionArn);

/** False where ECS has nothing to go back to, or the deployment is over. */
async function stopped(ecs: ECSClient, serviceDeploymentArn: string): Promise<boolean> {
  try {
    await ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }));
    return true;
  } catch (error) {
    const { name, message } = error as Error;
    if (isPassing(error)) throw error;
    if (/^(?:InvalidParameter|ServiceDeploymentNotFound)Exception$/.test(name)) return false;
    // It was over, or went back by itself, in between: the next look shows which.
    if (name === 'ConflictException') throw new Error(message);
    throw error;
  }
}

/** The count alone begins no new deployment. */
async function counted(
  { serviceName: service }: Service,
  desiredCount: number,
  cluster: string,
  ecs: ECSClient,
): Promise<Service> {
  const answer = await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount }));
  if (!answer.service) throw new Error('UpdateService answered without a service');
  return answer.service;
}
