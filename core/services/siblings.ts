import type { Instant, Outcome } from '../kernel/plan.ts';
import type { ServiceEffect, ServiceMessage, ServiceState, Sibling, SiblingRole } from './model.ts';
import { siblingRoles } from './model.ts';
import { nothing, reason, type Step, tell } from './steps.ts';

/**
 * Services beside a service, while a deployment tries its release. They belong to the service and not to the
 * deployment, so that nothing is left behind: whoever has the service no longer has them either, however it ended.
 */

/** A removal that failed is tried again after this: nobody else would. */
const againMs = 60_000;

type SiblingEffect = Extract<ServiceEffect, { type: 'apply_sibling' }>;

/** Takes in what the holder wants beside the service. */
export function withSiblings(
  state: ServiceState,
  { deployment, siblings }: Extract<ServiceMessage, { type: 'siblings' }>,
): ServiceState {
  return siblingRoles.reduce((known, role) => wanting(known, role, deployment, siblings[role]), state);
}

function wanting(
  state: ServiceState,
  role: SiblingRole,
  deployment: string,
  wanted: Sibling['wanted'],
): ServiceState {
  const { wanted: before, ...rest } = state.siblings?.[role] ?? {};
  if (JSON.stringify(before) === JSON.stringify(wanted)) return state;
  const generation = state.generation + 1;
  const sibling: Sibling = { ...rest, generation, deployment, ...(wanted && { wanted }) };
  return { ...state, generation, siblings: { ...state.siblings, [role]: sibling } };
}

/** What became of a write; one that was overtaken by a newer wish only ends the waiting for it. */
export function siblingSettled(
  state: ServiceState,
  { role, generation }: SiblingEffect,
  outcome: Outcome,
  now: Instant,
): ServiceState {
  const sibling = state.siblings?.[role];
  if (sibling?.applying !== generation) return state;
  const { applying: _, ...idle } = sibling;
  return { ...state, siblings: { ...state.siblings, [role]: settled(idle, generation, outcome, now) } };
}

function settled(sibling: Sibling, generation: number, outcome: Outcome, now: Instant): Sibling {
  if (!outcome.ok) return { ...sibling, refused: { generation, message: outcome.failure.message, at: now } };
  const value = outcome.value as { ecsDeploymentId?: string; overtaken?: true };
  if (value.overtaken) return sibling;
  const { ecsDeploymentId } = value;
  return { ...sibling, applied: generation, appliedAt: now, ...(ecsDeploymentId && { ecsDeploymentId }) };
}

/** Whoever does not have the service has no siblings beside it. */
export function clearSiblings(state: ServiceState): Step {
  const orphaned = siblingRoles.filter((role) => {
    const sibling = state.siblings?.[role];
    return sibling?.wanted && sibling.deployment !== state.holder?.deployment;
  });
  const next = orphaned.reduce(
    (known, role) => wanting(known, role, known.siblings?.[role]?.deployment ?? '', undefined),
    state,
  );
  const text = 'no deployment wants it any more';
  return { state: next, effects: [], reasons: orphaned.map((role) => reason('sibling', `${role}: ${text}`)) };
}

/** One write at a time for each; what is gone is forgotten. */
export function applySiblings(state: ServiceState, now: Instant): Step {
  return siblingRoles.reduce<Step>((before, role) => {
    const after = applyOne(before.state, role, now);
    return {
      state: after.state,
      effects: [...before.effects, ...after.effects],
      reasons: [...before.reasons, ...after.reasons],
    };
  }, nothing(state));
}

function applyOne(state: ServiceState, role: SiblingRole, now: Instant): Step {
  const sibling = state.siblings?.[role];
  if (!sibling || sibling.applying !== undefined) return nothing(state);
  const { generation, wanted, deployment, applied, refused } = sibling;
  if (applied === generation) return wanted ? nothing(state) : nothing(without(state, role));
  if (refused?.generation === generation && (wanted || now < refused.at + againMs)) return nothing(state);
  const { cluster, ecsName, environment } = state;
  const effect: SiblingEffect = {
    type: 'apply_sibling',
    cluster,
    ecsName,
    environment,
    role,
    generation,
    deployment,
    ...(wanted && { wanted }),
  };
  const text = wanted
    ? `${role} beside the service: v${wanted.aim.release.number}, ${wanted.count} tasks`
    : `${role} beside the service is removed`;
  return {
    state: { ...state, siblings: { ...state.siblings, [role]: { ...sibling, applying: generation } } },
    effects: [effect],
    reasons: [reason('sibling', text)],
  };
}

function without(state: ServiceState, role: SiblingRole): ServiceState {
  const { siblings: { [role]: _, ...others } = {}, ...rest } = state;
  return Object.keys(others).length > 0 ? { ...rest, siblings: others } : rest;
}

/** Tells the deployment what ECS made of its wish. */
export function tellOfSiblings(state: ServiceState): Step {
  return siblingRoles.reduce<Step>((before, role) => {
    const sibling = before.state.siblings?.[role];
    const message = sibling && newsOf(role, sibling);
    if (!message) return before;
    const told = { ...sibling, told: sibling.generation };
    return {
      state: { ...before.state, siblings: { ...before.state.siblings, [role]: told } },
      effects: [...before.effects, tell(sibling.deployment, message)],
      reasons: [...before.reasons, reason(message.type, `${role}: ${message.type.replace('_', ' ')}`)],
    };
  }, nothing(state));
}

function newsOf(role: SiblingRole, sibling: Sibling) {
  const { wanted, generation, told, applied, refused, ecsDeploymentId = '', appliedAt = 0 } = sibling;
  if (!wanted || told === generation) return undefined;
  const { taskDefinitionArn } = wanted.aim.release;
  if (applied === generation) {
    const { count } = wanted;
    const type = 'sibling_applied' as const;
    return { type, role, generation, ecsDeploymentId, taskDefinitionArn, count, at: appliedAt };
  }
  if (refused?.generation !== generation) return undefined;
  return { type: 'sibling_refused' as const, role, taskDefinitionArn, message: refused.message };
}

/** When a removal that failed is tried again. */
export function siblingsWakeAt({ siblings }: ServiceState, now: Instant): Instant | undefined {
  const moments = siblingRoles.flatMap((role) => {
    const sibling = siblings?.[role];
    const isToGo = sibling && !sibling.wanted && sibling.refused?.generation === sibling.generation;
    return isToGo && sibling.refused ? [Math.max(now, sibling.refused.at + againMs)] : [];
  });
  return moments.length > 0 ? Math.min(...moments) : undefined;
}
