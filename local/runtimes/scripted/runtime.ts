import type { Clock, Timer } from '../../support/clock.ts';
import { openJournal, type Table } from '../../support/journal.ts';
import {
  type ContainerLaunch,
  type ContainerUsage,
  type ExitedContainer,
  type RunningContainer,
  type Runtime,
  RuntimeError,
  type TerminalSession,
} from '../runtime.ts';
import { Addresses } from './addresses.ts';
import { isHealthy, isHealthyTarget, type Script } from './script.ts';
import { scriptedTerminal } from './terminal.ts';

export type { Script } from './script.ts';

/** A runtime without processes: containers follow their scripts on the clock. */
export interface ScriptedRuntime extends Runtime {
  /** The launches that were asked for, in order; the newest of them. */
  readonly launches: readonly ContainerLaunch[];
  /** Ids of the containers that really began, one entry for each time; the newest of them. */
  readonly started: readonly string[];
  /** Ids of what runs now, oldest first. */
  running(): readonly string[];
  /** Ends a container from outside, as a SIGKILL by hand would. */
  kill(id: string, exitCode?: number): void;
  /** Lays a script over those of the running containers that are chosen. */
  amend(isMeant: (container: ScriptedContainer) => boolean, script: Script): void;
  /** Whether the target at this address passes a load balancer's check; undefined when none of ours is there. */
  isHealthyTarget(address: string): boolean | undefined;
}

/** What is kept of a container until it is removed. */
export interface ScriptedContainer {
  readonly id: string;
  readonly taskId: string;
  readonly containerName: string;
  readonly image: string;
  readonly script: Script;
  readonly address: string;
  readonly startedAt: number;
  /** When and how it ends, once that is known. */
  readonly ending?: { readonly atMs: number; readonly exit: ExitedContainer };
  readonly exit?: ExitedContainer;
}

const mostRemembered = 10_000;

/**
 * Makes a runtime in which `scriptOf` says how each container behaves; it may throw a `RuntimeError`. Containers
 * outlive the runtime where `rows` do.
 */
export function scriptedRuntime(
  clock: Clock,
  scriptOf: (launch: ContainerLaunch) => Script = () => ({}),
  rows: Table<ScriptedContainer> = openJournal().table('containers'),
): ScriptedRuntime {
  return new Scripted(clock, scriptOf, rows);
}

class Scripted implements ScriptedRuntime {
  readonly name = 'scripted';
  readonly launches: ContainerLaunch[] = [];
  readonly started: string[] = [];
  readonly #clock: Clock;
  readonly #scriptOf: (launch: ContainerLaunch) => Script;
  readonly #rows: Table<ScriptedContainer>;
  readonly #addresses = new Addresses();
  readonly #timers = new Map<string, Timer>();
  readonly #listeners: ((id: string, exit: ExitedContainer) => void)[] = [];

  constructor(clock: Clock, scriptOf: (launch: ContainerLaunch) => Script, rows: Table<ScriptedContainer>) {
    this.#clock = clock;
    this.#scriptOf = scriptOf;
    this.#rows = rows;
    for (const row of rows.values()) {
      this.#addresses.take(row.taskId, row.id, row.address);
      if (!row.exit && row.ending) this.#end(row, row.ending.atMs, row.ending.exit);
    }
  }

