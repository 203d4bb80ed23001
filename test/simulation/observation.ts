import type { DeploymentState } from '../../core/deployments/model.ts';
import type { Item, StoredRecord } from '../../core/kernel/ports.ts';
import type { ServiceEffect, ServiceState } from '../../core/services/model.ts';
import type { SimulatedEcs } from './world/ecs.ts';

/** What happened to the world in one step, told at that very step; `now` is true time. */
export type Observation = { readonly now: number } & (
  | {
      readonly type: 'committed';
      readonly item: Item;
      readonly before: Item | undefined;
      readonly by: string;
    }
  | {
      readonly type: 'recorded';
      readonly record: StoredRecord;
      readonly before: StoredRecord | undefined;
      readonly by: string;
    }
  /** Something was written to ECS; `by` is undefined where it was somebody outside of Berth. */
  | {
      readonly type: 'written';
      readonly action: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly by: string | undefined;
      readonly intent: string | undefined;
      readonly effect: ServiceEffect | undefined;
    }
  /** ECS was asked what a service is, or something of it changed: a moment to see what is true. */
  | { readonly type: 'looked'; readonly ecsName: string }
  /** The faults are over, and time for everything to end has passed. */
  | { readonly type: 'over' }
);

/** Tells of a breach; the text is for people. */
export type Report = (text: string) => void;

/** Watches one run. */
export type Watch = (observation: Observation, report: Report) => void;

/** Something that has to hold after every step of every run; `watch` begins to watch one run. */
export interface Invariant {
  readonly name: string;
  watch(facts: Facts): Watch;
}

/** What is known of a run besides what happens in a step; kept up before the invariants are asked. */
export interface Facts {
  /** What is stored, by `refKey` and by partition and sort, as it was seen being written. */
  readonly items: ReadonlyMap<string, Item>;
  readonly records: ReadonlyMap<string, StoredRecord>;
  readonly ecs: SimulatedEcs;
  /** Deployments that the API has answered for. */
  readonly acknowledged: ReadonlySet<string>;
  /** When the task's last event was published, by ARN. */
  readonly taskChangedAt: ReadonlyMap<string, number>;
}

type Committed = Extract<Observation, { type: 'committed' }>;

/** A step of a deployment, where the observation is one. */
export function deploymentStep(observation: Observation) {
  if (observation.type !== 'committed' || observation.item.ref.kind !== 'deployment') return undefined;
  return { ...statesOf<DeploymentState>(observation), now: observation.now };
}

/** A step of a service, where the observation is one. */
export function serviceStep(observation: Observation) {
  if (observation.type !== 'committed' || observation.item.ref.kind !== 'service') return undefined;
  return { ...statesOf<ServiceState>(observation), now: observation.now };
}

const statesOf = <State>({ item, before }: Committed) => ({
  id: item.ref.id,
  state: item.state as State,
  before: before?.state as State | undefined,
});
