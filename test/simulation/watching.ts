import { refKey } from '../../core/kernel/plan.ts';
import type { Item, StoredRecord } from '../../core/kernel/ports.ts';
import { faultNames } from './faults.ts';
import { invariants } from './invariants/all.ts';
import type { Facts, Observation, Watch } from './observation.ts';
import type { Story } from './story.ts';
import { mostApartMs } from './world/process.ts';
import type { World } from './world/world.ts';

export interface Violation {
  readonly invariant: string;
  readonly text: string;
}

const freezing = faultNames.filter((name) => name.startsWith('is frozen'));

/** Asks every invariant after every step of a run, and keeps what was broken. */
export interface Watching {
  see(observation: Observation): void;
  acknowledged(deployment: string): void;
  begin(world: World, story: Story): void;
  readonly items: ReadonlyMap<string, Item>;
  readonly records: ReadonlyMap<string, StoredRecord>;
  readonly violations: readonly Violation[];
}

export function createWatching(): Watching {
  const items = new Map<string, Item>();
  const records = new Map<string, StoredRecord>();
  const acknowledged = new Set<string>();
  const violations: Violation[] = [];
  let watches: { readonly watch: Watch; readonly report: (text: string) => void }[] = [];
  return {
    items,
    records,
    violations,
    begin({ ecs, weather }, story) {
      const { night } = story;
      const facts: Facts = {
        ...{ items, records, ecs, acknowledged, night, story },
        mostApartMs: mostApartMs(weather),
        mayFreeze: freezing.some((fault) => weather.has(fault)),
      };
      watches = invariants.map(({ name, watch }) => ({
        watch: watch(facts),
        report: (text) => void violations.push({ invariant: name, text }),
      }));
    },
    acknowledged: (deployment) => void acknowledged.add(deployment),
    see(observation) {
      if (observation.type === 'committed') items.set(refKey(observation.item.ref), observation.item);
      if (observation.type === 'recorded') {
        const { partition, sort } = observation.record;
        records.set(`${partition} ${sort}`, observation.record);
      }
      for (const { watch, report } of watches) watch(observation, report);
    },
  };
}
