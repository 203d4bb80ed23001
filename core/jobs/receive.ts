import type { Indexing, Receiver } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import type { JobEffect, JobMessage, JobState } from './model.ts';
import { listOfJobs } from './records.ts';

/** Takes in what jobs are told. */
export const jobReceiver: Receiver<JobState, JobMessage, JobEffect> = {
  kind: 'job',
  absorb,
  index,
};

export function index({ request, at }: JobState): Indexing {
  const order = `${String(request.requestedAt).padStart(15, '0')}#${request.id}`;
  return {
    status: at.phase === 'ended' ? at.verdict : at.phase,
    list: { name: listOfJobs(request.environment, request.ecsName), order },
  };
}
