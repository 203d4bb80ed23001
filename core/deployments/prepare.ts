import type { Instant } from '../kernel/plan.ts';
import type { Aim, ReleaseRef, ServiceMessage } from '../services/model.ts';
import { arrive } from './gated.ts';
import type { DeploymentState } from './model.ts';
import type { DeploymentSeen } from './seeing.ts';
import { type At, type DeploymentPlan, end, reason, toService } from './steps.ts';

const queueMs = 24 * 3600_000;

/** Asks for the service. */
export function claim(state: DeploymentState, now: Instant): DeploymentPlan {
  const { id, environment, cluster, ecsName, what, whenBusy } = state.request;
  const deadline = now + queueMs;
  const claiming = {
    type: 'claim',
    deployment: id,
    environment,
    cluster,
    ecsName,
    whenBusy,
    hash: what.type === 'content' ? what.hash : '',
    ...(what.type === 'rollback' && { release: what.release }),
  } as const satisfies ServiceMessage;
  return {
    next: { ...state, at: { phase: 'queued', deadline } },
    effects: [toService(state, claiming)],
    wakeAt: deadline,
    reasons: [reason('claim', `asked for ${ecsName} by ${state.request.actor}`)],
  };
}

/** Waits for the service to be given. */
export function wait(state: DeploymentState, at: At<'queued'>, now: Instant): DeploymentPlan {
  if (at.refused) return end(state, 'failed', at.refused, now);
  if (state.abort) return end(state, 'cancelled', `cancelled by ${state.abort.actor} while it waited`, now);
  if (now >= at.deadline)
    return end(state, 'cancelled', 'waited a day for the service and never had it', now);
  const text = at.behind ? `waits for ${at.behind} to end` : 'waits for the service to answer';
  return { next: state, effects: [], wakeAt: at.deadline, reasons: [reason('queued', text)] };
}

/** Sees to the task definition, and sets out once it is there. */
export function prepare(
  state: DeploymentState,
  at: At<'preparing'>,
  seen: DeploymentSeen,
  now: Instant,
): DeploymentPlan {
  const { release, request } = state;
  if (at.failure) return end(state, 'failed', at.failure, now);
  if (state.abort)
    return end(state, 'cancelled', `cancelled by ${state.abort.actor} before anything moved`, now);
  if (now >= at.deadline)
    return end(state, 'failed', 'the task definition could not be registered in time', now);
  const aim = at.registered ? aimOf(state) : undefined;
  if (aim) return arrive(state, aim, seen, now);
  if (!release || at.registering) {
    const text = 'the task definition is being registered';
    return { next: state, effects: [], wakeAt: at.deadline, reasons: [reason('registering', text)] };
  }
  return {
    next: { ...state, at: { ...at, registering: true } },
    effects: [{ type: 'register', release, request }],
    wakeAt: at.deadline,
    reasons: [reason('register', registerText(release))],
  };
}

const registerText = ({ number, taskDefinitionArn }: ReleaseRef) =>
  taskDefinitionArn === undefined
    ? `v${number} is new: its task definition is registered`
    : `v${number} is known: its task definition is looked for`;

/** Where the deployment wants the service, with the task definition that was seen to be there. */
export function aimOf({ release, request: { what }, known }: DeploymentState): Aim | undefined {
  if (!release?.taskDefinitionArn) return undefined;
  const registered = { ...release, taskDefinitionArn: release.taskDefinitionArn };
  if (known) return { ...known, release: registered };
  if (what.type !== 'content') return undefined;
  const { spec, settings, count } = what;
  return {
    release: registered,
    settings,
    ...(spec.port !== undefined && { port: spec.port }),
    ...(spec.health && { health: spec.health }),
    ...(count !== undefined && { count }),
  };
}
