import type { Indexing, Input, Instant, Receiver } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import { keepCourse } from './course/went.ts';
import type { DeploymentEffect, DeploymentMessage, DeploymentState } from './model.ts';
import { listOfDeployments } from './records.ts';

/** Takes in what deployments are told. */
export const deploymentReceiver: Receiver<DeploymentState, DeploymentMessage, DeploymentEffect> = {
  kind: 'deployment',
  absorb: takeIn,
  index,
};

export function takeIn(
  state: DeploymentState | undefined,
  input: Input<DeploymentMessage, DeploymentEffect>,
  now: Instant,
): DeploymentState | undefined {
  return keepCourse(state, absorb(state, input, now));
}

export function index({ request, at }: DeploymentState): Indexing {
  const order = `${String(request.requestedAt).padStart(15, '0')}#${request.id}`;
  return {
    status: at.phase === 'ended' ? at.verdict : at.phase,
    list: { name: listOfDeployments(request.service), order },
  };
}
