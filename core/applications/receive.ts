import type { Indexing, Receiver } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import type { ApplicationMessage, ApplicationState } from './model.ts';
import { listOfApplications } from './records.ts';

/** Takes in what applications are told. */
export const applicationReceiver: Receiver<ApplicationState, ApplicationMessage, never> = {
  kind: 'application',
  absorb,
  index,
};

export function index({ request, at }: ApplicationState): Indexing {
  const order = `${String(request.requestedAt).padStart(15, '0')}#${request.id}`;
  return {
    status: at.phase === 'ended' ? at.verdict : at.phase,
    list: { name: listOfApplications(request.environment, request.app), order },
  };
}
