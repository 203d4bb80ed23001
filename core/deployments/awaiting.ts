import type { Ref } from '../kernel/plan.ts';
import type { DeploymentState, Trial } from './model.ts';

/**
 * The service, while it owes the deployment an answer: whoever looks at the one looks at the other. Else, were
 * whoever sent the question killed before he looked at the service, only the sweep would find it.
 */
export function awaited(state: DeploymentState): readonly Ref[] {
  return isOwedAnAnswer(state) ? [{ kind: 'service', id: state.request.service }] : [];
}

function isOwedAnAnswer({ at }: DeploymentState): boolean {
  switch (at.phase) {
    case 'queued':
      return at.behind === undefined && at.refused === undefined;
    case 'trying':
      return hasOneUnanswered(at);
    case 'moving':
    case 'rolling_back':
      return at.applied === undefined && at.refused === undefined;
    // It has let the service go, which nobody else may look at for long.
    case 'ended':
      return true;
    default:
      return false;
  }
}

const hasOneUnanswered = ({ siblings }: Trial) =>
  Object.values(siblings).some(({ applied, refused }) => applied === undefined && refused === undefined);
