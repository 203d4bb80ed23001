import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { ServiceRecord, TaskRecord } from '../model.ts';
import { wishOf } from '../placement/assign.ts';
import { type InstanceSnapshot, refusalOf } from '../placement/place.ts';
import { instancesOf } from '../placement/snapshot.ts';
import { changeService, say } from '../services/book.ts';
import { type DaemonPlan, decideDaemon } from './daemon.ts';
import { type HealthReport, snapshotOf } from './snapshot.ts';
import { seekerOf } from './start.ts';

/** Looks at a DAEMON service and its cluster's instances, keeps its desired count with them, and decides. */
export function daemonPlan(
  context: EcsContext,
  service: ServiceRecord,
  tasks: readonly TaskRecord[],
  health: ReadonlyMap<string, HealthReport>,
): DaemonPlan {
  const { eligible, violated } = eligibleInstances(context, service);
  const desiredCount = service.status === 'ACTIVE' ? eligible.length : 0;
  if (desiredCount !== service.desiredCount) changeService(context, service.key, { desiredCount });
  const seen = snapshotOf(context, { ...service, desiredCount }, tasks, health);
  const plan = decideDaemon({
    ...seen,
    eligible,
    tasks: seen.tasks.map((task) => ({
      ...task,
      instanceId: tasks.find(({ id }) => id === task.id)?.reserved?.instanceId,
    })),
  });
  tellViolations(context, service, tasks, violated, plan);
  return plan;
}

interface Eligible {
  readonly eligible: readonly string[];
  /** ACTIVE instances that do not meet the constraints. */
  readonly violated: ReadonlySet<string>;
}

/** Constraints and attributes decide; that an instance is full or away for a moment does not. */
function eligibleInstances(context: EcsContext, service: ServiceRecord): Eligible {
  const revision = context.state.revisions.get(service.deployments[0]?.revisionArn ?? '');
  const definition = revision && context.state.definitions.get(revision.definitionKey);
  if (!revision || !definition) return { eligible: [], violated: new Set() };
  const [provider] = revision.strategy;
  const seeker = seekerOf(service, revision, definition, provider?.capacityProvider);
  const wish = { ...wishOf(context, seeker), needs: { cpu: 0, memory: 0, hostPorts: [] } };
  const asked = instancesOf(context, service.cluster).filter(
    ({ status, launchType, capacityProvider }: InstanceSnapshot) =>
      status === 'ACTIVE' &&
      launchType === wish.launchType &&
      (wish.capacityProvider === undefined || capacityProvider === wish.capacityProvider),
  );
  const meets = (instance: InstanceSnapshot) =>
    refusalOf({ ...instance, agentConnected: true }, wish) === undefined;
  return {
    eligible: asked.filter(meets).map(({ id }) => id),
    violated: new Set(asked.filter((instance) => !meets(instance)).map(({ id }) => id)),
  };
}

function tellViolations(
  context: EcsContext,
  service: ServiceRecord,
  tasks: readonly TaskRecord[],
  violated: ReadonlySet<string>,
  plan: DaemonPlan,
): void {
  const stopped = new Set(plan.actions.flatMap((action) => (action.kind === 'stop' ? [action.taskId] : [])));
  const arns = tasks
    .filter(({ id, reserved }) => stopped.has(id) && violated.has(reserved?.instanceId ?? ''))
    .flatMap(({ reserved }) => reserved?.instanceArn ?? []);
  if (arns.length === 0) return;
  say(
    context,
    service.key,
    'stops tasks on container instances that no longer meet its placement constraints.',
  );
  publishAction(context, service, 'SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED', undefined, {
    containerInstanceArns: arns,
  });
}
