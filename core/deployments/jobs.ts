import type { JobEnded, JobMessage } from '../jobs/model.ts';
import type { Instant, Send } from '../kernel/plan.ts';
import type { JobPlan } from './course/model.ts';
import type { Cause, DeploymentState, EndedJob, Jobs } from './model.ts';
import { type DeploymentPlan, reason } from './steps.ts';

/** Beyond its own time-out a job may take this long to tell of its end, whatever dies meanwhile. */
const graceMs = 20 * 60_000;

export type Stage = 'before' | 'after';

/** Unique in a deployment: a job may have the same name before and after. */
export const jobIdOf = ({ request }: DeploymentState, stage: Stage, { name }: JobPlan) =>
  `job_${request.id.slice('dep_'.length)}_${stage}_${name}`;

export const openJobs = (jobs: readonly JobPlan[], now: Instant): Jobs => ({
  job: 0,
  started: false,
  deadline: deadlineOf(jobs[0], now),
});

const deadlineOf = (job: JobPlan | undefined, now: Instant) =>
  now + (job?.timeoutSeconds ?? 0) * 1000 + graceMs;

/** Where the jobs of a stage are: all done, one failed, or one under way (`plan` is what to do about it). */
export type JobsProgress =
  | { readonly is: 'done' }
  | { readonly is: 'failed'; readonly ended: EndedJob }
  | { readonly is: 'on'; readonly plan: DeploymentPlan };

/** One job after the other; `put` is the deployment's state with the jobs where they are then. */
export function runJobs(
  state: DeploymentState,
  {
    stage,
    jobs,
    at,
    taskDefinitionArn,
    now,
  }: {
    readonly stage: Stage;
    readonly jobs: readonly JobPlan[];
    readonly at: Jobs;
    readonly taskDefinitionArn: string;
    readonly now: Instant;
  },
  put: (at: Jobs) => DeploymentState,
): JobsProgress {
  const job = jobs[at.job];
  if (!job) return { is: 'done' };
  const id = jobIdOf(state, stage, job);
  const ended = state.jobs?.find((one) => one.job === id);
  if (ended && ended.verdict !== 'succeeded') return { is: 'failed', ended };
  if (ended) {
    const next: Jobs = { job: at.job + 1, started: false, deadline: deadlineOf(jobs[at.job + 1], now) };
    if (next.job >= jobs.length) return { is: 'done' };
    return runJobs(state, { stage, jobs, at: next, taskDefinitionArn, now }, put);
  }
  if (at.started && now >= at.deadline) {
    const text = `nothing was heard of it for ${job.timeoutSeconds} s and more`;
    return {
      is: 'failed',
      ended: { job: id, name: job.name, verdict: 'timed_out', reason: text, endedAt: now },
    };
  }
  const plan = at.started
    ? {
        next: put(at),
        effects: [],
        wakeAt: at.deadline,
        reasons: [reason('job', `${job.name} runs`)] as const,
      }
    : {
        next: { ...put({ ...at, started: true }), runs: id },
        effects: [start(state, id, job, taskDefinitionArn, now)],
        wakeAt: at.deadline,
        reasons: [reason('job', `${job.name} is started, for ${job.timeoutSeconds} s at most`)] as const,
      };
  return { is: 'on', plan };
}

function start(
  state: DeploymentState,
  id: string,
  job: JobPlan,
  taskDefinitionArn: string,
  now: Instant,
): Send {
  const { environment, cluster, ecsName, actor } = state.request;
  const message: JobMessage = {
    type: 'start',
    request: {
      id,
      name: job.name,
      environment,
      cluster,
      ecsName,
      taskDefinitionArn,
      command: job.command,
      timeoutSeconds: job.timeoutSeconds,
      actor,
      requestedAt: now,
      notify: { kind: 'deployment', id: state.request.id },
    },
  };
  return { type: 'send', to: { kind: 'job', id }, message };
}

/** Takes in the end of a job, once. */
export function withJob(
  state: DeploymentState,
  { type: _, logTail, ...news }: JobEnded,
  now: Instant,
): DeploymentState {
  const { job, verdict } = news;
  if (state.jobs?.some((one) => one.job === job)) return state;
  const name = job.slice(job.lastIndexOf('_') + 1);
  const lastWords = verdict === 'succeeded' || !logTail ? {} : { logTail };
  const ended: EndedJob = { ...news, name, endedAt: now, ...lastWords };
  const { runs, ...idle } = state;
  return { ...(runs === job ? idle : state), jobs: [...(state.jobs ?? []), ended] };
}

/** Whether every job of a stage has succeeded. */
export const haveSucceeded = (state: DeploymentState, stage: Stage, jobs: readonly JobPlan[]): boolean =>
  jobs.every((job) =>
    state.jobs?.some((one) => one.job === jobIdOf(state, stage, job) && one.verdict === 'succeeded'),
  );

/** What is told of a job that failed, as the cause of an end: its own last words tell most. */
export function jobCause(ended: EndedJob, taskDefinitionArn: string): Cause {
  const { taskArn, exitCode, logTail } = ended;
  return {
    code: 'job',
    text: jobFailure(ended),
    taskDefinitionArn,
    ...(taskArn && { task: { taskArn, ...(exitCode !== undefined && { exitCode }) } }),
    ...(logTail && { logTail }),
  };
}

export const jobFailure = ({ name, verdict, reason: why }: EndedJob) =>
  `${name} ${verdict === 'timed_out' ? 'took too long' : verdict}: ${why}`;
