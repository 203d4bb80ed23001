import type { EcsContext } from '../context.ts';
import { publishTask } from '../events.ts';
import type { TaskRecord } from '../model.ts';

export type TaskListener = (task: TaskRecord, before: TaskRecord | undefined) => void;

type Change = Partial<Omit<TaskRecord, 'id' | 'version' | 'service' | 'cluster' | 'family' | 'startedBy'>>;

/** The only writer of tasks: each version is stored and told of in the same turn, without gaps. */
export class TaskBook {
  readonly #context: EcsContext;
  readonly #listeners: TaskListener[] = [];

  constructor(context: EcsContext) {
    this.#context = context;
  }

  /** Calls `listener` after every stored change, also after those that make no version. */
  onChange(listener: TaskListener): void {
    this.#listeners.push(listener);
  }

  add(task: TaskRecord): void {
    this.#context.state.tasks.put(task.id, task);
    publishTask(this.#context, task);
    this.#tell(task, undefined);
  }

  /** Stores the next version and publishes it. A task that is gone stays gone. */
  change(id: string, change: Change): TaskRecord | undefined {
    const before = this.#context.state.tasks.get(id);
    if (!before) return undefined;
    const task: TaskRecord = { ...before, ...change, version: before.version + 1 };
    this.#context.state.tasks.put(id, task);
    publishTask(this.#context, task);
    this.#tell(task, before);
    return task;
  }

  /** Stores what ECS tells in no event: health, tags, protection. */
  note(id: string, change: Change): void {
    const before = this.#context.state.tasks.get(id);
    if (!before) return;
    const task: TaskRecord = { ...before, ...change };
    this.#context.state.tasks.put(id, task);
    this.#tell(task, before);
  }

  #tell(task: TaskRecord, before: TaskRecord | undefined): void {
    for (const listener of this.#listeners) listener(task, before);
  }
}
