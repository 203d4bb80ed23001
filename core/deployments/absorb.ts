import type { Input, Instant } from '../kernel/plan.ts';
import { controlled } from './controls.ts';
import { answered } from './gates/webhooks.ts';
import { withJob } from './jobs.ts';
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
  return input.type === 'outcome' ? performed(state, input, now) : told(state, input.message, now);
}

function performed(
  state: DeploymentState,
  input: Extract<DeploymentInput, { type: 'outcome' }>,
  now: Instant,
): DeploymentState {
  const { effect, outcome } = input;
  if (effect?.type !== 'ask_webhook') return registered(state, input);
  const { at } = state;
  if (at.phase !== 'gated') return state;
  return { ...state, at: { ...at, gates: answered(at.gates, effect, outcome, now) } };
}

function registered(
  state: DeploymentState,
  { effect, outcome }: Extract<DeploymentInput, { type: 'outcome' }>,
): DeploymentState {
  const { at, release } = state;
  if (at.phase !== 'preparing' || !release || (effect && effect.type !== 'register')) return state;
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
    case 'sibling_applied':
    case 'sibling_refused':
      return withSibling(state, message);
    case 'job_ended':
      return withJob(state, message, now);
    case 'hook': {
      const { type: _, ...hook } = message;
      return { ...state, hook };
    }
    default:
      return controlled(state, message, now);
  }
}

/** News of a write counts only for what is wanted now. */
function withSibling(
  state: DeploymentState,
  message: Extract<DeploymentMessage, { type: 'sibling_applied' | 'sibling_refused' }>,
): DeploymentState {
  const { at } = state;
  if (at.phase !== 'trying') return state;
  const { role } = message;
  const sibling = at.siblings[role];
  const wanted = role === 'canary' ? at.aim : state.before;
  if (!sibling || wanted?.release.taskDefinitionArn !== message.taskDefinitionArn) return state;
  if (message.type === 'sibling_refused')
    return {
      ...state,
      at: { ...at, siblings: { ...at.siblings, [role]: { ...sibling, refused: message.message } } },
    };
  if (message.count !== sibling.count) return state;
  const { generation, ecsDeploymentId, at: appliedAt } = message;
  const applied = { generation, ecsDeploymentId, at: appliedAt };
  return { ...state, at: { ...at, siblings: { ...at.siblings, [role]: { ...sibling, applied } } } };
}

function superseded(at: DeploymentPhase, by: string, now: Instant): DeploymentPhase {
  const cause = 'cause' in at && at.cause ? { cause: at.cause } : {};
  return {
    phase: 'ended',
    verdict: 'superseded',
    reason: `${by} took its place`,
    endedAt: now,
    by,
    ...cause,
  };
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
