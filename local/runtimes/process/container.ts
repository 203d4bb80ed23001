import type { Following, LogSink } from '../../logs/sink.ts';
import type { Clock } from '../../support/clock.ts';
import type { ExitedContainer, RunningContainer } from '../runtime.ts';
import { processExists, signalGroup, wrapperRuns } from './identity.ts';
import { type Nursery, NurseryLost, type Spawned } from './nursery.ts';
import type { ContainerFolder, LaunchRecord } from './record.ts';
import type { Pids } from './wrapper.ts';

/** SIGKILL ends the wrapper too, so nobody is left to write this code down. */
const KILLED = 137;
/** A Local AWS that was killed while it started a container leaves a process that is just about to begin. */
const BEGINS_WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 20;

type State =
  /** On disk when this Local AWS began; nobody has asked for it yet. */
  | { readonly is: 'found' }
  | { readonly is: 'running'; readonly pids: Pids; readonly child: boolean; readonly log?: Following }
  | { readonly is: 'exited'; readonly exit: ExitedContainer };

/** One run of one container. */
export class ProcessContainer {
  readonly record: LaunchRecord;
  readonly #folder: ContainerFolder;
  readonly #logs: LogSink;
  #state: State = { is: 'found' };

  constructor(folder: ContainerFolder, record: LaunchRecord, logs: LogSink) {
    this.#folder = folder;
    this.record = record;
    this.#logs = logs;
  }

  /** Starts it; `told` is called when its whole group has ended, or has to be looked after from now on. */
  async start(nursery: Nursery, clock: Clock, told: () => void): Promise<RunningContainer> {
    const { pids, ended } = await this.#forked(nursery, clock);
    ended.then(() => {
      if (this.#state.is === 'running') this.#state = { ...this.#state, child: false };
      // Whoever launched it learns that it runs before anyone learns that it has ended.
      setImmediate(told);
    });
    return this.#run(pids, true);
  }

  /** A nursery that was lost meanwhile may have forked it, or not. */
  async #forked(nursery: Nursery, clock: Clock): Promise<Spawned> {
    try {
      return await nursery.spawn(this.#folder, this.record);
    } catch (error) {
      if (!(error instanceof NurseryLost)) throw error;
      const pids = await this.#pidsSoon(clock);
      return pids ? { pids, ended: Promise.resolve() } : nursery.spawn(this.#folder, this.record);
    }
  }

  /** What became of it; undefined when it never began and now never will. */
  async adopt(clock: Clock): Promise<RunningContainer | ExitedContainer | undefined> {
    if (this.#state.is === 'running') return this.#running(this.#state.pids);
    if (this.#state.is === 'exited') return this.#state.exit;
    const pids = await this.#pidsSoon(clock);
    if (!pids) return undefined;
    const running = this.#run(pids, false);
    return this.newlyExited() ?? running;
  }

  isRunning(): boolean {
    if (this.#state.is !== 'found') return this.#state.is === 'running';
    const pids = this.#folder.pids();
    return pids !== undefined && wrapperRuns(pids, this.#folder.path);
  }

  /** Its process group, while it runs. */
  group(): number | undefined {
    return this.#state.is === 'running' ? this.#state.pids.wrapper : undefined;
  }

  /** Whether it runs without being a child of the nursery's, which then tells nobody of its end. */
  isAdopted(): boolean {
    return this.#state.is === 'running' && !this.#state.child;
  }

  /** Looks whether it has ended; answers with the exit once, with all of its output kept. */
  newlyExited(): ExitedContainer | undefined {
    if (this.#state.is !== 'running' || this.#state.child) return undefined;
    const { pids, log } = this.#state;
    if (wrapperRuns(pids, this.#folder.path)) return undefined;
    // Should only the wrapper have been killed, its program must not stay behind.
    if (!processExists(pids.wrapper)) signalGroup(pids.wrapper, 'SIGKILL');
    log?.finish();
    const exitCode = this.#folder.exitCode() ?? KILLED;
    this.#folder.settleExitCode(exitCode);
    const exit = { state: 'exited', exitCode } as const;
    this.#state = { is: 'exited', exit };
    return exit;
  }

  signal(signal: NodeJS.Signals): void {
    const pids = this.#state.is === 'exited' ? undefined : this.#folder.pids();
    if (pids && wrapperRuns(pids, this.#folder.path)) signalGroup(pids.wrapper, signal);
  }

  remove(): void {
    this.letGo();
    this.#folder.remove();
  }

  /** Stops following its output; the process is left alone. */
  letGo(): void {
    if (this.#state.is === 'running') this.#state.log?.close();
  }

  #run(pids: Pids, child: boolean): RunningContainer {
    const { log } = this.record;
    const following = log && this.#logs.follow({ ...log, source: this.#folder.source }, this.#folder.output);
    this.#state = { is: 'running', pids, child, ...(following && { log: following }) };
    return this.#running(pids);
  }

  #running(pids: Pids): RunningContainer {
    const { address, publishedPorts } = this.record;
    return {
      state: 'running',
      runtimeId: this.#folder.source,
      address,
      ...(publishedPorts && { publishedPorts }),
      pid: pids.program,
    };
  }

  async #pidsSoon(clock: Clock): Promise<Pids | undefined> {
    for (let waitedMs = 0; waitedMs < BEGINS_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
      const pids = this.#folder.pids();
      if (pids) return pids;
      await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
    }
    return undefined;
  }
}
