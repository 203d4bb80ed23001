import type { Clock, Timer } from '../../support/clock.ts';
import {
  type ContainerLaunch,
  type ExitedContainer,
  type RunningContainer,
  type Runtime,
  RuntimeError,
} from '../runtime.ts';

/** How a container behaves; what is left out happens at once, or never. */
export interface Script {
  readonly startDelayMs?: number;
  /** It does not start; the message is the stopped-task reason. */
  readonly startError?: string;
  readonly exitAfterMs?: number;
  readonly exitCode?: number;
  readonly exitReason?: string;
  /** How long it takes to end after SIGTERM; `never` when it ignores that. */
  readonly stopMs?: number | 'never';
  /** Before this `exec` answers 1, afterwards 0. */
  readonly healthyAfterMs?: number;
  /** From this on `exec` answers 1 again. */
  readonly unhealthyAfterMs?: number;
}

/** A runtime without processes: containers follow their scripts on the clock, for tests and simulations. */
export interface ScriptedRuntime extends Runtime {
  /** Every launch that was asked for, in order. */
  readonly launches: readonly ContainerLaunch[];
  /** Ids of the containers that really began, one entry for each time. */
  readonly started: readonly string[];
  /** Ids of what runs now, oldest first. */
  running(): readonly string[];
  /** Ends a container from outside, as a SIGKILL by hand would. */
  kill(id: string, exitCode?: number): void;
}

interface Container {
  readonly launch: ContainerLaunch;
  readonly script: Script;
  readonly found: RunningContainer;
  readonly startedAt: number;
  readonly timers: Timer[];
  exit?: ExitedContainer;
}

/** Makes a runtime in which `scriptOf` says how each container behaves. */
export function scriptedRuntime(
  clock: Clock,
  scriptOf: (launch: ContainerLaunch) => Script = () => ({}),
): ScriptedRuntime {
  return new Scripted(clock, scriptOf);
}

class Scripted implements ScriptedRuntime {
  readonly name = 'scripted';
  readonly launches: ContainerLaunch[] = [];
  readonly started: string[] = [];
  readonly #clock: Clock;
  readonly #scriptOf: (launch: ContainerLaunch) => Script;
  readonly #containers = new Map<string, Container>();
  readonly #addresses = new Map<string, string>();
  readonly #listeners: ((id: string, exit: ExitedContainer) => void)[] = [];

  constructor(clock: Clock, scriptOf: (launch: ContainerLaunch) => Script) {
    this.#clock = clock;
    this.#scriptOf = scriptOf;
  }

  running(): readonly string[] {
    return [...this.#containers].filter(([, { exit }]) => !exit).map(([id]) => id);
  }

  kill(id: string, exitCode = 137): void {
    this.#end(id, { state: 'exited', exitCode });
  }

  async launch(launch: ContainerLaunch): Promise<RunningContainer> {
    this.launches.push(launch);
    const script = this.#scriptOf(launch);
    if (script.startDelayMs && !this.#containers.has(launch.id)) await this.#delay(script.startDelayMs);
    const known = this.#containers.get(launch.id);
    if (known && !known.exit) return known.found;
    if (script.startError !== undefined) throw new RuntimeError(script.startError);
    return this.#start(launch, script);
  }

  async adopt(id: string): Promise<RunningContainer | ExitedContainer | undefined> {
    const container = this.#containers.get(id);
    return container?.exit ?? container?.found;
  }

  onExit(listener: (id: string, exit: ExitedContainer) => void): void {
    this.#listeners.push(listener);
  }

  async signal(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const container = this.#containers.get(id);
    if (!container || container.exit) return;
    const { stopMs = 0 } = container.script;
    if (signal === 'SIGKILL') this.kill(id);
    else if (stopMs !== 'never') this.#later(container, stopMs, { state: 'exited', exitCode: 143 });
  }

  async exec(id: string): Promise<number> {
    const container = this.#containers.get(id);
    if (!container || container.exit) return 126;
    const age = this.#clock.now() - container.startedAt;
    const { healthyAfterMs = 0, unhealthyAfterMs = Number.POSITIVE_INFINITY } = container.script;
    return age >= healthyAfterMs && age < unhealthyAfterMs ? 0 : 1;
  }

  async remove(id: string): Promise<void> {
    if (this.#containers.get(id)?.exit) this.#containers.delete(id);
  }

  async close(): Promise<void> {
    for (const { timers } of this.#containers.values()) for (const timer of timers) timer.cancel();
  }

  #start(launch: ContainerLaunch, script: Script): RunningContainer {
    const found: RunningContainer = {
      state: 'running',
      runtimeId: `scripted-${launch.id}`,
      address: this.#addressOf(launch.taskId),
    };
    const container: Container = { launch, script, found, startedAt: this.#clock.now(), timers: [] };
    this.#containers.set(launch.id, container);
    this.started.push(launch.id);
    const { exitAfterMs, exitCode = 0, exitReason: reason } = script;
    if (exitAfterMs !== undefined) {
      const exit: ExitedContainer = { state: 'exited', exitCode, ...(reason !== undefined && { reason }) };
      this.#later(container, exitAfterMs, exit);
    }
    return found;
  }

  #later(container: Container, delayMs: number, exit: ExitedContainer): void {
    container.timers.push(this.#clock.after(delayMs, () => this.#end(container.launch.id, exit)));
  }

  #end(id: string, exit: ExitedContainer): void {
    const container = this.#containers.get(id);
    if (!container || container.exit) return;
    for (const timer of container.timers) timer.cancel();
    container.exit = exit;
    for (const listener of this.#listeners) listener(id, exit);
  }

  #addressOf(taskId: string): string {
    const known = this.#addresses.get(taskId);
    if (known !== undefined) return known;
    const number = this.#addresses.size + 1;
    const address = `127.64.${Math.floor(number / 250) % 250}.${(number % 250) + 1}`;
    this.#addresses.set(taskId, address);
    return address;
  }

  #delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(milliseconds, resolve);
    });
  }
}
