import { refKey } from '../../core/kernel/plan.ts';
import type { Item, StoredRecord } from '../../core/kernel/ports.ts';
import { invariants } from './invariants/all.ts';
import type { Facts, Observation } from './observation.ts';
import type { World } from './world/world.ts';

export interface Violation {
  readonly invariant: string;
  readonly text: string;
}

/** Asks every invariant after every step of a run, and keeps the first that was broken. */
export interface Watching {
  see(observation: Observation): void;
  taskChanged(arn: string, at: number): void;
  acknowledged(deployment: string): void;
  begin(world: World): void;
  readonly items: ReadonlyMap<string, Item>;
  readonly violations: readonly Violation[];
}

export function createWatching(): Watching {
  const items = new Map<string, Item>();
  const records = new Map<string, StoredRecord>();
  const acknowledged = new Set<string>();
  const taskChangedAt = new Map<string, number>();
  const violations: Violation[] = [];
  let watches: { readonly name: string; readonly watch: ReturnType<(typeof invariants)[number]['watch']> }[] =
    [];
  return {
    items,
    violations,
    begin({ ecs }) {
      const facts: Facts = { items, records, ecs, acknowledged, taskChangedAt };
      watches = invariants.map((invariant) => ({ name: invariant.name, watch: invariant.watch(facts) }));
    },
    acknowledged: (deployment) => void acknowledged.add(deployment),
    taskChanged: (arn, at) => void taskChangedAt.set(arn, at),
    see(observation) {
      if (observation.type === 'committed') items.set(refKey(observation.item.ref), observation.item);
      if (observation.type === 'recorded') {
        const { partition, sort } = observation.record;
        records.set(`${partition} ${sort}`, observation.record);
      }
      for (const { name, watch } of watches)
        watch(observation, (text) => void violations.push({ invariant: name, text }));
    },
  };
}
