import type { ExitedContainer } from '../../runtimes/runtime.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, ContainerRecord, TaskRecord } from '../model.ts';
import type { Activities } from './activity.ts';
import type { TaskBook } from './book.ts';
import { withContainer } from './changes.ts';
import { taskHealth } from './health.ts';
import type { Launcher } from './launcher.ts';

type Policy = ContainerDefinition['restartPolicy'];

/** ECS's default `restartAttemptPeriod`. */
const defaultPeriodSeconds = 300;

/**
 * Whether a container that has just ended is to be started again: once in `restartAttemptPeriod`, which it must have
 * run for, and not after an exit code that its policy ignores.
 */
export function mayRestart(
  policy: Policy,
  { startedAt }: Pick<ContainerRecord, 'startedAt'>,
  exitCode: number | undefined,
  nowMs: number,
): boolean {
  if (policy?.enabled !== true || startedAt === undefined) return false;
  if (exitCode !== undefined && policy.ignoredExitCodes?.includes(exitCode)) return false;
  return nowMs - startedAt >= (policy.restartAttemptPeriod ?? defaultPeriodSeconds) * 1000;
}

/** Who is told what came of a restart. */
interface Told {
  restarted(taskId: string): void;
  exited(id: string, exit: ExitedContainer): void;
}

/** Starts containers again in their place; their task goes on and makes no version for it. */
export class ContainerRestarter {
  readonly #context: EcsContext;
  readonly #book: TaskBook;
  readonly #activities: Activities;
  readonly #launcher: Launcher;
  readonly #told: Told;

  constructor(context: EcsContext, book: TaskBook, activities: Activities, launcher: Launcher, told: Told) {
    this.#context = context;
    this.#book = book;
    this.#activities = activities;
    this.#launcher = launcher;
    this.#told = told;
  }

  /** True when the exit is this one's to care for; the record says so before the container is launched again. */
  takes(
    task: TaskRecord,
    container: ContainerRecord,
    definition: ContainerDefinition | undefined,
    exit: ExitedContainer,
  ): boolean {
    if (!definition) return false;
    const { restarting } = this.#activities.of(task.id);
    if (restarting.has(container.name)) return true;
    if (task.desiredStatus === 'STOPPED') return false;
    if (!container.isRestarting) {
      const now = this.#context.clock.now();
      if (!mayRestart(definition.restartPolicy, container, exit.exitCode, now)) return false;
      this.#note(task.id, container.name, {
        isRestarting: true,
        restartCount: (container.restartCount ?? 0) + 1,
        health: 'UNKNOWN',
      });
    }
    restarting.add(container.name);
    void this.#start(task.id, definition, container.name);
    return true;
  }

  async #start(taskId: string, definition: ContainerDefinition, name: string): Promise<void> {
    const { restarting } = this.#activities.of(taskId);
    const task = this.#context.state.tasks.get(taskId);
    if (!task) return;
    const outcome = await this.#launcher.launch(task, definition);
    restarting.delete(name);
    switch (outcome.is) {
      case 'running':
        this.#note(taskId, name, {
          isRestarting: false,
          runtimeId: outcome.found.runtimeId,
          startedAt: this.#context.clock.now(),
        });
        this.#told.restarted(taskId);
        return;
      case 'failed':
        // It stays ended: the period that its policy asks for begins anew with each start.
        this.#note(taskId, name, { isRestarting: false, startedAt: this.#context.clock.now() });
        this.#told.exited(outcome.id, { state: 'exited', reason: outcome.reason });
        return;
      case 'abandoned':
        return;
    }
  }

  #note(taskId: string, name: string, change: Partial<ContainerRecord>): void {
    const task = this.#context.state.tasks.get(taskId);
    if (!task) return;
    const containers = withContainer(task, name, change);
    this.#book.note(taskId, { containers, health: taskHealth(containers) });
  }
}
