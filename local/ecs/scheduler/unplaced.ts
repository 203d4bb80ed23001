import type { EcsContext } from '../context.ts';
import { type PlacementTrouble, publishAction } from '../events.ts';
import type { ServiceRecord } from '../model.ts';
import { type Found, noFargateCapacity } from '../placement/assign.ts';
import type { PlacementFailure } from '../placement/records.ts';
import { changeDeployment, say } from '../services/book.ts';

/** Why tasks of a service could not be started. */
export interface Trouble {
  readonly event: 'SERVICE_TASK_CONFIGURATION_FAILURE' | 'SERVICE_TASK_PLACEMENT_FAILURE';
  readonly reason: string;
  /** For `events[]` of the service. */
  readonly message: string;
  readonly about: PlacementTrouble;
}

const firstRetryMs = 10_000;
const retryCeilingMs = 5 * 60_000;
/** ECS leaves a message out that says the same again, unless six hours have passed. */
const repeatMs = 6 * 3600_000;

const closest: Readonly<Record<string, string>> = {
  'RESOURCE:CPU': 'has insufficient CPU units available',
  'RESOURCE:MEMORY': 'has insufficient memory available',
  'RESOURCE:PORTS': 'is already using a port required by your task',
  ATTRIBUTE: 'is missing an attribute required by your task',
};

/** A task for which there is no place, as ECS tells of it. The closest match is the first instance asked. */
export function troubleOf(
  context: Pick<EcsContext, 'arns'>,
  found: Extract<Found, { kind: 'nowhere' | 'no-capacity' }>,
  capacityProvider: string | undefined,
  empty: string,
): Trouble {
  const event = 'SERVICE_TASK_PLACEMENT_FAILURE';
  const providers =
    capacityProvider === undefined
      ? {}
      : { capacityProviderArns: [context.arns.capacityProvider(capacityProvider)] };
  if (found.kind === 'no-capacity') {
    const message = `was unable to place a task. Reason: ${noFargateCapacity}.`;
    return { event, reason: 'RESOURCE:FARGATE', message, about: providers };
  }
  const unmet = 'was unable to place a task because no container instance met all of its requirements.';
  const [first] = found.refusals;
  if (!first) return { event, reason: empty, message: `${unmet} Reason: ${empty}`, about: providers };
  const id = first.arn.slice(first.arn.lastIndexOf('/') + 1);
  const detail = closest[first.reason] ?? `encountered error "${first.reason}"`;
  return {
    event,
    reason: first.reason,
    message: `${unmet} The closest matching (container-instance ${id}) ${detail}.`,
    about: { containerInstanceArns: found.refusals.map(({ arn }) => arn), ...providers },
  };
}

/** Tells of a task without a place, once for each cause, and puts the next attempt off: 10, 20, 40 … 300 seconds. */
export function noteUnplaced(
  context: EcsContext,
  service: ServiceRecord,
  deploymentId: string,
  trouble: Trouble,
): void {
  const before = context.state.services
    .get(service.key)
    ?.deployments.find(({ id }) => id === deploymentId)?.unplaced;
  const now = context.clock.now();
  const isKnown = before?.reason === trouble.reason && now - before.toldAt < repeatMs;
  const attempts = (before?.attempts ?? 0) + 1;
  const unplaced: PlacementFailure = {
    attempts,
    retryAt: now + Math.min(retryCeilingMs, firstRetryMs * 2 ** Math.min(20, attempts - 1)),
    reason: trouble.reason,
    toldAt: isKnown ? before.toldAt : now,
  };
  changeDeployment(context, service.key, deploymentId, { unplaced });
  if (isKnown) return;
  say(context, service.key, trouble.message);
  publishAction(context, service, trouble.event, trouble.reason, trouble.about);
}

/** The cluster has more room, or less: what found no place is tried again at once. */
export function retryUnplaced(context: EcsContext, service: ServiceRecord): void {
  for (const { id, unplaced } of service.deployments) {
    if (unplaced) changeDeployment(context, service.key, id, { unplaced: { ...unplaced, retryAt: 0 } });
  }
}
