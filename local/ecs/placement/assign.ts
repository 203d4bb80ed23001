import type { EcsContext } from '../context.ts';
import type { ClusterRecord, DefinitionRecord, TaskRecord, VpcConfiguration } from '../model.ts';
import { taskOwners } from '../state.ts';
import type { NewPlace } from '../tasks/create.ts';
import { isFargateProvider } from '../validation/common.ts';
import { acceptConstraints } from '../validation/placement.ts';
import {
  type Constraint,
  type InstanceSnapshot,
  place,
  type Refusal,
  type Strategy,
  type Wish,
} from './place.ts';
import { needsOf } from './resources.ts';
import { instancesOf } from './snapshot.ts';
import { spreadSubnet, zoneOfSubnet, zonesNamedBy } from './subnets.ts';

/** A task that looks for a place. */
export interface Seeker {
  readonly cluster: Pick<ClusterRecord, 'name'>;
  readonly definition: DefinitionRecord;
  readonly group: string;
  readonly launchType?: string;
  readonly capacityProvider?: string;
  readonly network?: VpcConfiguration;
  readonly sizes?: { readonly cpu?: string | undefined; readonly memory?: string | undefined };
  readonly constraints: readonly Constraint[];
  readonly strategies: readonly Strategy[];
}

export type Found =
  | { readonly kind: 'instance'; readonly instance: InstanceSnapshot }
  | { readonly kind: 'fargate'; readonly subnetId?: string }
  | { readonly kind: 'nowhere'; readonly refusals: readonly Refusal[] }
  /** Fargate has no capacity: `RESOURCE:FARGATE`. */
  | { readonly kind: 'no-capacity' };

export const noFargateCapacity =
  'Capacity is unavailable at this time. Please try again later or in a different availability zone';

/** What ECS says where there is no instance that could be asked. */
export function emptyMessage(capacityProvider: string | undefined): string {
  const where = capacityProvider === undefined ? 'cluster' : 'capacity provider';
  return `No Container Instances were found in your ${where}.`;
}

export function placeOf(found: Extract<Found, { kind: 'instance' | 'fargate' }>): NewPlace {
  if (found.kind === 'instance') return { instanceId: found.instance.id };
  return found.subnetId === undefined ? {} : { subnetId: found.subnetId };
}

export function runsOnFargate(seeker: Pick<Seeker, 'launchType' | 'capacityProvider'>): boolean {
  return seeker.launchType === 'FARGATE' || isFargateProvider(seeker.capacityProvider);
}

/** Finds a place for one task as the world is now. */
export function findPlace(context: EcsContext, seeker: Seeker): Found {
  if (runsOnFargate(seeker)) return placeOnFargate(context, seeker);
  const placed = place(instancesOf(context, seeker.cluster.name), wishOf(context, seeker), rollOf(context));
  return placed.kind === 'placed'
    ? { kind: 'instance', instance: placed.instance }
    : { kind: 'nowhere', refusals: placed.refusals };
}

/** The task as placement sees it. Without a strategy tasks are spread over zones, then over instances. */
export function wishOf(context: Pick<EcsContext, 'region'>, seeker: Seeker): Wish {
  const { definition } = seeker.definition;
  const zones = zonesNamedBy(context.region, seeker.network?.subnets ?? []);
  return {
    needs: needsOf(definition, seeker.sizes),
    group: seeker.group,
    launchType: seeker.launchType === 'EXTERNAL' ? 'EXTERNAL' : 'EC2',
    ...(seeker.capacityProvider === undefined ? {} : { capacityProvider: seeker.capacityProvider }),
    constraints: [...acceptConstraints(definition.placementConstraints), ...seeker.constraints],
    strategies: seeker.strategies.length > 0 ? seeker.strategies : spreadOverZones,
    requiredAttributes: (definition.requiresAttributes ?? []).flatMap(({ name }) => name ?? []),
    ...(zones ? { zones } : {}),
  };
}

const spreadOverZones: readonly Strategy[] = [
  { kind: 'spread', field: 'ecs.availability-zone' },
  { kind: 'spread', field: 'host' },
];

/** Spreads a group over the zones of its subnets, those that have capacity. */
function placeOnFargate(context: EcsContext, seeker: Seeker): Found {
  if (seeker.capacityProvider === 'FARGATE_SPOT' && !context.capacity.hasSpot())
    return { kind: 'no-capacity' };
  const given = seeker.network?.subnets ?? [];
  const subnets = given.filter((subnet) => context.capacity.hasZone(zoneOfSubnet(context.region, subnet)));
  if (given.length > 0 && subnets.length === 0) return { kind: 'no-capacity' };
  const taken = subnets.length > 1 ? comrades(context, seeker) : [];
  const subnetId = spreadSubnet(context.region, subnets, taken);
  return { kind: 'fargate', ...(subnetId === undefined ? {} : { subnetId }) };
}

/** The tasks of the same group that stay. */
function comrades(context: EcsContext, { cluster, group, definition }: Seeker) {
  const owner = group.startsWith('service:')
    ? taskOwners.service(`${cluster.name}/${group.slice('service:'.length)}`)
    : taskOwners.family(cluster.name, definition.family);
  const stays = (task: TaskRecord) =>
    task.group === group && task.desiredStatus === 'RUNNING' && task.isRebalanced !== true;
  return context.state.tasks
    .of(owner)
    .filter(stays)
    .map(({ zone, networkInterface }) => ({ zone, subnetId: networkInterface?.subnetId }));
}

/** A number from 0 up to 1, from the engine's own source. */
function rollOf({ ids }: Pick<EcsContext, 'ids'>): number {
  return Number.parseInt(ids.hex(8), 16) / 2 ** 32;
}
