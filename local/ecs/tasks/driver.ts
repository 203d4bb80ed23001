import type { ExitedContainer, RunningContainer } from '../../runtimes/runtime.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, StopCode, TaskRecord } from '../model.ts';
import { Activities } from './activity.ts';
import type { TaskBook } from './book.ts';
import {
  type FailedStart,
  whenContainerFailed,
  whenExited,
  whenRunning,
  whenStartFailed,
  whenStopped,
  withContainer,
} from './changes.ts';
import { readiness } from './dependencies.ts';
import { HealthProber } from './health.ts';
import { containerId, parseContainerId } from './launch.ts';
import { Launcher } from './launcher.ts';
import { ContainerRestarter } from './restart.ts';
import { ContainerStopper } from './stopper.ts';
import type { TargetKeeper } from './targets.ts';

/**
 * Moves every task through its life. The record says what should be; each step makes one transition or
 * one effect that may be repeated, and is taken again whenever something about the task changes.
 */
export class TaskDriver {
  readonly #context: EcsContext;
  readonly #book: TaskBook;
  readonly #prober: HealthProber;
  readonly #targets: TargetKeeper;
  readonly #activities: Activities;
  readonly #stopper: ContainerStopper;
  readonly #launcher: Launcher;
  readonly #restarter: ContainerRestarter;
  readonly #woken = new Set<string>();
  #state: 'new' | 'driving' | 'paused' = 'new';

