import type { JobView } from '../contract/application-views.ts';
import { quoted } from '../contract/parse.ts';
import type { RouteInput } from '../contract/routes.ts';
import type { JobState } from '../jobs/model.ts';
import { jobRef } from '../jobs/records.ts';
import { BerthError } from '../kernel/errors.ts';
import { loadState } from './find.ts';
import type { OperationDependencies } from './ports.ts';
import { jobView } from './present/job.ts';

export async function getJob(
  deps: OperationDependencies,
  { params }: RouteInput<'getJob'>,
): Promise<JobView> {
  const state = await loadState<JobState>(deps, jobRef(params.id));
  if (state) return jobView(state);
  throw new BerthError('not-found', `there is no job ${quoted(params.id)}`);
}
