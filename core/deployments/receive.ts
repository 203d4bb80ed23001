import type { Indexing, Receiver } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import { keepCourse } from './course/went.ts';
import type { DeploymentEffect, DeploymentMessage, DeploymentState } from './model.ts';
import { listOfDeployments } from './records.ts';

/** Takes in what deployments are told. */
export const deploymentReceiver: Receiver<DeploymentState, DeploymentMessage, DeploymentEffect> = {
  kind: 'deployment',
  absorb: (state, input, now) => keepCourse(state, absorb(state, input, now)),
  index,
};

function index({ request, at }: DeploymentState): Indexing {
  const order = `${String(request.requestedAt).padStart(15, '0')}#${request.id}`;
  return {
    status: at.phase === 'ended' ? at.verdict : at.phase,
    list: { name: listOfDeployments(request.service), order },
  };
}
