import type { JobState, JobStop, JobVerdict, SeenTask } from './model.ts';

export type StoppedTask = Extract<SeenTask, { seen: 'task' }>;

/** What a task that has stopped says of its job. */
export function outcomeOf(
  { request }: JobState,
  task: StoppedTask,
  stop: JobStop | undefined,
): { readonly verdict: JobVerdict; readonly reason: string } {
  const { exitCode } = task;
  // By itself means that nobody else ended it: a program that ends well on SIGTERM has not done its work.
  const isByItself = task.stopCode === undefined || task.stopCode === 'EssentialContainerExited';
  if (isByItself && exitCode === 0)
    return { verdict: 'succeeded', reason: `${request.name} exited with code 0` };
  if (stop && !(isByItself && exitCode !== undefined)) return stop;
  return { verdict: 'failed', reason: failureOf(request.name, task) };
}

function failureOf(
  name: string,
  { exitCode, stopCode, stoppedReason, containerReason }: StoppedTask,
): string {
  const because = [stoppedReason, containerReason].filter(Boolean).join(': ');
  if (exitCode !== undefined && exitCode !== 0)
    return `${name} exited with code ${exitCode}${containerReason ? `: ${containerReason}` : ''}`;
  if (stopCode === 'TaskFailedToStart') return `${name} could not be started${because && `: ${because}`}`;
  const who =
    stopCode === 'UserInitiated' ? 'was stopped by somebody' : `was stopped (${stopCode ?? 'no code'})`;
  return `${name} ${who} before it was done${because && `: ${because}`}`;
}
