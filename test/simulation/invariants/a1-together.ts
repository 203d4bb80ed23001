import type { ApplicationState } from '../../../core/applications/model.ts';
import type { DeploymentState } from '../../../core/deployments/model.ts';
import type { Facts, Invariant } from '../observation.ts';

/**
 * A1: what is deployed as one ends as one: it has succeeded when all of its services have, and not otherwise; none
 * begins before those that it needs; and when it has ended nothing of it goes on.
 */
export const together: Invariant = {
  name: 'A1 services end as one',
  watch: (facts) => (observation, report) => {
    if (observation.type === 'committed' && observation.item.ref.kind === 'deployment' && !observation.before)
      for (const problem of problemsOfBegin(observation.item.ref.id, facts)) report(problem);
    if (observation.type !== 'committed' || observation.item.ref.kind !== 'application') return;
    const { at, request } = observation.item.state as ApplicationState;
    const before = observation.before?.state as ApplicationState | undefined;
    if (at.phase !== 'ended' || before?.at.phase === 'ended') return;
    const ends = request.services.map(({ deployment }) => endOf(deployment, facts));
    const hasAll = ends.every((end) => end === 'succeeded');
    if (hasAll !== (at.verdict === 'succeeded') && !(hasAll && at.cause))
      report(`${request.id} ended ${at.verdict}, and its services ended ${ends}`);
    for (const { deployment, rollback } of request.services)
      for (const id of [deployment, rollback])
        if (endOf(id, facts) === 'under way') report(`${request.id} has ended, and ${id} goes on`);
  },
};

function endOf(deployment: string, { items }: Facts): string {
  const state = items.get(`deployment#${deployment}`)?.state as DeploymentState | undefined;
  if (!state) return 'never begun';
  return state.at.phase === 'ended' ? state.at.verdict : 'under way';
}

function* problemsOfBegin(id: string, facts: Facts): Generator<string> {
  for (const { ref, state } of facts.items.values()) {
    if (ref.kind !== 'application') continue;
    const { services } = (state as ApplicationState).request;
    const part = services.find(({ deployment }) => deployment === id);
    for (const { name, deployment } of services)
      if (part?.needs.includes(name) && endOf(deployment, facts) !== 'succeeded')
        yield `${id} has begun, and ${name}, which it needs, ${endOf(deployment, facts)}`;
  }
}
