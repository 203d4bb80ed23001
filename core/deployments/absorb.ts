import type { Input, Instant } from '../kernel/plan.ts';
import type { DeploymentEffect, DeploymentMessage, DeploymentPhase, DeploymentState } from './model.ts';

type DeploymentInput = Input<DeploymentMessage, DeploymentEffect>;

/** How long a release may take to be registered. */
const prepareMs = 10 * 60_000;

/** What a message or an outcome changes. What repeats, comes too late, or is about another move changes nothing. */
export function absorb(
  state: DeploymentState | undefined,
  input: DeploymentInput,
  now: Instant,
): DeploymentState | undefined {
  if (!state) {
    return input.type === 'message' && input.message.type === 'create'
      ? { request: input.message.request, at: { phase: 'requested' } }
      : undefined;
  }
  if (state.at.phase === 'ended') return state;
  return input.type === 'outcome' ? registered(state, input) : told(state, input.message, now);
}

function registered(
  state: DeploymentState,
  { outcome }: Extract<DeploymentInput, { type: 'outcome' }>,
): DeploymentState {
  const { at, release } = state;
  if (at.phase !== 'preparing' || !release) return state;
  if (!outcome.ok) return { ...state, at: { ...at, failure: outcome.failure.message } };
  const { taskDefinitionArn } = outcome.value as { taskDefinitionArn: string };
  return { ...state, release: { ...release, taskDefinitionArn }, at: { ...at, registered: true } };
}

function told(state: DeploymentState, message: DeploymentMessage, now: Instant): DeploymentState {
  const { at } = state;
  const isWaiting = at.phase === 'requested' || at.phase === 'queued';
  switch (message.type) {
    case 'create':
      return state;
    case 'granted': {
      if (!isWaiting) return state;
      const { type: _, ...granted } = message;
      return {
        ...state,
        ...granted,
        at: { phase: 'preparing', deadline: now + prepareMs, registering: false },
      };
    }
    case 'waits':
      return at.phase === 'queued' ? { ...state, at: { ...at, behind: message.behind } } : state;
    case 'refused':
      return at.phase === 'queued' ? { ...state, at: { ...at, refused: message.reason } } : state;
    case 'superseded':
      return { ...state, at: superseded(at, message.by, now) };
    case 'applied':
    case 'apply_failed':
      return applied(state, message);
    case 'abort':
      return { ...state, abort: state.abort ?? { actor: message.actor } };
  }
}

function superseded(at: DeploymentPhase, by: string, now: Instant): DeploymentPhase {
  const cause = 'cause' in at && at.cause ? { cause: at.cause } : {};
  return { phase: 'ended', verdict: 'superseded', reason: `${by} took its place`, endedAt: now, ...cause };
}

/** News of a write counts only for the move that it belongs to. */
function applied(
  state: DeploymentState,
  message: Extract<DeploymentMessage, { type: 'applied' | 'apply_failed' }>,
): DeploymentState {
  const { at } = state;
  if (at.phase !== 'moving' && at.phase !== 'rolling_back') return state;
  if (message.taskDefinitionArn !== at.aim.release.taskDefinitionArn) return state;
  if (message.type === 'apply_failed') return { ...state, at: { ...at, refused: message.message } };
  const { type: _, taskDefinitionArn: __, ...news } = message;
  return { ...state, at: { ...at, applied: news } };
}
