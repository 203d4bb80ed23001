import type { DeploymentState } from '../model.ts';

/**
 * The state after a change, with what its course came to where it has just left it: who asks later what was judged is
 * told from it.
 */
export function keepCourse<State extends DeploymentState | undefined>(
  before: DeploymentState | undefined,
  after: State,
): State {
  const left = before && courseIn(before);
  const isTold = after?.went !== before?.went;
  return left && after && !courseIn(after) && !isTold ? { ...after, went: left } : after;
}

const courseIn = ({ at }: DeploymentState) => ('course' in at ? at.course : undefined);
