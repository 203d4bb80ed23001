import type { InstanceRecord, Resources } from '../instances/model.ts';
import { holds, type Queried } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { lackOf, type Needs } from './resources.ts';

/**
 * Placement of one task over container instances. Pure.
 *
 * Safety, in a sentence: a task goes only where the agent is connected, where CPU, memory and host ports are left,
 * and where every constraint holds; strategies choose among those places, the first one first.
 */
export interface InstanceSnapshot extends Queried {
  readonly id: string;
  readonly arn: string;
  readonly status: InstanceRecord['status'];
  readonly launchType: InstanceRecord['launchType'];
  readonly capacityProvider: string | undefined;
  readonly zone: string;
  readonly remaining: Resources;
}

export type Constraint =
  | { readonly kind: 'distinctInstance' }
  | { readonly kind: 'memberOf'; readonly expression: Expression };

export type Strategy =
  | { readonly kind: 'random' }
  | { readonly kind: 'binpack'; readonly field: 'cpu' | 'memory' }
  /** `host`, or the name of an attribute. */
  | { readonly kind: 'spread'; readonly field: string };

export interface Wish {
  readonly needs: Needs;
  readonly group: string;
  readonly launchType: InstanceRecord['launchType'];
  /** Only instances of this capacity provider. */
  readonly capacityProvider?: string;
  readonly constraints: readonly Constraint[];
  readonly strategies: readonly Strategy[];
  /** Attributes that the task definition requires. */
  readonly requiredAttributes: readonly string[];
  /** Zones that the task's subnets lie in; undefined when any will do. */
  readonly zones?: readonly string[];
}

export interface Refusal {
  readonly arn: string;
  /** In ECS's words: `RESOURCE:CPU`, `AGENT`, `MemberOf placement constraint unsatisfied.` … */
  readonly reason: string;
}

export type Placed =
  | { readonly kind: 'placed'; readonly instance: InstanceSnapshot }
  /** Without refusals there is no instance that could be asked. */
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/** Places one task; `roll`, from 0 up to 1, breaks ties. */
export function place(instances: readonly InstanceSnapshot[], wish: Wish, roll: number): Placed {
  const asked = instances.filter(
    ({ status, launchType, capacityProvider }) =>
      status === 'ACTIVE' &&
      launchType === wish.launchType &&
      (wish.capacityProvider === undefined || capacityProvider === wish.capacityProvider),
  );
  const refusals: Refusal[] = [];
  const fitting = asked.filter((instance) => {
    const reason = refusalOf(instance, wish);
    if (reason !== undefined) refusals.push({ arn: instance.arn, reason });
    return reason === undefined;
  });
  const best = wish.strategies.reduce<readonly InstanceSnapshot[]>(
    (left, strategy) => bestBy(strategy, left, asked, wish, roll),
    fitting,
  );
  const instance = best[Math.min(best.length - 1, Math.floor(roll * best.length))];
  return instance ? { kind: 'placed', instance } : { kind: 'refused', refusals };
}

/** Why the task cannot go to this instance, in ECS's words; undefined when it can. */
export function refusalOf(instance: InstanceSnapshot, wish: Wish): string | undefined {
  if (!instance.agentConnected) return 'AGENT';
  for (const constraint of wish.constraints) {
    if (constraint.kind === 'memberOf' && !holds(constraint.expression, instance)) {
      return 'MemberOf placement constraint unsatisfied.';
    }
    if (constraint.kind === 'distinctInstance' && instance.groups.includes(wish.group)) {
      return 'DistinctInstance placement constraint unsatisfied.';
    }
  }
  if (wish.zones && !wish.zones.includes(instance.zone)) return 'LOCATION';
  if (wish.requiredAttributes.some((name) => !instance.attributes.has(name))) return 'ATTRIBUTE';
  return lackOf(instance.remaining, wish.needs);
}

function bestBy(
  strategy: Strategy,
  candidates: readonly InstanceSnapshot[],
  asked: readonly InstanceSnapshot[],
  wish: Wish,
  roll: number,
): readonly InstanceSnapshot[] {
  switch (strategy.kind) {
    case 'random': {
      const chosen = candidates[Math.min(candidates.length - 1, Math.floor(roll * candidates.length))];
      return chosen ? [chosen] : [];
    }
    case 'binpack':
      return leastBy(candidates, ({ remaining }) => remaining[strategy.field]);
    case 'spread': {
      const spreadBy = (instance: InstanceSnapshot) => fieldOf(instance, strategy.field);
      const running = new Map<string, number>();
      for (const instance of asked) {
        const own = instance.groups.filter((group) => group === wish.group).length;
        running.set(spreadBy(instance), (running.get(spreadBy(instance)) ?? 0) + own);
      }
      return leastBy(candidates, (instance) => running.get(spreadBy(instance)) ?? 0);
    }
  }
}

function fieldOf(instance: InstanceSnapshot, field: string): string {
  return field === 'host' ? instance.id : (instance.attributes.get(field) ?? '');
}

function leastBy<T>(items: readonly T[], measure: (item: T) => number): readonly T[] {
  const least = Math.min(...items.map(measure));
  return items.filter((item) => measure(item) === least);
}
