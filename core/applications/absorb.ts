import type { Input, Instant } from '../kernel/plan.ts';
import type { ApplicationMessage, ApplicationState } from './model.ts';

/** Deployments have deadlines of their own; this one is for the case that one of them never ends. */
const deployMs = 14 * 24 * 3600_000;

/** What a message changes; what repeats or comes too late changes nothing. */
export function absorb(
  state: ApplicationState | undefined,
  input: Input<ApplicationMessage, never>,
  now: Instant,
): ApplicationState | undefined {
  if (input.type !== 'message') return state;
  const { message } = input;
  if (!state) {
    if (message.type !== 'create') return undefined;
    const at = { phase: 'deploying', since: now, deadline: now + deployMs } as const;
    return { request: message.request, at, parts: {} };
  }
  if (message.type !== 'abort' || state.abort || state.at.phase !== 'deploying') return state;
  const { actor, reason } = message;
  return { ...state, abort: { actor, ...(reason !== undefined && { reason }) } };
}
