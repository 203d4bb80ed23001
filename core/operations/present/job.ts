import type { JobView } from '../../contract/application-views.ts';
import type { JobPhase, JobState } from '../../jobs/model.ts';
import { moment } from './moment.ts';

export function jobView({ request, at, deadline }: JobState): JobView {
  const { id, name, environment, ecsName, command, actor, requestedAt } = request;
  return {
    id,
    name,
    environment,
    service: ecsName,
    command: [...command],
    phase: at.phase,
    ...phaseView(at),
    actor,
    requestedAt: moment(requestedAt),
    deadline: moment(deadline),
  };
}

function phaseView(at: JobPhase): Partial<JobView> {
  const task = 'taskArn' in at && at.taskArn !== undefined ? { task: at.taskArn } : {};
  if (at.phase !== 'ended') return task;
  const { verdict, reason, endedAt, exitCode, logTail } = at;
  return {
    ...task,
    verdict,
    reason,
    endedAt: moment(endedAt),
    ...(exitCode !== undefined && { exitCode }),
    ...(logTail && { logTail: [...logTail] }),
  };
}
