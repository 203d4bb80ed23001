import type { Instant } from '../kernel/plan.ts';
import { giveUp } from './giving-up.ts';
import type { DeploymentState, Move, Progress } from './model.ts';
import { type At, type DeploymentPlan, end, reason } from './steps.ts';

/** How often a move is looked at when no event tells of it. */
const pollMs = 10_000;
const soonMs = 1_000;
/** Between two answers that a service is not there before they are believed. */
const missingMs = 3_000;
/** A move that cannot be seen is waited for this long beyond its deadline. */
const blindMs = 3600_000;

export const ours = ({ aim }: Move, applied: NonNullable<Move['applied']>) => ({
  aim,
  ecsDeploymentId: applied.ecsDeploymentId,
  ecsCreatedAtMs: applied.ecsCreatedAtMs,
  appliedAt: applied.at,
});

/** One answer that the service is not there proves nothing; a second one, a while later, does. */
export function surelyGone(
  state: DeploymentState,
  at: At<'moving'> | At<'rolling_back'>,
  text: string,
  now: Instant,
): DeploymentPlan | undefined {
  const missingSince = at.missingSince ?? now;
  if (now - missingSince >= missingMs) return undefined;
  return {
    next: { ...state, at: { ...at, missingSince } },
    effects: [],
    wakeAt: missingSince + missingMs,
    reasons: [reason('missing', `${text}; looked at once more before that is believed`)],
  };
}

/** What cannot be seen is waited for, and nothing is changed meanwhile; but not for ever. */
export function lookAgain(state: DeploymentState, at: Move, text: string, now: Instant): DeploymentPlan {
  if (now >= at.deadline + blindMs) return end(state, 'failed', `no end could be seen: ${text}`, now);
  if (now >= at.deadline && !at.applied && state.at.phase === 'moving') {
    return giveUp(state, state.at, 'deadline', `ECS did not take the change in time`, now);
  }
  return { next: unsure(state), effects: [], wakeAt: now + pollMs, reasons: [reason('unclear', text)] };
}

/** Two absences prove something only where nothing that was unclear lies between them. */
function unsure(state: DeploymentState): DeploymentState {
  if (!('missingSince' in state.at)) return state;
  const { missingSince: _, ...at } = state.at;
  return { ...state, at };
}

/** What is on its way is looked at again. */
export function goOn(
  state: DeploymentState,
  at: At<'moving'> | At<'rolling_back'>,
  progress: Progress,
  now: Instant,
  againMs = pollMs,
): DeploymentPlan {
  const { noted, due } = note(at, progress, now);
  const text = `${progress.running} of ${progress.desired} tasks run, ${progress.pending} start, ${progress.failedTasks} failed; ${progress.old} others run`;
  const wakeAt = Math.min(due ?? now + againMs, Math.max(noted.deadline, now + soonMs));
  const { missingSince: _, ...there } = noted;
  return { next: { ...state, at: there }, effects: [], wakeAt, reasons: [reason('on_the_way', text)] };
}

/**
 * Progress is kept for people, in steps that grow with the time it takes, so that history stays short; `due` is when
 * what is new now may be kept. One task more than ever ran puts the deadline off: one that comes back does not.
 */
export function note<Moving extends Move>(
  at: Moving,
  progress: Progress,
  now: Instant,
): { readonly noted: Moving; readonly due?: Instant } {
  if (progress.running < (at.best ?? 0) && !at.fell) return { noted: { ...at, progress, fell: true } };
  if (at.progress && sameProgress(at.progress, progress)) return { noted: at };
  const due = (at.progress?.at ?? 0) + Math.max(soonMs, (now - at.since) / 20);
  if (now < due) return { noted: at, due };
  if (progress.running <= (at.best ?? 0)) return { noted: { ...at, progress } };
  const later = now + at.aim.settings.timeoutSeconds * 1000;
  return { noted: { ...at, progress, best: progress.running, deadline: Math.max(at.deadline, later) } };
}

const sameProgress = ({ at: _, ...one }: Progress, { at: __, ...other }: Progress) =>
  JSON.stringify(one) === JSON.stringify(other);