  running(): readonly string[] {
    return [...this.#rows.values()].filter(({ exit }) => !exit).map(({ id }) => id);
  }

  kill(id: string, exitCode = 137): void {
    this.#exit(id, { state: 'exited', exitCode });
  }

  amend(isMeant: (container: ScriptedContainer) => boolean, script: Script): void {
    for (const row of [...this.#rows.values()]) {
      if (row.exit || !isMeant(row)) continue;
      const amended = { ...row, script: { ...row.script, ...script } };
      this.#rows.put(row.id, amended);
      if (script.exitAfterMs !== undefined) this.#endByItself(amended);
    }
  }

  isHealthyTarget(address: string): boolean | undefined {
    const now = this.#clock.now();
    const rows = this.#addresses.at(address).flatMap((id) => this.#rows.get(id) ?? []);
    if (rows.length === 0) return undefined;
    return rows.every(({ script, startedAt, exit }) => !exit && isHealthyTarget(script, now - startedAt));
  }

  async launch(launch: ContainerLaunch): Promise<RunningContainer> {
    remember(this.launches, launch);
    const script = this.#scriptOf(launch);
    if (script.startDelayMs && !this.#rows.has(launch.id)) await this.#delay(script.startDelayMs);
    const known = this.#rows.get(launch.id);
    if (known && !known.exit) return found(known);
    if (script.startError !== undefined) throw new RuntimeError(script.startError);
    return this.#start(launch, script);
  }

  async adopt(id: string): Promise<RunningContainer | ExitedContainer | undefined> {
    const row = this.#rows.get(id);
    return row && (row.exit ?? found(row));
  }

  onExit(listener: (id: string, exit: ExitedContainer) => void): void {
    this.#listeners.push(listener);
  }

  async signal(id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const row = this.#rows.get(id);
    if (!row || row.exit) return;
    const { stopMs = 0 } = row.script;
    if (signal === 'SIGKILL') return this.kill(id);
    if (stopMs === 'never') return;
    const atMs = this.#clock.now() + stopMs;
    if (row.ending && row.ending.atMs <= atMs) return;
    this.#end(row, atMs, { state: 'exited', exitCode: 143 });
  }

  async exec(id: string): Promise<number> {
    const row = this.#rows.get(id);
    if (!row || row.exit) return 126;
    return isHealthy(row.script, this.#clock.now() - row.startedAt) ? 0 : 1;
  }

  async stats(ids: readonly string[]): Promise<ReadonlyMap<string, ContainerUsage>> {
    const now = this.#clock.now();
    const running = ids.flatMap((id) => this.#rows.get(id) ?? []).filter(({ exit }) => !exit);
    return new Map(
      running.map(({ id, script: { cpuPercent = 1, memoryMiB = 16 }, startedAt }) => {
        const cpuSeconds = ((now - startedAt) / 1000) * (cpuPercent / 100);
        return [id, { cpuSeconds, memoryBytes: memoryMiB * 1024 * 1024 }];
      }),
    );
  }

  async attach(id: string, command: string): Promise<TerminalSession> {
    const row = this.#rows.get(id);
    if (!row || row.exit) throw new RuntimeError('ContainerRuntimeError: the container does not run');
    return scriptedTerminal(command);
  }

  async hostAddress(): Promise<string> {
    return '127.0.0.1';
  }

  async remove(id: string): Promise<void> {
    const row = this.#rows.get(id);
    if (!row?.exit) return;
    this.#rows.delete(id);
    this.#addresses.release(row.taskId, id);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #start(launch: ContainerLaunch, script: Script): RunningContainer {
    const { id, taskId, containerName, image } = launch;
    const address = this.#addresses.take(taskId, id);
    const row = { id, taskId, containerName, image, script, address, startedAt: this.#clock.now() };
    this.#rows.put(id, row);
    remember(this.started, id);
    this.#endByItself(row);
    return found(row);
  }

  #endByItself(row: ScriptedContainer): void {
    const { exitAfterMs, exitCode = 0, exitReason: reason } = row.script;
    if (exitAfterMs === undefined) return;
    const exit: ExitedContainer = { state: 'exited', exitCode, ...(reason !== undefined && { reason }) };
    this.#end(row, row.startedAt + exitAfterMs, exit);
  }

  #end(row: ScriptedContainer, atMs: number, exit: ExitedContainer): void {
    this.#rows.put(row.id, { ...row, ending: { atMs, exit } });
    this.#timers.get(row.id)?.cancel();
    const timer = this.#clock.after(atMs - this.#clock.now(), () => this.#exit(row.id, exit));
    this.#timers.set(row.id, timer);
  }

  #exit(id: string, exit: ExitedContainer): void {
    const row = this.#rows.get(id);
    if (!row || row.exit) return;
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
    this.#rows.put(id, { ...row, exit });
    for (const listener of this.#listeners) listener(id, exit);
  }

  #delay(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(milliseconds, resolve));
  }
}

const found = ({ id, address }: ScriptedContainer): RunningContainer => ({
  state: 'running',
  runtimeId: `scripted-${id}`,
  address,
});

function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > mostRemembered) list.splice(0, mostRemembered / 2);
}
