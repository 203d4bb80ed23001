import type { RunningContainer } from '../../runtimes/runtime.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, TaskRecord } from '../model.ts';
import { withNames } from './connected.ts';
import { containerId, containerLaunch } from './launch.ts';
import { LaunchRefused } from './secrets.ts';

/** What came of a launch; `abandoned` when nobody wants to know any more. */
export type LaunchOutcome =
  | { readonly is: 'running'; readonly found: RunningContainer }
  | {
      readonly is: 'failed';
      readonly id: string;
      readonly reason: string;
      /** What the task needs as a whole and has not got ends it, whoever asked for it. */
      readonly concerns: 'task' | 'container';
    }
  | { readonly is: 'abandoned' };

/** Has containers started by the runtime, and kills those that were started for an engine that gave them up. */
export class Launcher {
  readonly #context: EcsContext;
  readonly #isDriving: () => boolean;
  readonly #underway = new Map<string, number>();
  readonly #abandoned = new Set<string>();

  constructor(context: EcsContext, isDriving: () => boolean) {
    this.#context = context;
    this.#isDriving = isDriving;
  }

  /** What is being started now is killed as soon as it has. */
  abandon(): void {
    for (const taskId of this.#underway.keys()) this.#abandoned.add(taskId);
  }

  /** The intent is on disk before the container starts, so that a kill in between loses neither. */
  async launch(task: TaskRecord, definition: ContainerDefinition): Promise<LaunchOutcome> {
    const id = containerId(task.id, definition.name ?? '');
    this.#underway.set(task.id, (this.#underway.get(task.id) ?? 0) + 1);
    try {
      const found = await this.#launch(task, definition);
      if (this.#abandoned.has(task.id)) await this.#context.runtime.signal(id, 'SIGKILL');
      return this.#unlessAbandoned(task.id, { is: 'running', found });
    } catch (error) {
      return this.#unlessAbandoned(task.id, {
        is: 'failed',
        id,
        reason: reasonOf(error),
        concerns: error instanceof LaunchRefused ? 'task' : 'container',
      });
    } finally {
      const others = (this.#underway.get(task.id) ?? 1) - 1;
      if (others > 0) this.#underway.set(task.id, others);
      else {
        this.#underway.delete(task.id);
        this.#abandoned.delete(task.id);
      }
    }
  }

  async #launch(task: TaskRecord, definition: ContainerDefinition): Promise<RunningContainer> {
    const endpoint = await this.#context.taskEndpoint();
    const own = containerLaunch(this.#context, task, definition, endpoint);
    const launch = await withNames(this.#context, task, own);
    this.#context.journal.flush();
    return this.#context.runtime.launch(launch);
  }

  #unlessAbandoned(taskId: string, outcome: LaunchOutcome): LaunchOutcome {
    return this.#abandoned.has(taskId) || !this.#isDriving() ? { is: 'abandoned' } : outcome;
  }
}

/** Reasons begin with ECS's error family; what has none is the runtime's own. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const isNamed = error instanceof LaunchRefused || /^\w+(Error|Exception):/.test(message);
  return isNamed ? message : `ContainerRuntimeError: ${message}`;
}
