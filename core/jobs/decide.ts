import type { Domain, Instant, Plan, Reason } from '../kernel/plan.ts';
import { absorb } from './absorb.ts';
import type {
  JobEffect,
  JobEnded,
  JobMessage,
  JobPhase,
  JobQuery,
  JobSeen,
  JobState,
  JobStop,
  JobVerdict,
  SeenTask,
} from './model.ts';
import { outcomeOf, type StoppedTask } from './outcome.ts';
import { index } from './receive.ts';

/** A one-off task: started once, followed to its end, told of to whoever asked for it. */
export const jobs: Domain<JobState, JobMessage, JobQuery, JobSeen, JobEffect> = {
  kind: 'job',
  absorb,
  observe,
  decide,
  index,
};

type JobPlan = Plan<JobState, JobEffect>;
type At<Phase extends JobPhase['phase']> = Extract<JobPhase, { phase: Phase }>;

/** ECS may say for minutes that a task is not there which it has just started. */
const provesMs = 5 * 60_000;
const seekEveryMs = 30_000;
/** How long it is looked for, at most, when nothing can be seen. */
const blindMs = 30 * 60_000;
const leastPollMs = 5_000;
const mostPollMs = 60_000;
/** A stopped task's last lines may come a little after it. */
const lastWordsMs = 8_000;
const soonMs = 2_000;
/** A task has two minutes at most to stop; one that does not is told again. */
const stopAgainMs = 4 * 60_000;
const maxStops = 3;

function observe({ request, at }: JobState): JobQuery {
  const { id, environment, cluster, ecsName } = request;
  if (at.phase === 'running') return { task: { environment, cluster, ecsName, taskArn: at.taskArn } };
  if (at.phase === 'seeking') return { find: { job: id, cluster } };
  return {};
}

function decide(state: JobState, seen: JobSeen, now: Instant): JobPlan {
  const { at } = state;
  switch (at.phase) {
    case 'requested':
      return begin(state, now);
    case 'starting':
      return start(state, at, now);
    case 'seeking':
      return seek(state, at, seen.found, now);
    case 'running':
      return follow(state, at, seen.task, now);
    case 'ended':
      return { next: state, effects: [], reasons: [reason(at.verdict, at.reason)] };
  }
}

function begin(state: JobState, now: Instant): JobPlan {
  const unwanted = unwantedBy(state, now);
  return unwanted ? end(state, unwanted, now) : attempt(state, 1, now);
}

/** Why it should not go on. */
function unwantedBy(
  { cancelled, deadline, request }: JobState,
  now: Instant,
): Pick<JobStop, 'verdict' | 'reason'> | undefined {
  const { name, timeoutSeconds } = request;
  if (cancelled) return { verdict: 'cancelled', reason: `${name} was cancelled by ${cancelled.actor}` };
  if (now >= deadline)
    return { verdict: 'timed_out', reason: `${name} was not done within ${timeoutSeconds} s` };
  return undefined;
}

function attempt(state: JobState, number: number, now: Instant): JobPlan {
  const { request } = state;
  const again = number > 1 ? `, attempt ${number}` : '';
  return {
    next: { ...state, at: { phase: 'starting', attempt: number, since: now } },
    effects: [{ type: 'run_task', request, attempt: number, decidedAt: now }],
    wakeAt: Math.max(state.deadline, now + mostPollMs),
    reasons: [reason('start', `${request.name} is started: ${request.command.join(' ')}${again}`)],
  };
}

/** What was asked of ECS has its answer first: a task may come of it, whoever wants it still. */
function start(state: JobState, at: At<'starting'>, now: Instant): JobPlan {
  const { answer } = at;
  if (!answer) {
    const text = 'ECS was asked to run it';
    const wakeAt = Math.max(state.deadline, now + mostPollMs);
    return { next: state, effects: [], wakeAt, reasons: [reason('starting', text)] };
  }
  const unwanted = unwantedBy(state, now);
  if (!unwanted && answer.retryAt !== undefined) {
    if (now >= answer.retryAt) return attempt(state, at.attempt + 1, now);
    const wakeAt = Math.min(answer.retryAt, state.deadline);
    return { next: state, effects: [], wakeAt, reasons: [reason('refused', `${answer.text}; asked again`)] };
  }
  const failed = {
    verdict: 'failed',
    reason: `${state.request.name} could not be started: ${answer.text}`,
  } as const;
  const isSure = answer.is === 'refused';
  const next: At<'seeking'> = {
    phase: 'seeking',
    since: now,
    until: isSure ? now : now + provesMs,
    looks: isSure ? 1 : 0,
    end: unwanted ?? failed,
  };
  return {
    next: { ...state, at: next },
    effects: [],
    wakeAt: now,
    reasons: [reason('seek', `${next.end.reason}; it is looked for whether a task of it runs all the same`)],
  };
}

