import type { DeploymentView } from '../../contract/views.ts';
import type { Cause, DeploymentPhase, DeploymentState } from '../../deployments/model.ts';
import { courseParts } from './course.ts';
import { moment } from './moment.ts';

export function deploymentView(state: DeploymentState): DeploymentView {
  const { request, at, release, before } = state;
  const { id, environment, ecsName, app, name, actor, message, requestedAt } = request;
  return {
    id,
    environment,
    service: ecsName,
    app,
    name,
    kind: request.what.type === 'content' ? 'release' : 'rollback',
    phase: at.phase,
    ...phaseView(at),
    ...courseParts(state),
    ...(release && { release: release.number }),
    ...(before && { before: before.release.number }),
    actor,
    ...(message !== undefined && { message }),
    ...(request.image && { image: request.image }),
    requestedAt: moment(requestedAt),
  };
}

function phaseView(at: DeploymentPhase): Partial<DeploymentView> {
  switch (at.phase) {
    case 'requested':
      return {};
    case 'queued':
      return { ...(at.behind !== undefined && { behind: at.behind }), deadline: moment(at.deadline) };
    case 'preparing':
    case 'gated':
    case 'running_before':
    case 'trying':
    case 'running_after':
      return { deadline: moment(at.deadline) };
    case 'moving':
      return { ...progressView(at.progress), deadline: moment(at.deadline) };
    case 'rolling_back':
      return { ...progressView(at.progress), cause: causeView(at.cause), deadline: moment(at.deadline) };
    case 'closing':
      return { cause: causeView(at.cause), deadline: moment(at.deadline) };
    case 'ended':
      return {
        verdict: at.verdict,
        reason: at.reason,
        ...(at.cause && { cause: causeView(at.cause) }),
        endedAt: moment(at.endedAt),
      };
  }
}

function progressView(progress: Extract<DeploymentPhase, { phase: 'moving' }>['progress']) {
  if (!progress) return {};
  const { desired, running, pending, failedTasks, old } = progress;
  return { progress: { desired, running, pending, failedTasks, old } };
}

function causeView({ code, text, task, logTail }: Cause): NonNullable<DeploymentView['cause']> {
  const { taskArn, ...rest } = task ?? {};
  return {
    code,
    text,
    ...(taskArn !== undefined && { task: { arn: taskArn, ...rest } }),
    ...(logTail && { logTail: [...logTail] }),
  };
}
