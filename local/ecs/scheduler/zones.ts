import type { EcsContext } from '../context.ts';
import { publishAction } from '../events.ts';
import type { RevisionRecord, ServiceRecord, TaskRecord } from '../model.ts';
import { findPlace } from '../placement/assign.ts';
import { instancesOf } from '../placement/snapshot.ts';
import { zoneOfSubnet } from '../placement/subnets.ts';
import { changeService, say } from '../services/book.ts';
import { isRolling } from '../strategies/traffic.ts';
import type { TaskBook } from '../tasks/book.ts';
import { isProtected } from '../tasks/protection.ts';
import { isFargateProvider } from '../validation/common.ts';
import { upperBound } from './decide.ts';
import { decideMove, type Move, zoneCounts } from './rebalance.ts';
import { liveTasks } from './snapshot.ts';
import { seekerOf } from './start.ts';

/**
 * Looks whether a service that has settled is spread evenly over its zones, and marks one task to move when it is
 * not: the scheduler starts its replacement first. True when a task was marked.
 */
export function rebalance(context: EcsContext, book: TaskBook, service: ServiceRecord): boolean {
  const revision = context.state.revisions.get(service.deployments[0]?.revisionArn ?? '');
  if (!revision || !mayRebalance(service)) return false;
  const now = context.clock.now();
  const tasks = liveTasks(context, service.key).map((task) => ({
    ...task,
    isProtected: isProtected(task, now),
  }));
  const zones = zonesOf(context, service, revision, tasks);
  const counts = zoneCounts(zones, tasks);
  const move = zones.length > 1 ? decideMove(zones, tasks) : undefined;
  const seekers = move && placesFor(context, service, revision, move);
  if (!move || !seekers) {
    if (service.isRebalancing) tellBalanced(context, service, counts);
    return false;
  }
  if (!service.isRebalancing) {
    changeService(context, service.key, { isRebalancing: true });
    say(context, service.key, `is not AZ balanced with ${spelled(counts)}. AZ Rebalancing in progress.`);
    publishAction(context, service, 'SERVICE_REBALANCING_STARTED');
  }
  book.note(move.taskId, { isRebalanced: true });
  return true;
}

/** It needs room beyond the desired count, and a placement whose first aim are zones; the colours of the other strategies stay as they are. */
function mayRebalance(service: ServiceRecord): boolean {
  const [first] = service.placementStrategy;
  const aimsAtZones =
    first === undefined || (first.type === 'spread' && first.field === 'attribute:ecs.availability-zone');
  return (
    service.zoneRebalancing === 'ENABLED' &&
    service.scheduling !== 'DAEMON' &&
    isRolling(service.configuration) &&
    aimsAtZones &&
    service.status === 'ACTIVE' &&
    upperBound(service.desiredCount, service.configuration.maximumPercent ?? 200) > service.desiredCount
  );
}

function zonesOf(
  context: EcsContext,
  service: ServiceRecord,
  revision: RevisionRecord,
  tasks: readonly TaskRecord[],
): readonly string[] {
  const isFargate =
    revision.launchType === 'FARGATE' ||
    revision.strategy.some(({ capacityProvider }) => isFargateProvider(capacityProvider));
  const zones = isFargate
    ? (revision.network?.subnets ?? []).map((subnet) => zoneOfSubnet(context.region, subnet))
    : instancesOf(context, service.cluster)
        .filter(({ status, agentConnected }) => status === 'ACTIVE' && agentConnected)
        .map(({ zone }) => zone);
  const open = zones.filter((zone) => context.capacity.hasZone(zone));
  return tasks.length === 0 ? [] : [...new Set(open)].sort();
}

/** Whether a new task would really come to the zone that lacks one; otherwise a move would go on for ever. */
function placesFor(
  context: EcsContext,
  service: ServiceRecord,
  revision: RevisionRecord,
  move: Move,
): boolean {
  const definition = context.state.definitions.get(revision.definitionKey);
  const capacityProvider = context.state.tasks.get(move.taskId)?.capacityProvider;
  if (!definition) return false;
  const found = findPlace(context, seekerOf(service, revision, definition, capacityProvider));
  if (found.kind === 'instance') return found.instance.zone === move.to;
  return found.kind === 'fargate' && zoneOfSubnet(context.region, found.subnetId) === move.to;
}

function tellBalanced(
  context: EcsContext,
  service: ServiceRecord,
  counts: readonly (readonly [string, number])[],
): void {
  changeService(context, service.key, { isRebalancing: false });
  say(context, service.key, `is AZ balanced with ${spelled(counts)}.`);
  publishAction(context, service, 'SERVICE_REBALANCING_COMPLETED');
}

function spelled(counts: readonly (readonly [zone: string, count: number])[]): string {
  return counts.map(([zone, count]) => `${count} tasks in ${zone}`).join(', ');
}