function seek(state: JobState, at: At<'seeking'>, found: JobSeen['found'], now: Instant): JobPlan {
  if (found?.seen === 'task') {
    const { taskArn } = found;
    return {
      next: { ...state, at: { phase: 'running', taskArn, since: at.since } },
      effects: [],
      wakeAt: now,
      reasons: [reason('found', `its task was started after all: ${taskArn}`)],
    };
  }
  const isNone = found?.seen === 'none';
  // One look of all those before the time is up counts, so that looking is no news.
  const looks = at.looks + (isNone && (at.looks === 0 || now >= at.until) ? 1 : 0);
  if (isNone && now >= at.until && looks >= 2) return end(state, at.end, now);
  if (now >= at.until + blindMs)
    return end(
      state,
      { ...at.end, reason: `${at.end.reason}; whether a task of it runs could not be seen` },
      now,
    );
  const text = found?.seen === 'unknown' ? found.because : 'no task of it is to be seen';
  const wakeAt = now < at.until ? Math.min(now + seekEveryMs, at.until) : now + soonMs;
  return { next: { ...state, at: { ...at, looks } }, effects: [], wakeAt, reasons: [reason('seek', text)] };
}

function follow(
  state: JobState,
  at: At<'running'>,
  task: SeenTask = { seen: 'unknown', because: 'it was not looked at' },
  now: Instant,
): JobPlan {
  if (task.seen === 'task' && task.lastStatus === 'STOPPED') return stopped(state, at, task, now);
  const { missingSince: _, ...there } = at;
  const missingSince = task.seen === 'missing' ? (at.missingSince ?? now) : undefined;
  const known: At<'running'> = missingSince === undefined ? there : { ...there, missingSince };
  const isLost = missingSince !== undefined && now - missingSince >= provesMs && now - at.since >= provesMs;
  if (isLost) {
    const lost = { verdict: 'failed', reason: `ECS knows nothing of ${at.taskArn} any more` } as const;
    return end(state, at.stop ?? lost, now, { taskArn: at.taskArn });
  }
  return keepOn({ ...state, at: known }, known, textOf(task), now);
}

function textOf(task: SeenTask): string {
  if (task.seen === 'missing')
    return 'ECS says that there is no such task; looked at again before that is believed';
  return task.seen === 'unknown' ? task.because : `its task is ${task.lastStatus}`;
}

/** It runs, as far as is known: until it is not wanted any more, and then until it has stopped. */
function keepOn(state: JobState, at: At<'running'>, text: string, now: Instant): JobPlan {
  const unwanted = at.stop ?? unwantedBy(state, now);
  const isToldAgain = at.stop !== undefined && now >= at.stop.at + stopAgainMs;
  if (unwanted && (!at.stop || isToldAgain)) {
    const times = (at.stop?.times ?? 0) + 1;
    if (times <= maxStops) return stop(state, at, { ...unwanted, at: now, times }, now);
    const reason = `${unwanted.reason}; its task was told to stop ${maxStops} times and was never seen to`;
    return end(state, { verdict: unwanted.verdict, reason }, now, { taskArn: at.taskArn });
  }
  const pollMs = Math.min(mostPollMs, Math.max(leastPollMs, (now - at.since) / 10));
  const wakeAt = Math.min(now + pollMs, at.stop ? at.stop.at + stopAgainMs : state.deadline);
  return { next: state, effects: [], wakeAt, reasons: [reason('running', text)] };
}

function stop(state: JobState, at: At<'running'>, stopping: JobStop, now: Instant): JobPlan {
  const { environment, cluster } = state.request;
  const { taskArn } = at;
  return {
    next: { ...state, at: { ...at, stop: stopping } },
    effects: [{ type: 'stop_task', environment, cluster, taskArn, reason: stopping.reason }],
    wakeAt: now + leastPollMs,
    reasons: [reason('stop', `${stopping.reason}; its task is stopped`)],
  };
}

function stopped(state: JobState, at: At<'running'>, task: StoppedTask, now: Instant): JobPlan {
  const outcome = outcomeOf(state, task, at.stop);
  const { taskArn, stoppedSince = now } = at;
  const hasWords = task.logTail.length > 0 || task.startedAtMs === undefined;
  if (outcome.verdict !== 'succeeded' && !hasWords && now - stoppedSince < lastWordsMs) {
    return {
      next: { ...state, at: { ...at, stoppedSince } },
      effects: [],
      wakeAt: now + soonMs,
      reasons: [reason('last_words', 'its task has stopped; its last lines are awaited')],
    };
  }
  const { exitCode, logTail } = task;
  return end(state, outcome, now, {
    taskArn,
    ...(exitCode !== undefined && { exitCode }),
    ...(logTail.length > 0 && { logTail }),
  });
}

/** The one way into `ended`; whoever asked for the job is told. */
function end(
  state: JobState,
  { verdict, reason: text }: { readonly verdict: JobVerdict; readonly reason: string },
  now: Instant,
  evidence: Pick<JobEnded, 'taskArn' | 'exitCode' | 'logTail'> = {},
): JobPlan {
  const { id, notify } = state.request;
  const message: JobEnded = { type: 'job_ended', job: id, verdict, reason: text, ...evidence };
  return {
    next: { ...state, at: { phase: 'ended', verdict, reason: text, endedAt: now, ...evidence } },
    effects: [{ type: 'send', to: notify, message }],
    reasons: [reason(verdict, text)],
  };
}

const reason = (code: string, text: string): Reason => ({ code, text });
