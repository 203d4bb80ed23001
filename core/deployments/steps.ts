import type { Instant, Plan, Reason, Ref, Send } from '../kernel/plan.ts';
import type { Aim, ServiceMessage } from '../services/model.ts';
import { cancelJob } from './cancel-job.ts';
import type { Course } from './course/model.ts';
import type {
  Cause,
  DeploymentEffect,
  DeploymentEnded,
  DeploymentPhase,
  DeploymentState,
  Verdict,
} from './model.ts';

export type DeploymentPlan = Plan<DeploymentState, DeploymentEffect>;
export type At<Phase extends DeploymentPhase['phase']> = Extract<DeploymentPhase, { phase: Phase }>;

/** The one way into `ended`; it also gives the service back. */
export function end(
  state: DeploymentState,
  verdict: Verdict,
  text: string,
  now: Instant,
  succeeded?: Aim,
  because?: Cause,
): DeploymentPlan {
  const { at, request } = state;
  const known = because ?? ('cause' in at ? at.cause : undefined);
  const cause = known ? { cause: known } : {};
  const left = succeeded && { ...succeeded, settings: withoutHook(succeeded.settings) };
  const next: DeploymentState = {
    ...state,
    at: { phase: 'ended', verdict, reason: text, endedAt: now, ...cause },
  };
  const released = toService(state, {
    type: 'release',
    deployment: request.id,
    ...(left && { succeeded: left }),
  });
  const told = afterwards(next);
  return { next: told.next, effects: [released, ...told.effects], reasons: [reason(verdict, text)] };
}

/** What is left to do for a deployment that has ended, however it ended: each once. */
export function afterwards(state: DeploymentState): {
  next: DeploymentState;
  effects: readonly Send[];
} {
  const stopped = cancelJob(state, state.request.actor);
  const told = notify(stopped.next);
  return { next: told.next, effects: [...stopped.effects, ...told.effects] };
}

/** Tells of the end whoever asked to be told. */
function notify(state: DeploymentState): { next: DeploymentState; effects: readonly Send[] } {
  const { at, request, notified } = state;
  if (at.phase !== 'ended' || !request.notify || notified) return { next: state, effects: [] };
  const { verdict, reason: why } = at;
  const message: DeploymentEnded = { type: 'deployment_ended', deployment: request.id, verdict, reason: why };
  return { next: { ...state, notified: true }, effects: [{ type: 'send', to: request.notify, message }] };
}

/** A hook is asked about one deployment; who aims at the same release later has another, or none. */
function withoutHook({ shift, ...settings }: Aim['settings']): Aim['settings'] {
  if (!shift) return settings;
  const { hook: _, pause: __, ...plain } = shift;
  return { ...settings, shift: plain };
}

export function toService({ request }: DeploymentState, message: ServiceMessage): Send {
  const to: Ref = { kind: 'service', id: request.service };
  return { type: 'send', to, message };
}

export const reason = (code: string, text: string): Reason => ({ code, text });

export const courseOf = ({ request: { what } }: DeploymentState): Course | undefined =>
  what.type === 'content' ? what.course : undefined;

/** Whether ECS shifts the traffic of this move between two target groups. */
export const isShifted = ({ settings: { shift } }: Aim): boolean =>
  shift !== undefined && shift.strategy !== 'ROLLING';

/** How many tasks a move is to come to. */
export const countOf = ({ count }: Aim): number => count ?? 1;
