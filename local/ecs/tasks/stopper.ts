import type { ExitedContainer } from '../../runtimes/runtime.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, TaskRecord } from '../model.ts';
import type { Activities } from './activity.ts';
import { stoppable } from './dependencies.ts';
import { containerId } from './launch.ts';

const killRecheckMs = 10_000;

/** Ends the containers of a task: SIGTERM in reverse order of their dependencies, SIGKILL after stopTimeout. */
export class ContainerStopper {
  readonly #context: EcsContext;
  readonly #activities: Activities;
  readonly #exited: (id: string, exit: ExitedContainer) => void;

  constructor(
    context: EcsContext,
    activities: Activities,
    exited: (id: string, exit: ExitedContainer) => void,
  ) {
    this.#context = context;
    this.#activities = activities;
    this.#exited = exited;
  }

  /** True when no container runs or is being started any more. */
  stop(task: TaskRecord, definitions: readonly ContainerDefinition[]): boolean {
    const activity = this.#activities.of(task.id);
    if (activity.launching !== undefined || activity.restarting.size > 0) return false;
    if (task.containers.every(({ status }) => status !== 'RUNNING')) return true;
    for (const { name } of stoppable(definitions, task.containers)) {
      if (activity.signalled.has(name)) continue;
      activity.signalled.add(name);
      const definition = definitions.find((other) => other.name === name);
      this.#terminate(task.id, name, definition?.stopTimeout ?? 30);
    }
    return false;
  }

  #terminate(taskId: string, containerName: string, timeoutSeconds: number): void {
    const id = containerId(taskId, containerName);
    this.#context.journal.flush();
    this.#signal(id, 'SIGTERM');
    this.#activities.after(taskId, timeoutSeconds * 1000, () => this.#kill(taskId, id));
  }

  /** Also asks what became of it: an exit that was never told must not hold the task for ever. */
  #kill(taskId: string, id: string): void {
    this.#signal(id, 'SIGKILL');
    this.#activities.after(taskId, killRecheckMs, () => void this.#recheck(taskId, id));
  }

  async #recheck(taskId: string, id: string): Promise<void> {
    try {
      const found = await this.#context.runtime.adopt(id);
      if (found?.state !== 'running') return this.#exited(id, found ?? { state: 'exited' });
    } catch {
      // The runtime does not answer: tried again like a container that still runs.
    }
    this.#kill(taskId, id);
  }

  #signal(id: string, signal: 'SIGTERM' | 'SIGKILL'): void {
    this.#context.runtime.signal(id, signal).catch(() => {
      // The kill that follows, and the look after it, see to a container that could not be signalled.
    });
  }
}
