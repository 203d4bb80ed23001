import type { Instant, Plan, Reason, Ref, Send } from '../kernel/plan.ts';
import type { Aim, ServiceMessage } from '../services/model.ts';
import type { DeploymentEffect, DeploymentPhase, DeploymentState, Verdict } from './model.ts';

export type DeploymentPlan = Plan<DeploymentState, DeploymentEffect>;
export type At<Phase extends DeploymentPhase['phase']> = Extract<DeploymentPhase, { phase: Phase }>;

/** The one way into `ended`; it also gives the service back. */
export function end(
  state: DeploymentState,
  verdict: Verdict,
  text: string,
  now: Instant,
  succeeded?: Aim,
): DeploymentPlan {
  const { at, request } = state;
  const cause = 'cause' in at && at.cause ? { cause: at.cause } : {};
  return {
    next: { ...state, at: { phase: 'ended', verdict, reason: text, endedAt: now, ...cause } },
    effects: [toService(state, { type: 'release', deployment: request.id, ...(succeeded && { succeeded }) })],
    reasons: [reason(verdict, text)],
  };
}

export function toService({ request }: DeploymentState, message: ServiceMessage): Send {
  const to: Ref = { kind: 'service', id: request.service };
  return { type: 'send', to, message };
}

export const reason = (code: string, text: string): Reason => ({ code, text });
