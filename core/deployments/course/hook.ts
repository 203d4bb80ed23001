import type { DeploymentState, HookCall } from '../model.ts';
import { isBaking, nextPercent, stepAt } from './steps.ts';

/** What ECS is answered when it asks whether a service deployment may go on. */
export type HookAnswer =
  | { readonly hookStatus: 'SUCCEEDED' | 'FAILED' }
  | { readonly hookStatus: 'IN_PROGRESS'; readonly callBackDelay: number };

/** Seconds until ECS asks again. */
const soonSeconds = 5;
const lateSeconds = 15;

/** A read may show the share from before a shift for this long: a step is not passed twice because of it. */
const settleMs = 20_000;

/**
 * Whether what ECS asks for may be. Every SUCCEEDED is stored before it is answered (`passed`, `baked`), and asked again
 * about the same shift ECS is told the same. What has ended, or goes back, does not go on.
 */
export function hookAnswer(state: DeploymentState, call: HookCall): HookAnswer {
  const { at } = state;
  switch (at.phase) {
    case 'ended':
      return afterTheEnd(at, state);
    case 'rolling_back':
    case 'closing':
      return { hookStatus: 'FAILED' };
    case 'moving':
      return mayGoOn(state, call) ? { hookStatus: 'SUCCEEDED' } : later(state);
    default:
      return later(state);
  }
}

/**
 * Who took its place tells ECS what to do next, and until then nothing goes on. What somebody changed outside of Berth
 * is not Berth's to hold, though ECS asks because the service still names this deployment.
 */
function afterTheEnd(
  { verdict, by }: Extract<DeploymentState['at'], { phase: 'ended' }>,
  state: DeploymentState,
): HookAnswer {
  if (verdict === 'superseded') return by === undefined ? { hookStatus: 'SUCCEEDED' } : later(state);
  return { hookStatus: verdict === 'succeeded' ? 'SUCCEEDED' : 'FAILED' };
}

function mayGoOn({ at }: DeploymentState, { stage, at: calledAt }: HookCall): boolean {
  if (at.phase !== 'moving') return false;
  if (!at.course) return true;
  if (stage === 'POST_PRODUCTION_TRAFFIC_SHIFT') return at.course.baked !== undefined;
  if (stage !== 'PRE_PRODUCTION_TRAFFIC_SHIFT') return true;
  return at.course.passed?.at === calledAt;
}

/** ECS is told soon where the end of a wait is near or a shift has just been let through, late where nothing is near. */
function later({ at, request }: DeploymentState): HookAnswer {
  const inProgress = (callBackDelay: number) => ({ hookStatus: 'IN_PROGRESS' as const, callBackDelay });
  if (at.phase !== 'moving' || !at.course?.since || request.what.type !== 'content')
    return inProgress(soonSeconds);
  const { course } = request.what;
  const seconds = course && (stepAt(course, at.course)?.forSeconds ?? course.bakeSeconds);
  if (!course || seconds === undefined || (at.course.held && !isBaking(course, at.course)))
    return inProgress(soonSeconds * 2);
  return inProgress(Math.min(lateSeconds, Math.max(soonSeconds, Math.round(seconds / 20))));
}

/** Notes that a call of ECS's is let through, where it is: what is noted is what is answered. */
export function letThrough(state: DeploymentState): DeploymentState {
  const { at, hook } = state;
  if (at.phase !== 'moving' || !at.course || !hook) return state;
  if (hook.stage !== 'PRE_PRODUCTION_TRAFFIC_SHIFT' || at.course.passed?.at === hook.at) return state;
  const { percent, allowedPercent, passed, held } = at.course;
  if (held?.code === 'paused' || held?.code === 'locked') return state;
  if (nextPercent(at.aim.settings.shift, percent) > allowedPercent) return state;
  const mayBeStale = passed?.fromPercent === percent && hook.at - passed.at < settleMs;
  if (mayBeStale) return state;
  return { ...state, at: { ...at, course: { ...at.course, passed: { fromPercent: percent, at: hook.at } } } };
}
