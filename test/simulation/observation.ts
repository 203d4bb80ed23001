import type { DeploymentState } from '../../core/deployments/model.ts';
import type { Item, StoredRecord } from '../../core/kernel/ports.ts';
import type { ServiceEffect, ServiceState } from '../../core/services/model.ts';
import type { TrafficWeight } from '../../local/ecs/ports.ts';
import type { ServiceEvent } from '../../local/events/model.ts';
import type { Control, Night, Story } from './story.ts';
import type { SimulatedEcs } from './world/ecs.ts';

type Json = Readonly<Record<string, unknown>>;

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
  /** A process begins a call of ECS, because of an intent or without one. */
  | {
      readonly type: 'called';
      readonly action: string;
      readonly input: Json;
      readonly by: string;
      readonly intent: string | undefined;
    }
  /** A process has the answer of DescribeServices; `isTelling` where it says that there is a service, or none. */
  | {
      readonly type: 'answered';
      readonly service: string;
      readonly isTelling: boolean;
      readonly by: string;
      readonly intent: string | undefined;
    }
  /** Berth wrote to ECS, and ECS took it. */
  | {
      readonly type: 'written';
      readonly action: string;
      readonly input: Json;
      readonly by: string;
      readonly intent: string | undefined;
      readonly effect: ServiceEffect | undefined;
    }
  /** Somebody else changed something of a service. */
  | {
      readonly type: 'changed-outside';
      readonly action: string;
      readonly service: string;
      readonly input: Json;
    }
  /** ECS has set the weights of a listener's rule. */
  | {
      readonly type: 'shifted';
      readonly ruleArn: string;
      readonly weights: readonly TrafficWeight[];
    }
  /** Somebody said something to a deployment, and the API took it. */
  | {
      readonly type: 'said';
      readonly what: Control;
      readonly who: string;
      readonly deployment: string;
    }
  /** ECS was asked what a service is, or something of it changed: a moment to see what is true. */
  | { readonly type: 'looked'; readonly ecsName: string }
  /** ECS answered what tasks are, in wire shapes; before anything is left out of it. */
  | { readonly type: 'described'; readonly tasks: readonly Json[] }
  /** ECS told of something. */
  | { readonly type: 'published'; readonly event: ServiceEvent }
  /** ECS answered RunTask with a token: with tasks, or by refusing. */
  | ({ readonly type: 'ran'; readonly token: string; readonly parameters: string } & (
      | { readonly arns: readonly string[] }
      | { readonly refusal: string; readonly resourceIds: unknown }
    ))
  /** A letter that cannot be understood was put into a queue. */
  | { readonly type: 'poisoned'; readonly body: string }
  /** A letter went to the dead letters; without a cause where the queue itself did it. */
  | { readonly type: 'set-aside'; readonly body: string; readonly cause: string | undefined }
  /** The faults are over, and time for everything to end has passed. */
  | { readonly type: 'over' }
);

/** Tells of a breach; the text is for people. */
export type Report = (text: string) => void;

/** Watches one run. */
export type Watch = (observation: Observation, report: Report) => void;

/** Something that has to hold after every step of every run; `watch` begins to watch one run. */
export interface Invariant {
  /** Begins with its number, for example `I3 versions never fall`. */
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
  readonly night: Night | undefined;
  readonly story: Story;
  /** How far the clocks of two processes may be apart. */
  readonly mostApartMs: number;
  /** Whether processes may stand still between a look and what is decided upon it. */
  readonly mayFreeze: boolean;
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