  constructor(context: EcsContext, book: TaskBook, targets: TargetKeeper) {
    this.#context = context;
    this.#book = book;
    this.#prober = new HealthProber(context, book);
    this.#activities = new Activities(context, (taskId) => this.wake(taskId));
    this.#launcher = new Launcher(context, () => this.#state === 'driving');
    const heard = (id: string, exit: ExitedContainer) => this.#heard(id, exit);
    this.#stopper = new ContainerStopper(context, this.#activities, heard);
    this.#restarter = new ContainerRestarter(context, book, this.#activities, this.#launcher, {
      exited: heard,
      restarted: (taskId) => this.#watch(taskId),
    });
    this.#targets = targets;
    targets.onChange((taskId) => this.wake(taskId));
    book.onChange((task) => this.wake(task.id));
    context.runtime.onExit(heard);
  }

  /** Begins to drive: every task is looked at once. */
  resume(): void {
    this.#state = 'driving';
    for (const task of this.#context.state.tasks.values()) {
      if (task.lastStatus === 'STOPPED') continue;
      this.#prober.watchAll(task, this.#definitions(task));
      this.#targets.remember(task);
      if (task.lastStatus === 'RUNNING') this.#targets.register(task);
      this.wake(task.id);
    }
  }

  /** Stops to drive; containers are left as they are. */
  pause(): void {
    this.#state = 'paused';
    this.#prober.forgetAll();
    this.#activities.forgetAll();
    this.#targets.forgetAll();
  }

  /** As `pause`, and what is being launched meanwhile is killed when it has started. */
  abandon(): void {
    this.#launcher.abandon();
    this.pause();
  }

  /** Looks at the task again before this turn of the event loop ends. */
  wake(taskId: string): void {
    if (this.#woken.has(taskId)) return;
    this.#woken.add(taskId);
    queueMicrotask(() => {
      this.#woken.delete(taskId);
      while (this.#state === 'driving' && this.#step(taskId));
    });
  }

  /** Asks a task to stop; the first cause is kept. */
  stop(taskId: string, stopCode: StopCode, stoppedReason: string): TaskRecord | undefined {
    const task = this.#context.state.tasks.get(taskId);
    if (!task || task.desiredStatus === 'STOPPED') return task;
    return this.#book.change(taskId, {
      desiredStatus: 'STOPPED',
      stoppingAt: this.#context.clock.now(),
      stopCode,
      stoppedReason,
    });
  }

  /** An engine that was stopped leaves what happens to the one that comes after it. */
  #heard(id: string, exit: ExitedContainer): void {
    if (this.#state !== 'paused') this.exited(id, exit);
  }

  /** Records what became of a container; an exit told twice changes nothing. */
  exited(id: string, exit: ExitedContainer): void {
    const parsed = parseContainerId(id);
    const task = parsed && this.#context.state.tasks.get(parsed.taskId);
    const container = task?.containers.find(({ name }) => name === parsed?.containerName);
    if (!task || !container || container.status === 'STOPPED') return;
    this.#prober.forget(task.id, container.name);
    const definition = this.#definitions(task).find(({ name }) => name === container.name);
    if (this.#restarter.takes(task, container, definition, exit)) return;
    this.#book.change(task.id, whenExited(task, container, exit, this.#context.clock.now()));
  }

  /** Records that a container runs: launched just now, or found after a restart. */
  running(taskId: string, name: string, found: RunningContainer): void {
    const task = this.#context.state.tasks.get(taskId);
    const container = task?.containers.find((entry) => entry.name === name);
    if (!task || !container) return;
    if (container.isRestarting) {
      this.#book.note(taskId, { containers: withContainer(task, name, { isRestarting: false }) });
    }
    if (container.status !== 'PENDING') return;
    this.#book.change(taskId, whenRunning(task, name, found, this.#context.clock.now()));
    this.#watch(taskId);
  }

  #watch(taskId: string): void {
    const task = this.#context.state.tasks.get(taskId);
    if (task) this.#prober.watchAll(task, this.#definitions(task));
  }

  /** One transition or effect; true when the record changed and another step may follow. */
  #step(taskId: string): boolean {
    const task = this.#context.state.tasks.get(taskId);
    if (!task) return false;
    const isLeaving = task.desiredStatus === 'STOPPED';
    switch (task.lastStatus) {
      case 'PROVISIONING':
        return this.#move(task, isLeaving ? 'DEPROVISIONING' : 'PENDING');
      case 'PENDING':
        return isLeaving ? this.#leave(task) : this.#startContainers(task);
      case 'ACTIVATING':
        return isLeaving ? this.#move(task, 'DEACTIVATING') : this.#enterRunning(task);
      case 'RUNNING':
        return isLeaving && this.#move(task, 'DEACTIVATING');
      case 'DEACTIVATING':
        return this.#drain(task) && this.#move(task, 'STOPPING');
      case 'STOPPING':
        return this.#stopper.stop(task, this.#definitions(task)) && this.#move(task, 'DEPROVISIONING');
      case 'DEPROVISIONING':
        return this.#finish(task);
      case 'STOPPED':
        return false;
    }
  }

  #move(task: TaskRecord, lastStatus: TaskRecord['lastStatus']): boolean {
    return this.#book.change(task.id, { lastStatus }) !== undefined;
  }

  /** A task that never ran has nothing to drain. */
  #leave(task: TaskRecord): boolean {
    const wasStarted = task.containers.some(({ status }) => status !== 'PENDING');
    const isStarting = this.#activities.of(task.id).launching !== undefined;
    return this.#move(task, wasStarted || isStarting ? 'STOPPING' : 'DEPROVISIONING');
  }

  #startContainers(task: TaskRecord): boolean {
    const activity = this.#activities.of(task.id);
    if (activity.launching !== undefined) return false;
    const definitions = this.#definitions(task);
    const waiting = task.containers.filter(({ status }) => status === 'PENDING');
    if (waiting.length === 0) return this.#move(task, 'ACTIVATING');
    for (const container of waiting) {
      const definition = definitions.find(({ name }) => name === container.name);
      const { name } = container;
      if (!definition)
        return this.#fail(task.id, whenStartFailed, { name, reason: `Container ${name} is gone.` });
      const ready = readiness(definition, definitions, task.containers, this.#context.clock.now());
      switch (ready.is) {
        case 'ready':
          activity.launching = container.name;
          void this.#launch(task, definition);
          return false;
        case 'never':
          return this.#fail(task.id, whenContainerFailed, {
            ...{ name, reason: ready.reason, exitCode: neverStarted },
          });
        case 'wait':
          if (ready.untilMs !== undefined) this.#lookAgainAt(task.id, ready.untilMs);
      }
    }
    return false;
  }

  #lookAgainAt(taskId: string, atMs: number): void {
    const { awaited } = this.#activities.of(taskId);
    if (awaited.has(atMs)) return;
    awaited.add(atMs);
    this.#activities.after(taskId, atMs - this.#context.clock.now(), () => awaited.delete(atMs));
  }

  async #launch(task: TaskRecord, definition: ContainerDefinition): Promise<void> {
    const name = definition.name ?? '';
    const activity = this.#activities.of(task.id);
    const outcome = await this.#launcher.launch(task, definition);
    activity.launching = undefined;
    if (outcome.is === 'running') this.running(task.id, name, outcome.found);
    if (outcome.is === 'failed') {
      const change = outcome.concerns === 'task' ? whenStartFailed : whenContainerFailed;
      this.#fail(task.id, change, { name, reason: outcome.reason });
    }
    this.wake(task.id);
  }

  #fail(taskId: string, changeOf: typeof whenStartFailed, failed: FailedStart): boolean {
    const task = this.#context.state.tasks.get(taskId);
    if (!task) return false;
    this.#book.change(taskId, changeOf(task, failed, this.#context.clock.now()));
    return true;
  }

  #enterRunning(task: TaskRecord): boolean {
    const targets = this.#targets.targetsOf(task);
    const running = this.#book.change(task.id, {
      lastStatus: 'RUNNING',
      startedAt: this.#context.clock.now(),
      targets,
    });
    if (running) this.#targets.register(running);
    return true;
  }

  /** True when no request can reach the task any more: only then is it told to stop. */
  #drain(task: TaskRecord): boolean {
    const activity = this.#activities.of(task.id);
    const runs = task.containers.some(({ status }) => status === 'RUNNING');
    if (activity.drain === 'not-begun') {
      activity.drain = 'waiting';
      this.#targets.deregister(task);
      if (runs && task.targets.length > 0) {
        this.#activities.after(task.id, this.#context.options.drainDeadlineSeconds * 1000, () => {
          activity.drain = 'expired';
        });
      }
    }
    return !runs || activity.drain === 'expired' || this.#targets.isDrained(task);
  }

  #finish(task: TaskRecord): boolean {
    this.#activities.forget(task.id);
    this.#targets.forget(task);
    for (const container of task.containers) {
      this.#prober.forget(task.id, container.name);
      if (container.status === 'PENDING') continue;
      this.#context.runtime.remove(containerId(task.id, container.name)).catch(() => {
        // What is left behind is the runtime's to clean; the task has ended all the same.
      });
    }
    this.#book.change(task.id, whenStopped(task, this.#context.clock.now()));
    return false;
  }

  #definitions(task: TaskRecord): readonly ContainerDefinition[] {
    return this.#context.state.definitions.get(task.definitionKey)?.definition.containerDefinitions ?? [];
  }
}

/** The agent's exit code for a container that it gives up before its start. */
const neverStarted = 143;
