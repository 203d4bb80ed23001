import type { Environment } from '../../contract/environment.ts';
import type { LiveView, ServiceView } from '../../contract/views.ts';
import type { SeenService } from '../../ecs/service.ts';
import type { ServiceState } from '../../services/model.ts';
import { moment } from './moment.ts';

export function serviceView(
  state: ServiceState,
  environment: Environment,
  seen: SeenService | undefined,
): ServiceView {
  const { target, refused, holder } = state;
  return {
    environment: state.environment,
    service: state.ecsName,
    ...(target && {
      count: target.count,
      release: target.release.number,
      minimumHealthyPercent: target.settings.minimumHealthyPercent,
      maximumPercent: target.settings.maximumPercent,
    }),
    succeeded: state.succeeded.map(({ release }) => release.number),
    ...(holder && { deployment: holder.deployment }),
    waiting: state.queue.map(({ deployment }) => deployment),
    urls: urlsOf(state, environment),
    ...(refused && refused.generation === target?.generation && { refusal: refused.message }),
    live: liveView(seen ?? { seen: 'unknown', because: 'it was not looked at' }, state),
    createdAt: moment(state.createdAt),
  };
}

function urlsOf({ target }: ServiceState, { publicHost }: Environment): string[] {
  const port = target?.settings.listen;
  return port === undefined || publicHost === undefined ? [] : [`http://${publicHost}:${port}/`];
}

/** The number of the release that has a task definition. */
export const releaseNumberBy = ({ releases, succeeded }: ServiceState, taskDefinitionArn: string) =>
  [...releases, ...succeeded.map(({ release }) => release)].find(
    (release) => release.taskDefinitionArn === taskDefinitionArn,
  )?.number;

function liveView(seen: SeenService, state: ServiceState): LiveView {
  if (seen.seen === 'absent') return { seen: 'absent' };
  if (seen.seen === 'unknown') return { seen: 'unknown', because: seen.because };
  return {
    seen: 'service',
    status: seen.status,
    desired: seen.desiredCount,
    running: seen.runningCount,
    pending: seen.pendingCount,
    deployments: seen.deployments.map((deployment) => {
      const release = releaseNumberBy(state, deployment.taskDefinitionArn);
      return {
        id: deployment.id,
        status: deployment.status,
        ...(release !== undefined && { release }),
        ...(deployment.rolloutState !== undefined && { rollout: deployment.rolloutState }),
        desired: deployment.desiredCount,
        running: deployment.runningCount,
        pending: deployment.pendingCount,
        failedTasks: deployment.failedTasks,
        createdAt: moment(deployment.createdAtMs),
      };
    }),
  };
}
