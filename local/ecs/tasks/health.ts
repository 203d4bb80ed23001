import type { Timer } from '../../support/clock.ts';
import type { EcsContext } from '../context.ts';
import type { ContainerDefinition, ContainerRecord, Health, HealthCheck, TaskRecord } from '../model.ts';
import type { TaskBook } from './book.ts';
import { withContainer } from './changes.ts';
import { containerId } from './launch.ts';

interface Probe {
  readonly id: string;
  readonly taskId: string;
  readonly containerName: string;
  readonly check: HealthCheck;
  readonly startedAt: number;
  failures: number;
  timer?: Timer;
}

const firstProbesEveryMs = 1000;

/** Executes the containers' health checks and notes what they say. */
export class HealthProber {
  readonly #context: EcsContext;
  readonly #book: TaskBook;
  readonly #probes = new Map<string, Probe>();

  constructor(context: EcsContext, book: TaskBook) {
    this.#context = context;
    this.#book = book;
  }

  /** Begins to check a running container; repeated calls change nothing. */
  watch(taskId: string, containerName: string, check: HealthCheck): void {
    const id = containerId(taskId, containerName);
    if (this.#probes.has(id)) return;
    const probe: Probe = {
      id,
      taskId,
      containerName,
      check,
      startedAt: this.#context.clock.now(),
      failures: 0,
    };
    this.#probes.set(id, probe);
    this.#schedule(probe, firstProbesEveryMs / 4);
  }

  /** Begins to check every running container of the task that has a health check. */
  watchAll(task: TaskRecord, definitions: readonly ContainerDefinition[]): void {
    for (const { name, healthCheck } of definitions) {
      const container = task.containers.find((other) => other.name === name);
      if (healthCheck && container?.status === 'RUNNING') this.watch(task.id, container.name, healthCheck);
    }
  }

  forget(taskId: string, containerName: string): void {
    const id = containerId(taskId, containerName);
    this.#probes.get(id)?.timer?.cancel();
    this.#probes.delete(id);
  }

  forgetAll(): void {
    for (const probe of this.#probes.values()) probe.timer?.cancel();
    this.#probes.clear();
  }

  #schedule(probe: Probe, delayMs: number): void {
    probe.timer = this.#context.clock.after(delayMs, () => void this.#probe(probe));
  }

  async #probe(probe: Probe): Promise<void> {
    const timeoutMs = (probe.check.timeout ?? 5) * 1000;
    const passed = await this.#context.runtime
      .exec(probe.id, probeArguments(probe.check.command ?? []), timeoutMs)
      .then((exitCode) => exitCode === 0)
      .catch(() => false);
    if (this.#probes.get(probe.id) !== probe) return;
    this.#judge(probe, passed);
    this.#schedule(probe, this.#delay(probe));
  }

  /**
   * Until the first interval and the start period are over, failures do not count and the check is tried every
   * second, as Docker does with a start interval: a container becomes HEALTHY as soon as it is.
   */
  #delay(probe: Probe): number {
    const container = this.#container(probe);
    const waits = this.#isStarting(probe) && container?.health !== 'HEALTHY';
    return waits ? firstProbesEveryMs : (probe.check.interval ?? 30) * 1000;
  }

  #isStarting(probe: Probe): boolean {
    const graceSeconds = Math.max(probe.check.interval ?? 30, probe.check.startPeriod ?? 0);
    return this.#context.clock.now() - probe.startedAt < graceSeconds * 1000;
  }

  #judge(probe: Probe, passed: boolean): void {
    const current = this.#container(probe)?.health;
    if (passed) probe.failures = 0;
    else if (current === 'HEALTHY' || !this.#isStarting(probe)) probe.failures += 1;
    const failed = probe.failures >= (probe.check.retries ?? 3);
    const health: Health | undefined = passed ? 'HEALTHY' : failed ? 'UNHEALTHY' : current;
    if (health === undefined || health === current) return;
    const task = this.#context.state.tasks.get(probe.taskId);
    if (!task) return;
    const containers = withContainer(task, probe.containerName, { health });
    this.#book.note(task.id, { containers, health: taskHealth(containers) });
  }

  #container(probe: Probe): ContainerRecord | undefined {
    const task: TaskRecord | undefined = this.#context.state.tasks.get(probe.taskId);
    return task?.containers.find(({ name }) => name === probe.containerName);
  }
}

/** One essential container that is UNHEALTHY makes the task so; all that are checked HEALTHY make it HEALTHY. */
export function taskHealth(containers: readonly ContainerRecord[]): Health {
  const checked = containers.filter(({ essential, checked }) => essential && checked);
  if (checked.some(({ health }) => health === 'UNHEALTHY')) return 'UNHEALTHY';
  return checked.length > 0 && checked.every(({ health }) => health === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN';
}

/** Whether health checks of its containers say how the task is; without any it is well as long as it runs. */
export function isHealthChecked({ containers }: Pick<TaskRecord, 'containers'>): boolean {
  return containers.some(({ essential, checked }) => essential && checked);
}

function probeArguments(command: readonly string[]): readonly string[] {
  const [kind, ...rest] = command;
  if (kind === 'CMD-SHELL') return ['/bin/sh', '-c', rest.join(' ')];
  return kind === 'CMD' ? rest : command;
}
