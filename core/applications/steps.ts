import type { Instant, Plan, Reason, Send } from '../kernel/plan.ts';
import type { ApplicationState, ApplicationVerdict } from './model.ts';

export type ApplicationPlan = Plan<ApplicationState, never>;

const leastPollMs = 15_000;
const mostPollMs = 5 * 60_000;

export const reason = (code: string, text: string): Reason => ({ code, text });

/** A look that changes nothing or something, and comes back: at once where there is more to do. */
export function goOn(
  next: ApplicationState,
  reasons: readonly Reason[],
  now: Instant,
  {
    effects = [],
    isAtOnce = false,
  }: { readonly effects?: readonly Send[]; readonly isAtOnce?: boolean } = {},
): ApplicationPlan {
  const { at } = next;
  const since = 'since' in at ? at.since : now;
  const pollMs = Math.min(mostPollMs, Math.max(leastPollMs, (now - since) / 10));
  const [first = reason('waits', 'deployments are under way'), ...others] = reasons;
  return { next, effects, wakeAt: isAtOnce ? now : now + pollMs, reasons: [first, ...others] };
}

/** The one way into `ended`. */
export function end(
  state: ApplicationState,
  verdict: ApplicationVerdict,
  text: string,
  now: Instant,
): ApplicationPlan {
  const cause = 'cause' in state.at && state.at.cause ? { cause: state.at.cause } : {};
  return {
    next: { ...state, at: { phase: 'ended', verdict, reason: text, endedAt: now, ...cause } },
    effects: [],
    reasons: [reason(verdict, text)],
  };
}

export const toDeployment = (id: string, message: object): Send => ({
  type: 'send',
  to: { kind: 'deployment', id },
  message,
});
