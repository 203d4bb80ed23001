import type { EcsContext } from '../context.ts';
import { publishInstance } from '../events.ts';
import type { InstanceRecord } from './model.ts';
import { instanceDetail } from './view.ts';

export type CapacityListener = (cluster: string) => void;

type Change = Partial<Omit<InstanceRecord, 'id' | 'arn' | 'version' | 'cluster'>>;

/** The only writer of container instances: each version is stored and told of in the same turn. */
export class InstanceBook {
  readonly #context: EcsContext;
  readonly #listeners: CapacityListener[] = [];

  constructor(context: EcsContext) {
    this.#context = context;
  }

  /** Calls `listener` when tasks may fit that did not fit before, or must leave where they are. */
  onCapacity(listener: CapacityListener): void {
    this.#listeners.push(listener);
  }

  add(instance: InstanceRecord): void {
    this.#store(instance);
    this.#tell(instance.cluster);
  }

  /** Stores the next version and publishes it; undefined for an instance that is not there. */
  change(id: string, change: Change): InstanceRecord | undefined {
    const changed = this.#next(id, change);
    if (changed) this.#tell(changed.cluster);
    return changed;
  }

  /** What is left of it has changed: a task was placed on it (`freed` false) or has ended. */
  used(id: string, freed: boolean): void {
    const changed = this.#next(id, {});
    if (changed && freed) this.#tell(changed.cluster);
  }

  /** Stores what ECS tells in no event: tags. */
  note(id: string, change: Change): void {
    const before = this.#context.state.instances.get(id);
    if (before) this.#context.state.instances.put(id, { ...before, ...change });
  }

  #next(id: string, change: Change): InstanceRecord | undefined {
    const before = this.#context.state.instances.get(id);
    if (!before) return undefined;
    const instance: InstanceRecord = { ...before, ...change, version: before.version + 1 };
    this.#store(instance);
    return instance;
  }

  #store(instance: InstanceRecord): void {
    this.#context.state.instances.put(instance.id, instance);
    publishInstance(this.#context, instance.arn, instanceDetail(this.#context, instance));
  }

  #tell(cluster: string): void {
    for (const listener of this.#listeners) listener(cluster);
  }
}
