import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LogSink } from '../../logs/sink.ts';
import { type Clock, realClock, type Timer } from '../../support/clock.ts';
import {
  type ContainerLaunch,
  type ContainerUsage,
  type ExitedContainer,
  type RunningContainer,
  type Runtime,
  RuntimeError,
  type TerminalSession,
  type TerminalSize,
} from '../runtime.ts';
import { type Placement, placeBeside, placeTask, type Taken } from './addresses.ts';
import { checkExecutable, commandOf, workingDirectoryOf } from './command.ts';
import { ProcessContainer } from './container.ts';
import { environmentFor } from './environment.ts';
import { runBeside } from './exec.ts';
import { Nursery } from './nursery.ts';
import { ContainerFolder, type LaunchRecord } from './record.ts';
import { openTerminal } from './terminal.ts';
import { limited } from './ulimits.ts';
import { usageOf } from './usage.ts';
import { removeVolumes, volumeVariables } from './volumes.ts';

export interface ProcessRuntimeOptions {
  /** What is known of containers is kept in here, for the next Local AWS too. */
  readonly directory: string;
  readonly logs: LogSink;
  readonly clock?: Clock;
}

const LOOK_EVERY_MS = 100;

/**
 * Containers as processes of this machine, each task on a loopback address of its own. The processes are not
 * this process's to keep: they run on when it is killed, and the next one knows them and their exit codes.
 * CPU, memory, user, read-only root and most ulimits are not enforced; volumes are folders that variables name.
 */
export function createProcessRuntime(options: ProcessRuntimeOptions): Runtime {
  return new ProcessRuntime(options);
}

class ProcessRuntime implements Runtime {
  readonly name = 'process';
  readonly #directory: string;
  readonly #logs: LogSink;
  readonly #clock: Clock;
  readonly #containers = new Map<string, ProcessContainer>();
  readonly #listeners: ((id: string, exit: ExitedContainer) => void)[] = [];
  readonly #nursery = new Nursery();
  readonly #closing = new AbortController();
  #launches: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;

  constructor({ directory, logs, clock = realClock }: ProcessRuntimeOptions) {
    this.#directory = resolve(directory);
    this.#logs = logs;
    this.#clock = clock;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    for (const [folder, record] of ContainerFolder.all(this.#directory)) {
      const container = new ProcessContainer(folder, record, logs);
      this.#containers.set(record.id, container);
    }
  }

  launch(launch: ContainerLaunch): Promise<RunningContainer> {
    // One after the other: two at once could be given the same address.
    const launched = this.#launches.then(() => this.#launch(launch));
    this.#launches = launched.catch(() => undefined);
    return launched;
  }

  async #launch(launch: ContainerLaunch): Promise<RunningContainer> {
    const earlier = await this.adopt(launch.id);
    if (earlier?.state === 'running') return earlier;
    this.#forget(launch.id);
    const argv = commandOf(launch);
    const workingDirectory = workingDirectoryOf(launch);
    const placement = await this.#place(launch);
    const environment = {
      ...environmentFor(launch, placement),
      ...volumeVariables(this.#directory, launch),
    };
    checkExecutable(argv[0]!, workingDirectory, environment.PATH);
    return this.#start({
      id: launch.id,
      taskId: launch.taskId,
      argv: limited(argv, launch.ulimits),
      workingDirectory,
      environment,
      ...placement,
      ...(launch.log && { log: launch.log }),
    });
  }

  async #start(record: LaunchRecord): Promise<RunningContainer> {
    const folder = ContainerFolder.create(this.#directory, record);
    const container = new ProcessContainer(folder, record, this.#logs);
    try {
      const running = await container.start(this.#nursery, this.#clock, () => {
        this.#tellIfExited(container);
        if (container.isAdopted()) this.#watch();
      });
      this.#containers.set(record.id, container);
      return running;
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  async adopt(id: string): Promise<RunningContainer | ExitedContainer | undefined> {
    const container = this.#containers.get(id);
    if (!container) return undefined;
    const found = await container.adopt(this.#clock);
    if (found === undefined) await this.remove(id);
    if (found?.state === 'running') this.#watch();
    return found;
  }

  onExit(listener: (id: string, exit: ExitedContainer) => void): void {
    this.#listeners.push(listener);
  }

  async signal(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#containers.get(id)?.signal(signal);
  }

  async exec(id: string, argv: readonly string[], timeoutMs: number): Promise<number> {
    const container = this.#containers.get(id);
    if (!container?.isRunning()) return 1;
    return runBeside(container.record, argv, timeoutMs, this.#clock, this.#closing.signal);
  }

  async stats(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerUsage>> {
    const groups = new Map<string, number>();
    for (const id of ids) {
      const group = this.#containers.get(id)?.group();
      if (group !== undefined) groups.set(id, group);
    }
    return usageOf(groups);
  }

  async attach(id: string, command: string, size: TerminalSize): Promise<TerminalSession> {
    const container = this.#containers.get(id);
    if (!container?.isRunning()) throw new RuntimeError('ContainerRuntimeError: the container does not run');
    return openTerminal(container.record, command, size, this.#closing.signal);
  }

  async hostAddress(): Promise<string> {
    return '127.0.0.1';
  }

  async remove(id: string): Promise<void> {
    const taskId = this.#forget(id)?.record.taskId;
    const siblings = [...this.#containers.values()].filter(({ record }) => record.taskId === taskId);
    if (taskId !== undefined && siblings.length === 0) removeVolumes(this.#directory, taskId);
  }

  /** Undefined when it runs or is not known. */
  #forget(id: string): ProcessContainer | undefined {
    const container = this.#containers.get(id);
    if (!container || container.isRunning()) return undefined;
    this.#containers.delete(id);
    container.remove();
    return container;
  }

  async close(): Promise<void> {
    await this.#launches;
    this.#closing.abort();
    this.#timer?.cancel();
    this.#nursery.close();
    for (const container of this.#containers.values()) container.letGo();
    this.#containers.clear();
    this.#listeners.length = 0;
  }

  async #place({ taskId, ports }: ContainerLaunch): Promise<Placement> {
    const live = [...this.#containers.values()].filter((container) => container.isRunning());
    const sibling = live.find(({ record }) => record.taskId === taskId);
    const taken: Taken = {
      addresses: new Set(live.map(({ record }) => record.address)),
      publishedPorts: new Set(live.flatMap(({ record }) => Object.values(record.publishedPorts ?? {}))),
    };
    return sibling ? placeBeside(sibling.record.address, ports, taken) : placeTask(taskId, ports, taken);
  }

  /** Adopted processes are not the nursery's children: nobody tells us of their end, so we look. */
  #watch(): void {
    this.#timer ??= this.#clock.after(LOOK_EVERY_MS, () => {
      this.#timer = undefined;
      for (const container of this.#containers.values()) this.#tellIfExited(container);
      if ([...this.#containers.values()].some((container) => container.isAdopted())) this.#watch();
    });
  }

  #tellIfExited(container: ProcessContainer): void {
    const exit = container.newlyExited();
    if (exit) for (const listener of this.#listeners) listener(container.record.id, exit);
  }
}
