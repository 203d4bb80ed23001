import type { DeploymentMessage, DeploymentRequest } from '../deployments/model.ts';
import type { Instant, Reason, Send } from '../kernel/plan.ts';
import type {
  ApplicationPhase,
  ApplicationSeen,
  ApplicationState,
  Back,
  PartEnd,
  SeenDeployment,
  SeenHolder,
  ServicePart,
} from './model.ts';
import { goingBack, nextBack, partOf, withPart } from './parts.ts';
import { applicationRef } from './records.ts';
import { type ApplicationPlan, end, goOn, reason, toDeployment } from './steps.ts';
import { verdictOf } from './verdict.ts';

/** One thing that was decided of one service. */
interface Step {
  readonly part: ServicePart;
  readonly back: Back;
  readonly effects: readonly Send[];
}

/** Takes back what has changed: each service when all that need it are back, or were left where they are. */
export function rollBack(
  state: ApplicationState,
  at: Extract<ApplicationPhase, { phase: 'rolling_back' }>,
  seen: ApplicationSeen,
  now: Instant,
): ApplicationPlan {
  const isLate = now >= at.deadline;
  const steps = [
    ...goingBack(state).flatMap((part) => follow(state, part, seen.deployments[part.rollback], isLate)),
    ...nextBack(state).flatMap((part) => begin(state, part, seen.services[part.service], now)),
  ];
  const next = steps.reduce(
    (known, { part, back }) => withPart(known, part.name, { ...partOf(known, part.name), back }),
    state,
  );
  if (nextBack(next).length === 0 && goingBack(next).length === 0) {
    const { verdict, text } = verdictOf(next, at.cause);
    return end(next, verdict, text, now);
  }
  return goOn(next, reasonsOf(steps, next), now, {
    effects: steps.flatMap(({ effects }) => effects),
    isAtOnce: nextBack(next).length > 0,
  });
}

function reasonsOf(steps: readonly Step[], state: ApplicationState): readonly Reason[] {
  if (steps.length > 0) return steps.map(({ part, back }) => reason(`back_${back.is}`, wordsOf(part, back)));
  const those = goingBack(state).map(({ name }) => name);
  return [reason('rolling_back', `${those.join(', ') || 'nothing'} is on its way back`)];
}

function wordsOf({ name }: ServicePart, back: Back): string {
  if (back.is === 'going')
    return back.behind ? `${name} is left to ${back.behind}` : `${name} goes back to v${back.to}`;
  return back.is === 'done' ? `${name} is back at v${back.to}` : `${name}: ${back.why}`;
}

/** A roll-back that is under way. */
function follow(
  state: ApplicationState,
  part: ServicePart,
  there: SeenDeployment | undefined,
  isLate: boolean,
): readonly Step[] {
  const { back } = partOf(state, part.name);
  if (back?.is !== 'going') return [];
  const to = (next: Back, effects: readonly Send[] = []) => [{ part, back: next, effects }];
  if (there?.is === 'ended') return to(backOf(there, back));
  if (isLate) return to({ is: 'failed', why: `${part.rollback} did not end in time` });
  const behind = there?.is === 'under_way' ? there.behind : undefined;
  if (behind === undefined || behind === part.deployment || back.behind !== undefined) return [];
  // It may not go over the head of whoever has the service meanwhile, so it does not wait for its turn.
  const reasonText = `${behind} has ${part.ecsName} now`;
  const message = { type: 'abort', actor: state.request.actor, reason: reasonText } as const;
  return to({ ...back, behind }, [toDeployment(part.rollback, message satisfies DeploymentMessage)]);
}

function backOf({ verdict, reason: text }: PartEnd, { to, behind }: Extract<Back, { is: 'going' }>): Back {
  if (verdict === 'succeeded') return { is: 'done', to };
  if (verdict === 'superseded') return { is: 'left', why: text };
  if (verdict === 'cancelled' && behind !== undefined) return { is: 'left', why: `${behind} has it now` };
  return { is: 'failed', why: text };
}

/** What becomes of a service whose turn it is. */
function begin(
  state: ApplicationState,
  part: ServicePart,
  service: SeenHolder | undefined,
  now: Instant,
): readonly Step[] {
  const { ended } = partOf(state, part.name);
  // It was not looked at: that it is its turn has only just turned out.
  if (!service || !ended) return [];
  const to = (back: Back, effects: readonly Send[] = []) => [{ part, back, effects }];
  const stays = whyNot(state, part, ended, service);
  if (stays) return to(stays);
  const { before } = ended;
  if (before === undefined) return to({ is: 'stays', why: 'it is new, so there is nothing to go back to' });
  const request = rollbackRequest(state, part, before, now);
  return to({ is: 'going', to: before, since: now }, [
    toDeployment(part.rollback, { type: 'create', request } satisfies DeploymentMessage),
  ]);
}

/** Why a service does not go back. */
function whyNot(
  state: ApplicationState,
  { name, deployment }: ServicePart,
  { verdict, release, before, reason: text }: PartEnd,
  { holder, waiting, aimedBy }: SeenHolder,
): Back | undefined {
  const others = [holder, waiting, aimedBy].filter((one) => one !== undefined && one !== deployment);
  const isOthers = others.length > 0 || aimedBy === undefined;
  switch (verdict) {
    case 'superseded':
      return { is: 'left', why: text };
    case 'rolled_back':
      return { is: 'left', why: 'its own deployment has gone back' };
    case 'cancelled':
      return isOthers || before !== undefined
        ? { is: 'left', why: 'its own deployment has gone back, or had not moved' }
        : { is: 'stays', why: 'it is new, so there is nothing to go back to' };
    case 'failed':
      return isOthers
        ? { is: 'left', why: 'nothing of it has moved' }
        : { is: 'stays', why: 'its own deployment failed' };
    case 'succeeded':
      break;
  }
  if (release !== undefined && release === before) return { is: 'left', why: 'it had not changed' };
  if (isOthers) return { is: 'left', why: `${others[0] ?? 'somebody else'} has it now` };
  const stuck = state.request.services.find(
    ({ name: other, needs }) => needs.includes(name) && partOf(state, other).back?.is === 'failed',
  );
  return stuck && { is: 'stays', why: `${stuck.name} needs it, and could not go back` };
}

function rollbackRequest(
  { request }: ApplicationState,
  part: ServicePart,
  release: number,
  now: Instant,
): DeploymentRequest {
  const { environment, cluster, app, actor, id, requestHash } = request;
  return {
    id: part.rollback,
    service: part.service,
    environment,
    cluster,
    ecsName: part.ecsName,
    app,
    name: part.name,
    what: { type: 'rollback', release },
    whenBusy: 'queue',
    actor,
    message: `${app} is rolled back as one (${id})`,
    requestHash,
    requestedAt: now,
    notify: applicationRef(id),
  };
}
